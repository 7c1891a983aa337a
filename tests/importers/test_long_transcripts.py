"""What a transcript costs grows with its length: each request repeats all that was said, which is gone through once."""

import sys

import pytest
from importer_samples import sessions_in
from long_transcripts import TRANSCRIPTS

SHORT, LONG = 40, 160


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
