import json
import timeit

import pytest

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.ports import Reply
from pytest_oao.providers.description import describe, reply, request_attributes, tools_of
from pytest_oao.providers.recognition import recognise

CHAT = Call("chat", "POST /chat/completions")
ANSWER = Body(b'{"id": "c", "choices": [{"message": {"content": "Hi"}}]}', "application/json")


def test_an_answer_is_described_by_its_codec():
    for outcome in (Returned(ANSWER, Head(200)), Returned(ANSWER), Streamed(ANSWER)):
        assert describe(CHAT, outcome) == {"gen_ai.response.id": "c"}
        assert reply(CHAT, outcome) == Reply("Hi")


def test_a_call_that_raised_tells_what():
    assert describe(CHAT, Raised("ReadTimeout", "m")) == {"error.type": "ReadTimeout"}
    assert reply(CHAT, Raised("ReadTimeout")) == Reply()


def test_a_stream_that_broke_tells_what_broke_it():
    assert describe(CHAT, Streamed(ANSWER, end=Raised("ReadError"))) == {
        "gen_ai.response.id": "c",
        "error.type": "ReadError",
    }
    assert "error.type" not in describe(CHAT, Streamed(ANSWER, end="closed"))


def test_a_status_is_told_where_the_body_tells_no_type():
    assert describe(CHAT, Returned(Body(b"<html>"), Head(502))) == {"error.type": "502"}
    assert describe(CHAT, Returned(Body(b'{"error": "no such model"}'), Head(404))) == {"error.type": "404"}
    assert describe(CHAT, Returned(Body(b'{"error": {"type": "t"}}'), Head(400))) == {"error.type": "t"}


def test_other_calls_tell_only_how_they_failed():
    http = Call("http", "POST https://host/v1/chat/completions")
    assert describe(http, Returned(ANSWER, Head(200))) == {}
    assert describe(http, Returned(ANSWER, Head(500))) == {"error.type": "500"}
    assert describe(http, Raised("ConnectError")) == {"error.type": "ConnectError"}
    assert reply(http, Returned(ANSWER)) == Reply()


@pytest.mark.parametrize(
    ("target", "kind", "body", "tools"),
    [
        ("/chat/completions", "chat", {"tools": [{"type": "function"}], "functions": [{"name": "f"}]}, 2),
        ("/responses", "chat", {"tools": [{"type": "web_search"}]}, 1),
        ("/messages", "chat", {"tools": [{"name": "f"}]}, 1),
        ("/messages", "chat", {"tools": None}, 0),
        ("/messages", "chat", [], 0),
        ("/embeddings", "embeddings", {}, 0),
        ("/completions", "text_completion", {}, 0),
        ("https://host/x", "http", {"tools": [{}]}, 0),
    ],
)
def test_tools_of_a_call(target, kind, body, tools):
    call = Call(kind, f"POST {target}", Body(json.dumps(body).encode()))
    assert len(tools_of(call)) == tools


def test_a_body_that_is_no_json_offers_no_tools():
    assert tools_of(Call("chat", "POST /messages", Body(b"\xff"))) == []


@pytest.mark.parametrize(
    ("host", "path", "body", "told"),
    [
        (
            "api.openai.com",
            "/v1/responses",
            {"model": "m"},
            {"gen_ai.provider.name": "openai", "gen_ai.request.model": "m"},
        ),
        (
            "x.openai.azure.com",
            "/openai/deployments/d%20d/chat/completions",
            {},
            {"gen_ai.provider.name": "azure.ai.openai", "gen_ai.request.model": "d d"},
        ),
        (
            "h",
            "/openai/deployments/d/chat/completions",
            {"model": "m"},
            {"gen_ai.provider.name": "azure.ai.openai", "gen_ai.request.model": "m"},
        ),
        (
            "h",
            "/model/anthropic.claude-3%3A0/invoke",
            {"max_tokens": 1},
            {
                "gen_ai.provider.name": "aws.bedrock",
                "gen_ai.request.model": "anthropic.claude-3:0",
                "gen_ai.request.max_tokens": 1,
            },
        ),
    ],
)
def test_a_request_is_described_by_host_path_and_body(host, path, body, told):
    assert request_attributes(recognise("POST", path), host, path, body) == told


def test_describing_a_request_is_cheap():
    path = "/v1/chat/completions"
    body = {"model": "m", "temperature": 1, "max_tokens": 5, "messages": [{"role": "user", "content": "x" * 2000}]}
    found = recognise("POST", path)
    run = lambda: request_attributes(found, "api.openai.com", path, body)  # noqa: E731
    assert min(timeit.repeat(run, number=300, repeat=7)) / 300 < 60e-6  # twice the aim: the machines are shared
