import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.model.bodies import Body
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.providers.description import describe
from pytest_oao.providers.http_calls import http_call, is_streamed
from pytest_oao.providers.recognition import codec_of

JSON_TYPE = (("accept", "*/*"), ("Content-Type", "application/json; charset=utf-8"))
CHAT = json.dumps({"model": "gpt-5", "messages": [], "temperature": 0.5}).encode()


def target(url, method="GET"):
    return http_call(method, url, (), b"").target


def test_a_model_call_is_known_by_its_path_on_any_host():
    call = http_call("post", "https://API.openai.com/v1/chat/completions", JSON_TYPE, CHAT, lane="0.1")
    assert (call.kind, call.target, call.lane) == ("chat", "POST /chat/completions", "0.1")
    assert call.body == Body(CHAT)
    assert call.body.media_type == "application/json; charset=utf-8"
    assert call.url == "https://API.openai.com/v1/chat/completions"
    assert call.headers == JSON_TYPE
    assert dict(call.attributes) == {}


def test_a_query_stays_part_of_a_model_call_and_of_its_codec():
    url = "https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-12-01"
    call = http_call("POST", url, JSON_TYPE, CHAT)
    assert call.target == "POST /deployments/gpt/chat/completions?api-version=2024-12-01"
    assert codec_of(call) is not None
    answer = Returned(Body(b'{"id":"c-1","choices":[],"usage":{"completion_tokens":3}}'), Head(200))
    assert describe(call, answer)["gen_ai.usage.output_tokens"] == 3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.COM/a", "GET https://example.com/a"),
        ("https://example.com", "GET https://example.com/"),
        ("https://example.com:443/a", "GET https://example.com/a"),
        ("http://example.com:80/a", "GET http://example.com/a"),
        ("http://example.com:443/a", "GET http://example.com:443/a"),
        ("https://example.com:8443/a", "GET https://example.com:8443/a"),
        ("http://localhost:5432/a", "GET http://localhost/a"),
        ("http://127.0.0.1:5432/a", "GET http://127.0.0.1/a"),
        ("http://127.8.9.1:5432/a", "GET http://127.8.9.1/a"),
        ("http://[::1]:5432/a", "GET http://[::1]/a"),
        ("http://[2001:db8::1]:5432/a", "GET http://[2001:db8::1]:5432/a"),
        ("http://127.0.0.1.example.com:81/a", "GET http://127.0.0.1.example.com:81/a"),
        ("https://user:password@example.com/a", "GET https://example.com/a"),
        ("https://example.com/a?b=2&a=1#there", "GET https://example.com/a?a=1&b=2"),
        ("https://example.com/a?x=2&b&x=1&a=%20", "GET https://example.com/a?a=%20&b&x=2&x=1"),
        ("https://example.com/a?", "GET https://example.com/a"),
    ],
)
def test_what_is_compared_of_a_url(url, expected):
    assert target(url) == expected


@pytest.mark.parametrize("url", ["http://[::1", "http://example.com:port/", "http://example.com:99999/"])
def test_a_url_that_is_none_is_compared_as_it_stands(url):
    assert target(url) == f"GET {url}"


@given(st.permutations(["b=2", "a=1", "c", "d=%2F&d=0"]))
def test_the_order_of_parameters_says_nothing(pairs):
    assert target("https://e.com/?" + "&".join(pairs)) == "GET https://e.com/?a=1&b=2&c&d=%2F&d=0"


@given(st.text(max_size=60), st.binary(max_size=60))
def test_any_url_and_body_make_a_call(url, body):
    call = http_call("POST", url, (), body)
    assert call.target.startswith("POST ")
    assert call.body.data == body
    assert http_call("POST", f"https://h/v1/messages?{url}", (), body).url.endswith(url)


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("text/event-stream; charset=utf-8", True),
        ("Text/Event-Stream", True),
        ("application/vnd.amazon.eventstream", True),
        ("application/x-ndjson", True),
        ("application/json", False),
        ("", False),
    ],
)
def test_which_bodies_are_sent_piece_by_piece(media_type, expected):
    assert is_streamed(media_type) is expected


@pytest.mark.parametrize("query", ["key=AIza&alt=sse", "alt=sse&key=oao-replay", "alt=sse"])
def test_the_key_of_a_model_call_is_not_compared(query):
    url = f"https://generativelanguage.googleapis.com/v1beta/models/g:streamGenerateContent?{query}"
    made = http_call("POST", url, (), b"{}")
    assert (made.target, made.url) == ("POST /models/g:streamGenerateContent?alt=sse", url)
    assert http_call("POST", "https://h.test/v1beta/models/g:generateContent?key=x", (), b"").target == (
        "POST /models/g:generateContent"
    )
    assert http_call("GET", "https://maps.test/geo?q=a&key=x", (), b"").target == "GET https://maps.test/geo?key=x&q=a"
