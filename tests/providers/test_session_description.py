import json

import pytest

from pytest_oao.model.attributes import ReadAttributes, given
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange, Usage
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.sessions import Header, Session
from pytest_oao.providers.http_calls import http_call
from pytest_oao.providers.session_description import described_call, described_session

URL = "https://api.openai.com/v1/chat/completions"
CHAT = http_call("POST", URL, (), json.dumps({"model": "gpt-5", "temperature": 0.5}).encode())
ANSWER = Returned(Body(b'{"id":"c-1","choices":[],"usage":{"completion_tokens":3}}'), Head(200))
GIVEN = {"gen_ai.tool.name": "search"}


def test_a_call_tells_what_its_request_says():
    call = described_call(CHAT)
    assert call.model == "gpt-5"
    assert call.attributes == {
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.temperature": 0.5,
    }


def test_what_a_call_was_given_stays():
    call = Call("execute_tool", "search", attributes=GIVEN)
    assert described_call(call) is call
    assert given(call.attributes) == GIVEN


def test_a_session_tells_what_its_answers_say_and_a_call_in_doubt_what_it_asked():
    tool = Exchange(2, Call("execute_tool", "search", attributes=GIVEN), ANSWER, attributes={"oao.note": "kept"})
    session = described_session(Session(Header("s"), (Exchange(1, CHAT, ANSWER), tool), None, (CHAT,)))
    assert session.usage == Usage(output_tokens=3)
    assert session.exchanges[0].call.model == session.in_doubt[0].model == "gpt-5"
    assert session.exchanges[1].attributes == {"oao.note": "kept"}


def test_what_is_described_is_neither_read_nor_described_again(monkeypatch):
    once = described_session(Session(Header("s"), (Exchange(1, CHAT, ANSWER),), None, (CHAT,)))
    monkeypatch.setattr(ReadAttributes, "__len__", lambda _: pytest.fail("read"))
    again = described_session(once)
    assert again.exchanges[0] is once.exchanges[0]
    assert again.in_doubt[0] is once.in_doubt[0]


def test_bytes_are_read_once_and_only_when_somebody_asks():
    reads = []

    def read():
        reads.append(1)
        return {"a": 1}

    told = ReadAttributes(read)
    assert (reads, given(told)) == ([], {})
    assert (told["a"], list(told), len(told), repr(told), told == {"a": 1}) == (1, ["a"], 1, "{'a': 1}", True)
    assert len(reads) == 1
    with pytest.raises(KeyError):
        told["b"]
