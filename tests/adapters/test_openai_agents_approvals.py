import asyncio

import pytest

import pytest_oao as oao
from pytest_oao.errors import Diverged

pytest.importorskip("agents.testing")

import agents
from agents import testing
from agents.items import ToolApprovalItem
from agents.realtime import RealtimeAgent, RealtimeModelToolCallEvent, RealtimeSession
from agents.run_context import RunContextWrapper
from agents.tool import HostedMCPTool, MCPToolApprovalRequest, ShellTool
from openai.types.responses.response_output_item import McpApprovalRequest

pytestmark = pytest.mark.usefixtures("no_engine")
LIVE = []


@pytest.fixture(autouse=True)
def nothing_live():
    LIVE.clear()


@agents.function_tool(needs_approval=True)
def pay(to: str, amount: int) -> str:
    """Pay somebody."""
    LIVE.append("pay")
    return f"{to} has {amount}"


def clerk():
    script = [
        [testing.function_call("pay", {"to": to, "amount": 5}, call_id=f"c-{to}") for to in ("anna", "bert")],
        [testing.assistant_message("done")],
    ]
    return agents.Agent(name="clerk", model=testing.ScriptedModel(script), tools=[pay])


def run(decide, agent=None):
    agent = agent or clerk()
    result = agents.Runner.run_sync(agent, "pay them")
    state = result.to_state()
    for item in result.interruptions:
        decide(state, item)
    result = agents.Runner.run_sync(agent, state)
    return [repr(item.output) for item in result.new_items if item.type == "tool_call_output_item"]


def approve_anna(state, item):
    if "anna" in item.arguments:
        state.approve(item)
    else:
        state.reject(item, rejection_message="not him")


def test_decisions_are_a_persons(tmp_path):
    with oao.record(tmp_path) as recording:
        live = run(approve_anna)
    LIVE.clear()
    with oao.replay(recording.cassette) as session:
        assert run(approve_anna) == live
        told = [(call.kind, call.target, call.request) for call in session.calls]
    assert LIVE == []
    assert told == [
        (
            "human_input",
            "approval",
            {"tool": "pay", "arguments": {"to": "anna", "amount": 5}, "decision": "approve"},
        ),
        (
            "human_input",
            "approval",
            {
                "tool": "pay",
                "arguments": {"to": "bert", "amount": 5},
                "decision": "reject",
                "rejection_message": "not him",
            },
        ),
        ("execute_tool", "pay", {"to": "anna", "amount": 5}),
    ]


@pytest.mark.parametrize(
    ("decide", "path"),
    [
        (lambda state, item: state.reject(item, rejection_message="not him"), "$.decision"),
        (lambda state, item: state.approve(item, "anna" in item.arguments), "$.always_approve"),
    ],
)
def test_another_decision_is_told(tmp_path, decide, path):
    with oao.record(tmp_path) as recording:
        run(approve_anna)
    with pytest.raises(Diverged) as caught, oao.replay(recording.cassette):
        run(decide)
    divergence = caught.value.divergence
    assert (divergence.name, divergence.number) == ("request changed", 1)
    assert path in [change.path for change in divergence.explanation.changes]


def test_a_decision_for_an_agent_that_is_a_tool_is_told_once(tmp_path):
    def desk():
        asks = testing.function_call("ask_clerk", {"input": "pay them"}, call_id="c-0")
        outer = testing.ScriptedModel([[asks], [testing.assistant_message("so it is")]])
        return agents.Agent(name="desk", model=outer, tools=[clerk().as_tool("ask_clerk", "Ask the clerk.")])

    with oao.record(tmp_path) as recording:
        live = run(approve_anna, desk())
    with oao.replay(recording.cassette) as session:
        assert run(approve_anna, desk()) == live
        assert [call.target for call in session.calls if call.kind == "human_input"] == ["approval", "approval"]


class Line:
    """A realtime model to which nothing is sent."""

    def add_listener(self, listener):
        pass

    async def send_event(self, event):
        LIVE.append(type(event).__name__)


async def talk(decision, **more):
    settings = {"async_tool_calls": False}
    session = RealtimeSession(Line(), RealtimeAgent(name="clerk", tools=[pay]), None, run_config=settings)
    await session.on_event(RealtimeModelToolCallEvent("pay", "c-1", '{"to": "anna", "amount": 5}'))
    await getattr(session, f"{decision}_tool_call")("c-1", **more)
    await getattr(session, f"{decision}_tool_call")("c-2")  # nobody waits for it


