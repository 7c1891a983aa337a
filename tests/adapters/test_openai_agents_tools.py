import asyncio
import threading
from dataclasses import dataclass

import pytest

import pytest_oao as oao
from pytest_oao.errors import Diverged, UnkeptValue

pytest.importorskip("agents.run")

import agents
from agents.tool import invoke_function_tool
from agents.tool_context import ToolContext

pytestmark = pytest.mark.usefixtures("no_engine")
LIVE = []


@dataclass
class Hit:
    title: str


class Odd(Exception):
    """An error with more than a message."""

    def __init__(self, code):
        super().__init__(f"odd {code}")
        self.code = code


@agents.function_tool
def find(ctx: agents.RunContextWrapper[object], title: str, limit: int = 2) -> list[Hit]:
    """Find something."""
    LIVE.append("find")
    return [Hit(title)] * limit


@agents.function_tool
async def show() -> agents.ToolOutputImage:
    """Show something."""
    LIVE.append("show")
    return agents.ToolOutputImage(image_url="data:image/png;base64,iVBORw0KGgo=", detail="low")


@agents.function_tool(failure_error_function=lambda _, error: f"{type(error).__name__} {error.code}")
def fail() -> str:
    """Fail, and tell the model."""
    LIVE.append("fail")
    raise Odd(7)


@agents.function_tool(failure_error_function=None)
async def fail_loudly() -> str:
    """Fail, and end the run."""
    LIVE.append("fail_loudly")
    raise Odd(8)


@agents.function_tool(timeout=0.1)
async def dawdle() -> str:
    """Take too long."""
    LIVE.append("dawdle")
    await asyncio.sleep(30)


@agents.function_tool(timeout=0.1, timeout_behavior="raise_exception")
async def dawdle_loudly() -> str:
    """Take too long, and end the run."""
    LIVE.append("dawdle_loudly")
    await asyncio.sleep(30)


@agents.function_tool
def connect() -> object:
    """Return what cannot be kept."""
    return threading.Lock()


async def by_hand(context: ToolContext, arguments: str) -> dict[str, str]:
    LIVE.append("by_hand")
    return {"id": context.tool_call_id, "given": arguments}


class Machine(agents.FunctionTool):
    """A tool that is called by a method of its own."""

    def __init__(self):
        schema = {"type": "object", "properties": {}}
        super().__init__("machine", "A machine.", schema, self.work, strict_json_schema=False)

    async def work(self, context: ToolContext, arguments: str) -> str:
        LIVE.append("machine")
        return f"{type(self).__name__} at work on {arguments}"


SCHEMA = {"type": "object", "properties": {}}
TOOLS = {
    "find": (find, '{"title": "tea"}'),
    "bad arguments": (find, '{"title": '),
    "of another type": (find, '{"title": ["a"]}'),
    "no object": (agents.FunctionTool("by_hand", "", SCHEMA, by_hand, strict_json_schema=False), '"tea"'),
    "show": (show, "{}"),
    "fail": (fail, ""),
    "fail_loudly": (fail_loudly, "{}"),
    "by_hand": (agents.FunctionTool("by_hand", "", SCHEMA, by_hand, strict_json_schema=False), '{"a": 1}'),
    "by_method": (Machine(), "{}"),
    "dawdle": (dawdle, "{}"),
    "dawdle_loudly": (dawdle_loudly, "{}"),
}


@pytest.fixture(autouse=True)
def nothing_live():
    LIVE.clear()


