import json
from dataclasses import replace

import pytest

from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.raw_pairs import RawPairs
from pytest_oao.runtime.pinned_sessions import PinnedSession

USER = {"role": "user", "content": "When are you open?"}
ASKED = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {}}]}
RESULT = {"role": "tool", "tool_call_id": "c", "content": "9-18"}


def imported(*pairs, **metadata):
    lines = (
        {
            "session_id": "s",
            "request": {"model": "gpt-5", "messages": messages},
            "response": {"object": "chat.completion", "choices": [{"message": said, "finish_reason": "stop"}]},
        }
        for messages, said in pairs
    )
    (session,) = RawPairs().read(FileDump("log.jsonl", "\n".join(map(json.dumps, lines)).encode()))
    return replace(session, header=replace(session.header, metadata=metadata))


LOOP = (([USER], ASKED), ([USER, ASKED, RESULT], {"role": "assistant", "content": "From nine."}))


@pytest.mark.parametrize(
    ("metadata", "given", "came"),
    [
        ({}, "When are you open?", "From nine."),
        (
            {"input": {"args": ["x"], "kwargs": {}}, "output": {"text": "y"}},
            {"args": ["x"], "kwargs": {}},
            {"text": "y"},
        ),
    ],
)
def test_what_was_said_is_told_whatever_the_run_itself_was_given(metadata, given, came):
    session = PinnedSession("s", lambda: imported(*LOOP, **metadata))
    assert (session.input, session.output) == (given, came)
    assert (session.prompt, session.answer) == ("When are you open?", "From nine.")


def test_where_nothing_was_said_there_is_no_text():
    session = PinnedSession("s", lambda: imported(([], ASKED)))
    assert (session.prompt, session.answer, session.input, session.output) == (None, None, None, None)


def test_each_test_reads_a_session_anew():
    sessions = iter([imported(*LOOP), imported(([], ASKED))])
    session = PinnedSession("s", lambda: next(sessions))
    assert (session.prompt, session.answer) == ("When are you open?", "From nine.")
    session.forget()
    assert (session.prompt, session.answer) == (None, None)
