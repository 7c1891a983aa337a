"""What an import costs grows with what there is to read: each request repeats all that was said, which is read once."""

import json
import sys

import pytest
from importer_samples import sessions_in
from long_transcripts import TRANSCRIPTS

SHORT, LONG = 20, 80


def work(act):
    """Return how many instructions of Python an act takes: the same on every machine, and at any load."""
    counted = 0

    def trace(frame, event, _):
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize("transcript", TRANSCRIPTS.values(), ids=TRANSCRIPTS)
def test_the_cost_of_a_transcript_grows_with_its_turns(transcript):
    short, long = transcript(SHORT), transcript(LONG)
    (session,) = sessions_in(long, "x")
    assert len(session.exchanges) >= 2 * LONG - 1
    costs = [work(lambda data=data: sessions_in(data, "x")) for data in (short, long)]
    assert costs[1] < 4.4 * costs[0]


def record(messages=(), tools=()):
    user = {"role": "user", "content": "go"}
    answer = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "ho"}}]}
    request = {"model": "gpt-5", "messages": [user, *messages], "tools": [*tools]}
    return json.dumps({"request": request, "response": answer, "session_id": "s"}).encode() + b"\n\n"


def messages(count):
    for n in range(count):
        function = {"name": "find", "arguments": f'{{"n":{n}}}'}
        yield {"role": "assistant", "tool_calls": [{"id": f"c{n}", "type": "function", "function": function}]}
        yield {"role": "tool", "tool_call_id": f"c{n}", "content": f"it is {n}"}


def tool(number):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    return {"type": "function", "function": {"name": f"find_{number}", "parameters": schema}}


RECORDS = {
    "messages": lambda count: record(messages(count)),
    "tools": lambda count: record(tools=map(tool, range(count))),
    "text": lambda count: record([{"role": "user", "content": "One line.\nAnd another.\n" * count}]),
    "picture": lambda count: record([{"role": "user", "content": "data:image/png;base64," + "iVBORw0KGgo" * count}]),
}


@pytest.mark.parametrize("kind", RECORDS)
def test_the_cost_of_one_long_record_grows_with_its_length(kind):
    records = (RECORDS[kind](count) for count in (200, 800))
    costs = [work(lambda data=data: sessions_in(data, "x")) for data in records]
    assert costs[1] < 4.4 * costs[0]
