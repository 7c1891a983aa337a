from pathlib import Path

import pytest
from runtime_samples import POLICING, answer, call, recording

from pytest_oao.model.bodies import Body
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.runtime.running_session import RunningSession

CHAT = b'{"model":"m-1","choices":[{"message":{"content":"hello"}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}'
EVENTS = b'data: {"choices":[{"delta":{"content":"hel"}}]}\n\ndata: {"choices":[{"delta":{"content":"lo"}}]}\n\ndata: [DONE]\n\n'


@pytest.fixture
def running():
    gateway = recording()
    outcomes = [
        (call("hi"), Returned(Body(CHAT, "application/json"), Head(200))),
        (call("hi", stream=True), Streamed(Body(EVENTS, "text/event-stream"), Head(200), (len(EVENTS),))),
        (
            call({"input": "x", "model": "e"}, kind="embeddings", target="POST /embeddings"),
            Raised("ConnectError", "no"),
        ),
        (
            call({}, kind="http", target="GET https://h.example/"),
            Returned(Body(b"plain text", "text/plain"), Head(404)),
        ),
        (call({}, kind="http", target="DELETE https://h.example/"), Returned(Body(), Head(204))),
    ]
    for one, outcome in outcomes:
        gateway.settle(gateway.admit(one), outcome)
    return RunningSession(Path("c.yaml"), gateway, POLICING)


def test_calls_are_a_sequence_and_can_be_chosen_by_kind_and_model(running):
    assert len(running.calls) == 5
    assert [one.kind for one in running.calls] == ["chat", "chat", "embeddings", "http", "http"]
    assert len(running.calls("chat")) == len(running.calls(model="m")) == len(running.calls("chat", model="m")) == 2
    assert not running.calls("chat", model="other")
    assert running.calls[0].target == "POST /chat/completions"
    assert [one.kind for one in running.calls[2:]] == ["embeddings", "http", "http"]
    assert running.calls[-1].status == 204
    assert running.calls[1:]("chat")[0].request["stream"] is True
    assert repr(running.calls).startswith("Calls([<1: chat m 200>, ")


def test_a_call_tells_what_was_asked_and_what_came(running):
    chat, stream, failed, missing, empty = running.calls
    assert chat.request["messages"][0]["content"] == "hi"
    assert chat.response["choices"][0]["message"]["content"] == chat.reply.text == "hello"
    assert (chat.model, chat.lane, chat.status, chat.error) == ("m", "0", 200, "")
    assert chat.attributes["gen_ai.response.model"] == "m-1"
    assert [
        event if isinstance(event, str) else event["choices"][0]["delta"]["content"] for event in stream.response
    ] == ["hel", "lo", "[DONE]"]
    assert stream.reply.text == "hello"
    assert (failed.response, failed.status, failed.error) == (None, None, "ConnectError: no")
    assert failed.reply.text == ""
    assert (missing.response, missing.status) == ("plain text", 404)
    assert empty.response is None


def test_usage_adds_up_and_unknown_is_none(running):
    assert running.calls[0].usage == Usage(3, 2)
    assert running.usage == Usage(3, 2)
    assert running.usage.cached_tokens is None


def test_the_session_is_read_at_any_time():
    gateway = recording()
    running = RunningSession(Path("c.yaml"), gateway, POLICING)
    assert list(running.calls) == []
    admission = gateway.admit(call())
    assert len(running.session.in_doubt) == 1
    assert not running.calls
    gateway.settle(admission, answer("x"))
    assert len(running.calls) == 1
    assert running.id == running.session.header.id == "s"
    assert running.cassette == Path("c.yaml")