async def invoked(tool, arguments, number="call_1"):
    context = ToolContext(object(), tool_name=tool.name, tool_call_id=number, tool_arguments=arguments)
    try:
        return await invoke_function_tool(function_tool=tool, context=context, arguments=arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must come again
        return type(error), str(error), getattr(error, "code", None)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_comes_to_the_same_in_replay_and_is_not_run(tmp_path, name):
    with oao.record(tmp_path) as recording:
        live = asyncio.run(invoked(*TOOLS[name]))
    LIVE.clear()
    with oao.replay(recording.cassette) as replaying:
        assert asyncio.run(invoked(*TOOLS[name])) == live
        [call] = replaying.calls
    assert LIVE == []
    assert (call.kind, call.exchange.call.attributes["gen_ai.tool.call.id"]) == ("execute_tool", "call_1")


def test_what_a_tool_raised_is_kept_below_what_the_agent_makes_of_it(tmp_path):
    with oao.record(tmp_path) as recording:
        assert asyncio.run(invoked(fail, "{}")) == "Odd 7"
    [call] = recording.calls
    assert call.error == "Odd: odd 7"


def test_the_context_of_a_run_is_no_argument(tmp_path):
    with oao.record(tmp_path) as recording:
        asyncio.run(invoked(find, '{"title": "tea"}'))
    assert recording.calls[0].exchange.call.body.json() == {"title": "tea"}


def test_other_arguments_diverge(tmp_path):
    with oao.record(tmp_path) as recording:
        asyncio.run(invoked(find, '{"title": "tea"}'))
    with pytest.raises(Diverged) as caught, oao.replay(recording.cassette):
        asyncio.run(invoked(find, '{"title": "coffee"}'))
    assert caught.value.divergence.name == "tool arguments changed"


def test_a_result_that_cannot_be_kept_stops_the_recording(tmp_path):
    with pytest.raises(UnkeptValue, match=r"'connect'.*lock"), oao.record(tmp_path, strict=True):
        asyncio.run(invoked(connect, "{}"))


def test_a_live_tool_is_run(tmp_path):
    with oao.record(tmp_path) as recording:
        live = asyncio.run(invoked(*TOOLS["find"]))
    with oao.replay(recording.cassette, kinds={"execute_tool:find": "live"}):
        assert asyncio.run(invoked(*TOOLS["find"])) == live
    assert LIVE == ["find", "find"]


def test_a_tool_made_during_the_session_is_seen_as_well(tmp_path):
    with oao.record(tmp_path) as recording:
        asyncio.run(invoked(agents.function_tool(lambda: "made", name_override="late"), "{}"))
    assert [call.exchange.call.target for call in recording.calls] == ["late"]


class TestAgentAsTool:
    @staticmethod
    def desk():
        """Return an agent that has another as a tool; the models of both are scripts."""
        testing = pytest.importorskip("agents.testing")
        inner = testing.ScriptedModel(
            [[testing.function_call("find", {"title": "tea"}, call_id="c1")], [testing.assistant_message("found")]]
        )
        asks = testing.function_call("ask_clerk", {"input": "tea?"}, call_id="c2")
        outer = testing.ScriptedModel([[asks], [testing.assistant_message("so it is")]])
        clerk = agents.Agent(name="clerk", model=inner, tools=[find])
        return agents.Agent(name="desk", model=outer, tools=[clerk.as_tool("ask_clerk", "Ask the clerk.")])

    def test_its_tools_are_exchanges_below_it_and_answered_one_by_one(self, tmp_path):
        with oao.record(tmp_path) as recording:
            live = agents.Runner.run_sync(self.desk(), "tea?")
        called = [(one.kind, one.exchange.call.target, one.exchange.call.parent) for one in recording.calls]
        assert called == [("invoke_agent", "ask_clerk", None), ("execute_tool", "find", 1)]
        LIVE.clear()
        with oao.replay(recording.cassette):
            again = agents.Runner.run_sync(self.desk(), "tea?")
        assert LIVE == []
        assert again.final_output == live.final_output
        assert again.context_wrapper.usage == live.context_wrapper.usage

    def test_what_it_leaves_out_is_told(self, tmp_path):
        with oao.record(tmp_path) as recording:
            agents.Runner.run_sync(self.desk(), "tea?")
        testing = pytest.importorskip("agents.testing")
        desk = self.desk()
        lazy = agents.Agent(name="clerk", model=testing.ScriptedModel([[testing.assistant_message("found")]]))
        desk.tools = [lazy.as_tool("ask_clerk", "Ask the clerk.")]
        with pytest.raises(Diverged) as caught, oao.replay(recording.cassette):
            agents.Runner.run_sync(desk, "tea?")
        assert (caught.value.divergence.name, caught.value.divergence.number) == ("call missing", 2)
