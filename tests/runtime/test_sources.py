import pytest
from runtime_samples import call, replayer, session

from pytest_oao.errors import OaoHalt
from pytest_oao.runtime.per_kind import answered, answers_of
from pytest_oao.runtime.sources import Recorder, Refusal

FAILS = call({}, kind="mcp", target="connection")
ASKS = call({}, kind="mcp", target="tools/list")


def refusal():
    return Refusal(lambda _: OaoHalt("no"))


@pytest.mark.parametrize(
    ("kinds", "performed"),
    [
        ({}, False),
        ({"execute_tool": "live"}, False),
        ({"mcp": "replay"}, False),
        ({"mcp": "live"}, True),
        ({"mcp:tools/call *": "verify"}, True),
    ],
)
def test_a_replay_performs_calls_of_the_kinds_that_are_live_or_verified(kinds, performed):
    assert answered(replayer(session(ASKS)), answers_of(kinds, "here")).performs("mcp") is performed


def test_a_recording_performs_all_calls_and_a_refusal_none():
    assert Recorder().performs("mcp")
    assert not refusal().performs("mcp")


@pytest.mark.parametrize("kinds", [{}, {"execute_tool": "live"}])
def test_what_is_next_in_the_record_is_expected_and_not_taken(kinds):
    source = answered(replayer(session(ASKS, FAILS)), answers_of(kinds, "here"))
    assert not source.expects(FAILS)
    source.answer(ASKS)
    assert source.expects(FAILS)
    assert source.answer(FAILS) is not None
    assert not source.expects(FAILS)


def test_nothing_is_expected_where_nothing_is_recorded():
    assert not Recorder().expects(FAILS)
    assert not refusal().expects(FAILS)
