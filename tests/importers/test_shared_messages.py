import json
from collections import Counter

import pytest
from importer_samples import sessions_in

from pytest_oao.importers import shared_messages
from pytest_oao.importers.observations import ObservedCall, Scope
from pytest_oao.importers.shared_messages import SharedMessages
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import number


def said(content):
    return Message("tool", ({"type": "tool_call_response", "id": "c", "response": content},))


def asked(*contents):
    return ObservedCall(id="o", where="here", asked=ModelRequest("m", messages=tuple(map(said, contents))))


def messages(shared, *contents):
    return shared.of(asked(*contents)).asked.messages


def test_what_is_written_the_same_is_held_once():
    shared = SharedMessages()
    first = messages(shared, "a", {"x": [1, 2.5]})
    second = messages(shared, "a", {"x": [1, 2.5]}, "b")
    assert second == (said("a"), said({"x": [1, 2.5]}), said("b"))
    assert list(map(id, second[:2])) == list(map(id, first))
    assert messages(shared, *first[:0], "b")[0] is second[2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (None, number("NaN")),
        (number("Infinity"), number("-Infinity")),
        (2**64, float(2**64)),
        ("1", 1),
    ],
    ids=str,
)
def test_what_is_equal_and_written_otherwise_stays_what_it_is(one, other):
    shared = SharedMessages()
    (first,), (second,) = messages(shared, one), messages(shared, other)
    assert repr(first) == repr(said(one))
    assert repr(second) == repr(said(other))


def test_half_a_character_is_held_as_it_stands():
    assert messages(SharedMessages(), "\ud83d") == (said("\ud83d"),)


def test_what_is_no_request_in_neutral_form_is_as_it_was():
    scope = Scope(id="s", where="here")
    assert SharedMessages().of(scope) is scope


def test_a_message_that_is_the_same_already_is_written_once(monkeypatch):
    """A transcript's requests are made of the very same messages: their sizes add up to the square of its length."""
    written = Counter()
    encode = shared_messages.encode
    monkeypatch.setattr(
        shared_messages, "encode", lambda value, name: written.update([str(value)]) or encode(value, name)
    )
    told = tuple(map(said, range(5)))
    shared = SharedMessages()
    for end in range(1, 6):
        one = ObservedCall(id="o", where="here", asked=ModelRequest("m", messages=told[:end]))
        assert shared.of(one).asked.messages == told[:end]
    assert set(written.values()) == {1}


def test_the_requests_of_an_export_that_repeat_messages_are_held_once():
    turns = [{"role": "user" if at % 2 == 0 else "assistant", "content": f"{at} " + "word " * 200} for at in range(60)]
    lines = [
        {"projectId": "p", "parentObservationId": None, "traceId": "t", "id": f"o{at}", "type": "GENERATION"}
        | {"startTime": f"2026-01-01T00:{at:02}:00Z", "endTime": f"2026-01-01T00:{at:02}:30Z", "model": "gpt-5"}
        | {"input": turns[: at + 1], "output": turns[at + 1]}
        for at in range(0, 58, 2)
    ]
    (session,) = sessions_in("\n".join(map(json.dumps, lines)).encode(), "x.jsonl", "langfuse")
    told = [one.call.body.parsed[0]["gen_ai.input.messages"] for one in session.exchanges]
    assert len(told) == len(lines)
    assert len({id(message) for one in told for message in one}) == len(told[-1])
