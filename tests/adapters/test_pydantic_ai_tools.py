import asyncio
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

import pytest_oao as oao
from pytest_oao.errors import Diverged, UnkeptValue

pytest.importorskip("pydantic_ai")

from pydantic import BaseModel
from pydantic_ai import (
    Agent,
    ApprovalRequired,
    BinaryContent,
    CallDeferred,
    DeferredToolRequests,
    FunctionToolset,
    ImageUrl,
    ModelRetry,
    RunContext,
    Tool,
    ToolReturn,
    UsageLimits,
)
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel

pytestmark = pytest.mark.usefixtures("no_engine")
LIVE = []


@dataclass
class Desk:
    """Dependencies: what no record could keep."""

    lock: object


class Wish(BaseModel):
    title: str
    by: date


class Odd(Exception):
    def __init__(self, code):
        super().__init__(f"odd {code}")
        self.code = code


def find(ctx: RunContext[Desk], title: str, limit: int = 2) -> list[str]:
    LIVE.append("find")
    assert ctx.deps.lock
    return [title] * limit


async def order(wish: Wish) -> Wish:
    LIVE.append("order")
    return wish.model_copy(update={"title": wish.title.upper()})


def show() -> ToolReturn:
    LIVE.append("show")
    seen = ["look", BinaryContent(b"\x89PNG\r\n", media_type="image/png"), ImageUrl("https://example.com/a.png")]
    return ToolReturn(return_value={"shown": 1}, content=seen, metadata={"at": datetime(2026, 1, 1, tzinfo=UTC)})


def picture() -> BinaryContent:
    LIVE.append("picture")
    return BinaryContent(b"\x89PNG\r\n", media_type="image/png")


def insist(ctx: RunContext[Desk]) -> str:
    LIVE.append("insist")
    if not ctx.retry:
        raise ModelRetry("once more")
    return f"attempt {ctx.retry}"


def fail() -> str:
    LIVE.append("fail")
    raise Odd(7)


async def dawdle() -> str:
    LIVE.append("dawdle")
    await asyncio.sleep(30)


def ask_first(ctx: RunContext[Desk]) -> str:
    LIVE.append("ask_first")
    if not ctx.tool_call_approved:
        raise ApprovalRequired(metadata={"why": "it is dear"})
    return "bought"


def later() -> str:
    LIVE.append("later")
    raise CallDeferred(metadata={"job": 1})


def connect() -> object:
    return threading.Lock()


TOOLS = {
    "find": (find, {"title": "tea"}),
    "order": (order, {"wish": {"title": "tea", "by": "2026-01-01"}}),
    "show": (show, {}),
    "picture": (picture, {}),
    "insist": (insist, {}),
    "fail": (fail, {}),
    "dawdle": (Tool(dawdle, timeout=0.1), {}),
    "ask_first": (ask_first, {}),
    "later": (later, {}),
    "unlisted": (find, {"title": 7, "limit": "many"}),
}


@pytest.fixture(autouse=True)
def nothing_live():
    LIVE.clear()


def desk(*tools, name, arguments, **options):
    """Return an agent whose model asks for a tool, and asks again for one that asks for it, then says what it heard."""

    def answer(messages, info):
        heard = messages[-1].parts[0]
        again = heard.part_kind == "retry-prompt" or getattr(heard, "outcome", "") == "retried"
        if heard.part_kind == "user-prompt" or (again and len(messages) < 4):
            return ModelResponse([ToolCallPart(name, arguments, tool_call_id=f"call_{len(messages)}")])
        return ModelResponse([TextPart(f"{heard.part_kind}: {heard.content}")])

    return Agent(FunctionModel(answer), deps_type=Desk, tools=tools, output_type=[str, DeferredToolRequests], **options)


def run(name, tools=None, **given):
    tool, arguments = TOOLS[name]
    label = getattr(tool, "name", None) or tool.__name__
    agent = desk(*(tools or [tool]), name=label, arguments=arguments)
    try:
        result = agent.run_sync("go", deps=Desk(threading.Lock()), **given)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must come again
        return type(error), str(error), getattr(error, "code", None)
    parts = [part for message in result.all_messages() for part in message.parts]
    told = [(part.part_kind, getattr(part, "content", None), getattr(part, "metadata", None)) for part in parts]
    return result.output, told, result.usage.tool_calls


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_comes_to_the_same_in_replay_and_is_not_run(tmp_path, name):
    with oao.record(tmp_path) as recording:
        live = run(name)
    assert LIVE or name == "unlisted"
    LIVE.clear()
    with oao.replay(recording.cassette) as replaying:
        again = run(name)
        calls = replaying.calls
    assert again == live
    assert LIVE == []
    assert {call.kind for call in calls} <= {"execute_tool"}


def test_what_a_tool_raises_is_kept_below_what_the_run_makes_of_it(tmp_path):
    with oao.record(tmp_path) as recording:
        run("insist")
    assert [call.error for call in recording.calls] == ["ModelRetry: once more", ""]


def test_arguments_are_what_the_function_is_given_without_its_context(tmp_path):
    with oao.record(tmp_path) as recording:
        run("find")
        run("order")
    given = [call.exchange.call.body.json() for call in recording.calls]
    assert given == [{"title": "tea", "limit": 2}, {"wish": {"title": "tea", "by": "2026-01-01"}}]
    assert recording.calls[0].exchange.call.attributes["gen_ai.tool.call.id"] == "call_1"


def test_other_arguments_diverge(tmp_path, monkeypatch):
    with oao.record(tmp_path) as recording:
        run("find")
    monkeypatch.setitem(TOOLS, "find", (find, {"title": "coffee"}))
    with pytest.raises(Diverged) as caught, oao.replay(recording.cassette):
        run("find")
    assert caught.value.divergence.name == "tool arguments changed"


def test_a_result_that_cannot_be_kept_stops_the_recording(tmp_path, monkeypatch):
    monkeypatch.setitem(TOOLS, "connect", (connect, {}))
    with pytest.raises(UnkeptValue, match=r"'connect'.*lock"), oao.record(tmp_path, strict=True):
        run("connect")


def test_a_live_tool_is_run(tmp_path):
    with oao.record(tmp_path) as recording:
        live = run("find")
    with oao.replay(recording.cassette, kinds={"execute_tool:find": "live"}):
        assert run("find") == live
    assert LIVE == ["find", "find"]


def test_tools_of_any_toolset_and_those_of_a_class_of_output(tmp_path):
    toolset = FunctionToolset([find]).prefixed("shop")

    def answer(messages, info):
        if len(messages) == 1:
            return ModelResponse([ToolCallPart("shop_find", {"title": "tea"}, tool_call_id="1")])
        return ModelResponse([ToolCallPart(info.output_tools[0].name, {"title": "a", "by": "2026-01-01"})])

    def act():
        agent = Agent(FunctionModel(answer), deps_type=Desk, toolsets=[toolset], output_type=Wish)
        return agent.run_sync("go", deps=Desk(1)).output

    with oao.record(tmp_path) as recording:
        live = act()
    assert [call.exchange.call.target for call in recording.calls] == ["shop_find"]
    LIVE.clear()
    with oao.replay(recording.cassette):
        assert act() == live
    assert LIVE == []


def test_the_limit_of_tool_calls_holds_in_replay(tmp_path):
    with oao.record(tmp_path) as recording:
        live = run("insist", usage_limits=UsageLimits(tool_calls_limit=1))
    with oao.replay(recording.cassette):
        assert run("insist", usage_limits=UsageLimits(tool_calls_limit=1)) == live
