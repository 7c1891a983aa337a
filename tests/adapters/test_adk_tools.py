import asyncio

import pytest

pytest.importorskip("google.adk")

import adk_agent
from adk_agent import LIVE, Shelf, go, told

import pytest_oao as oao
from pytest_oao.errors import Diverged, UnkeptValue

CALLS = {
    "state": [[("note", {"text": "a"})]],
    "state of several calls": [[("note", {"text": "a"}), ("note", {"text": "b"})], [("note", {"text": "c"})]],
    "a list of the state": [[("append", {"text": "a"})], [("append", {"text": "b"})]],
    "escalation": [[("leave", {})]],
    "a transfer": [[("hand_over", {})]],
    "a confirmation": [[("confirm", {})]],
    "artifacts": [[("save", {})]],
    "events": [[("progress", {})], [("progress", {}), ("note", {"text": "a"})]],
    "an error": [[("fail", {})], [("note", {"text": "a"})]],
    "a long run": [[("wait_for_it", {"job": "a"})]],
    "a subclass": [[("lower", {"text": "A"})]],
    "a node": [[("forecast", {"city": "Rome"})]],
    "an agent": [[("expert", {"request": "think"})], [("note", {"text": "a"})]],
}
OPTIONS = {"state": {"texts": ["first"]}, "on_tool_error_callback": told}


@pytest.fixture(autouse=True)
def _count():
    LIVE.clear()


@pytest.mark.parametrize("turns", CALLS.values(), ids=CALLS)
def test_what_a_tool_does_to_its_context_is_done_again_where_the_record_answers(turns, tmp_path):
    with oao.record(tmp_path) as recording:
        recorded = go(turns, times=2, **OPTIONS)
    assert LIVE
    LIVE.clear()
    with oao.replay(recording.cassette):
        replayed = go(turns, times=2, **OPTIONS)
    assert replayed == recorded
    assert LIVE == {}
    assert go(turns, times=2, **OPTIONS) == recorded


@pytest.mark.parametrize("kind", ["live", "verify"])
@pytest.mark.parametrize("turns", CALLS.values(), ids=CALLS)
def test_a_tool_that_runs_in_a_replay_does_so_once_and_is_compared_with_what_it_did(turns, kind, tmp_path):
    with oao.record(tmp_path) as recording:
        recorded = go(turns, **OPTIONS)
    live = dict(LIVE)
    LIVE.clear()
    with oao.replay(recording.cassette, kinds={"execute_tool": kind}):
        assert go(turns, **OPTIONS) == recorded
    assert live == LIVE


def test_a_tool_that_does_something_else_to_its_context_is_told(tmp_path, monkeypatch):
    with oao.record(tmp_path) as recording:
        go(CALLS["a transfer"])
    monkeypatch.setattr(adk_agent.TOOLS[3], "__code__", (lambda tool_context: "over").__code__)
    with (
        pytest.raises(Diverged, match="tool outcome changed"),
        oao.replay(recording.cassette, kinds={"execute_tool": "verify"}),
    ):
        go(CALLS["a transfer"])


@pytest.mark.parametrize("name", ["hold", "hold_and_fail"])
def test_what_cannot_be_kept_of_what_a_tool_leaves_stops_the_recording(name, tmp_path):
    with (
        pytest.raises(UnkeptValue, match=r"adk_agent\.Handle at tool_context\.actions\.state_delta\.temp:handle"),
        oao.record(tmp_path, strict=True),
    ):
        go([[(name, {})]], **OPTIONS)


def test_what_stood_in_the_context_before_is_not_the_tools(tmp_path):
    def before(tool, args, tool_context):
        tool_context.state["temp:handle"] = adk_agent.Handle()
        tool_context.actions.skip_summarization = True

    with oao.record(tmp_path) as recording:
        go(CALLS["state"], before_tool_callback=before)
        (call,) = recording.calls
    assert call.response["actions"] == {"state_delta": {"text": "a", "user:count": 1}}


def test_what_a_person_said_to_a_call_is_compared(tmp_path):
    with oao.record(tmp_path) as recording:
        recorded = go(CALLS["a confirmation"], times=2, confirmed=True)
        assert [one.response for one in recording.calls][1:] == ["confirmed: True"]
    with oao.replay(recording.cassette):
        assert go(CALLS["a confirmation"], times=2, confirmed=True) == recorded
    with pytest.raises(Diverged, match="tool arguments changed"), oao.replay(recording.cassette):
        go(CALLS["a confirmation"], times=2, confirmed=False)


def test_artifacts_elsewhere_are_not_saved_in_a_replay(tmp_path):
    with oao.record(tmp_path) as recording:
        events, *_ = go(CALLS["artifacts"], service=Shelf())
    assert LIVE["shelf"] == 2
    LIVE.clear()
    with oao.replay(recording.cassette):
        replayed, *_ = go(CALLS["artifacts"], service=Shelf())
    assert replayed == events
    assert LIVE == {}


def test_a_result_without_effects_is_kept_as_it_is(tmp_path):
    with oao.record(tmp_path) as recording:
        go(CALLS["a subclass"])
        (call,) = recording.calls
    assert (call.kind, call.tool, call.request, call.response) == (
        "execute_tool",
        "lower",
        {"text": "A"},
        {"text": "a"},
    )
    assert "gen_ai.tool.call.id" not in call.exchange.call.attributes  # ADK made it up


def test_the_calls_of_an_agent_that_is_a_tool_are_below_it(tmp_path):
    with oao.record(tmp_path) as recording:
        go(CALLS["an agent"])
        calls = [(one.kind, one.tool, one.exchange.call.parent) for one in recording.calls]
    assert calls == [
        ("invoke_agent", "expert", None),
        ("execute_tool", "note", 1),
        ("execute_tool", "save", 1),
        ("execute_tool", "note", None),
    ]


def test_a_tool_is_called_by_a_test_with_a_context_of_its_own(tmp_path):
    tool = adk_agent.Quiet()

    async def call():
        return await tool.run_async(args={"text": "A"}, tool_context=None)

    with oao.record(tmp_path) as recording:
        assert asyncio.run(call()) == {"text": "a"}
    with oao.replay(recording.cassette):
        assert asyncio.run(call()) == {"text": "a"}
    assert LIVE["lower"] == 1


def test_a_tool_that_is_defined_during_a_session_is_seen(tmp_path):
    def act():
        class Late(adk_agent.Lower):
            async def run_async(self, *, args, tool_context):
                LIVE["late"] += 1
                return await super().run_async(args=args, tool_context=tool_context)

        return asyncio.run(Late().run_async(args={"text": "A"}, tool_context=None))

    with oao.record(tmp_path) as recording:
        assert act() == {"text": "a"}
    LIVE.clear()
    with oao.replay(recording.cassette):
        assert act() == {"text": "a"}
    assert LIVE == {}
