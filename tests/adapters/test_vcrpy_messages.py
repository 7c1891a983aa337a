import gzip
from io import BytesIO

import pytest

from pytest_oao.adapters.vcrpy_messages import asked, bytes_of, interactions_of, outcome_of, recorded_call
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Returned
from pytest_oao.model.sessions import Header, Session
from pytest_oao.providers.http_calls import http_call

PACKED = gzip.compress(b'{"a": 1}')


def response(headers, string, code=200):
    return {"status": {"code": code, "message": "OK"}, "headers": headers, "body": {"string": string}}


@pytest.mark.parametrize(
    ("given", "body", "headers"),
    [
        (response({"content-type": ["a/b"]}, b"x"), b"x", (("content-type", "a/b"),)),
        (response({"Set-Cookie": ["a=1", "b=2"]}, "é"), "é".encode(), (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))),
        (response({"content-encoding": ["gzip"], "content-length": ["9"]}, PACKED), b'{"a": 1}', ()),
        (response({"content-encoding": ["gzip"]}, b'{"a": 1}'), b'{"a": 1}', ()),
        (response({"content-encoding": ["gzip"]}, b"\xff\xfe"), b"\xff\xfe", (("content-encoding", "gzip"),)),
        (response({"x": "hi"}, None), b"", (("x", "h"), ("x", "i"))),
        (response({b"x": [b"\xe9", 1]}, b""), b"", (("b'x'", "é"), ("b'x'", "1"))),
        ({"status_code": 200, "headers": {}, "content": "old"}, b"old", ()),
    ],
)
def test_a_response_gives_what_vcrpy_would_give(given, body, headers):
    outcome = outcome_of(given)
    assert (outcome.body.data, outcome.head) == (body, Head(200, headers))


@pytest.mark.parametrize("body", ["ab", b"ab", bytearray(b"ab"), BytesIO(b"ab"), [b"a", b"b"], iter(["a", b"b"])])
def test_a_body_in_any_form_is_its_bytes(body):
    assert bytes_of(body) == b"ab"


def test_a_live_call_is_a_request_of_vcrpys():
    call = http_call("post", "https://shop.test:444/a?b=1", (("X-One", "1"), ("x-one", "2")), b"{}")
    request = asked(call, call.body.data)
    assert (request.method, request.uri, request.body, dict(request.headers)) == (
        "POST",
        "https://shop.test:444/a?b=1",
        b"{}",
        {"X-One": "1, 2"},
    )
    assert (request.host, request.port, request.query) == ("shop.test", 444, [("b", "1")])


def test_a_recorded_request_is_a_call_and_a_hidden_url_is_the_live_one():
    live = http_call("POST", "https://api.openai.com/v1/chat/completions", (), b"{}")
    assert recorded_call(asked(live, b"{}"), live) == live
    hidden = asked(live, b"[]")
    hidden.uri = "**REDACTED**"
    call = recorded_call(hidden, live)
    assert (call.kind, call.target, call.body.data) == ("chat", "POST /chat/completions", b"[]")


def test_a_session_is_interactions_as_a_persister_returns_them():
    call = http_call("GET", "https://shop.test/", (("accept", "*/*"),), b"")
    head = Head(201, (("a", "1"), ("a", "2")))
    raised = Exchange(2, Call("http", "GET https://gone.test/"), Raised("ConnectError"))
    session = Session(Header("x"), (Exchange(1, call, Returned(Body(b"hi"), head)), raised))
    (request,), (answer,) = interactions_of(session)
    assert (request.method, request.uri, dict(request.headers)) == ("GET", "https://shop.test/", {"accept": "*/*"})
    assert answer == response({"a": ["1", "2"]}, b"hi", 201) | {"status": {"code": 201, "message": None}}
    assert outcome_of(answer) == Returned(Body(b"hi"), head)