def test_a_decision_in_a_realtime_session_is_a_persons(tmp_path):
    with oao.record(tmp_path) as recording:
        asyncio.run(talk("approve", always=True))
    assert LIVE == ["pay", "RealtimeModelSendToolOutput"]
    LIVE.clear()
    with oao.replay(recording.cassette) as session:
        asyncio.run(talk("approve", always=True))
        told = [(call.kind, call.request) for call in session.calls]
    assert LIVE == ["RealtimeModelSendToolOutput"]
    given = {"to": "anna", "amount": 5}
    decision = {"tool": "pay", "arguments": given, "decision": "approve", "always": True}
    assert told == [("human_input", decision), ("execute_tool", given)]
    with pytest.raises(Diverged) as caught, oao.replay(recording.cassette):
        asyncio.run(talk("reject"))
    assert {change.path for change in caught.value.divergence.explanation.changes} == {"$.decision", "$.always"}


def asked_by_mcp():
    request = McpApprovalRequest(
        id="m-1", arguments='{"path": "/tmp"}', name="list", server_label="files", type="mcp_approval_request"
    )
    return MCPToolApprovalRequest(RunContextWrapper(None), request)


def hosted(callback):
    return HostedMCPTool({"type": "mcp", "server_label": "files"}, on_approval_request=callback)


async def say_no(request):
    LIVE.append(request.data.name)
    return {"approve": False, "reason": "not now"}


def say_yes(request):
    LIVE.append(request.data.name)
    return {"approve": True}


@pytest.mark.parametrize("callback", [say_no, say_yes])
def test_a_callback_is_asked_once(tmp_path, callback):
    async def ask():
        return await hosted(callback).on_approval_request(asked_by_mcp())

    with oao.record(tmp_path) as recording:
        live = asyncio.run(ask())
    assert LIVE == ["list"]
    with oao.replay(recording.cassette) as session:
        assert asyncio.run(ask()) == live
        [call] = session.calls
    assert LIVE == ["list"]
    assert (call.kind, call.request) == ("human_input", {"tool": "list", "arguments": {"path": "/tmp"}})
    assert hosted(callback).on_approval_request is callback


def test_a_run_with_hosted_mcp_goes_on_as_it_was_answered(tmp_path):
    def ask():
        config = {"type": "mcp", "server_label": "files", "require_approval": "always"}
        tool = HostedMCPTool(config, on_approval_request=say_no)
        model = testing.ScriptedModel([[asked_by_mcp().data], [testing.assistant_message("then not")]])
        result = agents.Runner.run_sync(agents.Agent(name="clerk", model=model, tools=[tool]), "list them")
        return [item.raw_item for item in result.new_items if item.type == "mcp_approval_response_item"]

    with oao.record(tmp_path) as recording:
        live = ask()
    assert [(one["approve"], one["reason"]) for one in live] == [(False, "not now")]
    LIVE.clear()
    with oao.replay(recording.cassette) as session:
        assert ask() == live
        assert [call.kind for call in session.calls] == ["human_input"]
    assert LIVE == []


def test_a_tool_that_was_held_over_the_session_asks_again(tmp_path):
    with oao.record(tmp_path):
        held = hosted(say_no).on_approval_request
        assert hosted(held).on_approval_request is held
        assert hosted(None).on_approval_request is None
    assert asyncio.run(held(asked_by_mcp())) == {"approve": False, "reason": "not now"}


def test_a_shell_is_approved_with_what_it_would_do(tmp_path):
    def approve(context, item):
        LIVE.append(item.name)
        return {"approve": True}

    shell = ShellTool(executor=lambda request: "", needs_approval=True, on_approval=approve)
    raw = {"type": "shell_call", "call_id": "s-1", "action": {"commands": ["ls"]}}
    item = ToolApprovalItem(agents.Agent(name="clerk"), raw, "shell")

    async def ask():
        return await shell.on_approval(RunContextWrapper(None), item)

    with oao.record(tmp_path) as recording:
        asyncio.run(ask())
    with oao.replay(recording.cassette) as session:
        assert asyncio.run(ask()) == {"approve": True}
        [call] = session.calls
    assert LIVE == ["shell"]
    assert call.request == {"tool": "shell", "arguments": {"commands": ["ls"]}}


def test_without_a_session_the_sdk_is_as_it_was():
    assert run(approve_anna) == ["'anna has 5'", "'not him'"]
