import pytest

import pytest_oao as oao
from pytest_oao.errors import Diverged

pytest.importorskip("pydantic_ai")

from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, Tool, ToolApproved, ToolDenied
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel

pytestmark = pytest.mark.usefixtures("no_engine")
LIVE = []


@pytest.fixture(autouse=True)
def nothing_live():
    LIVE.clear()


def pay(to: str) -> str:
    LIVE.append("pay")
    return f"{to} is paid"


def says(messages, info):
    """Ask for both at once, with ids of calls that are new each time, as of a model that gives none."""
    if any(isinstance(message, ModelResponse) for message in messages):
        return ModelResponse(parts=[TextPart("done")])
    return ModelResponse(parts=[ToolCallPart("pay", {"to": to}) for to in ("anna", "bert")])


def agent(**more):
    tools = [Tool(pay, requires_approval=True)]
    return Agent(FunctionModel(says), output_type=[str, DeferredToolRequests], tools=tools, **more)


def returned(result):
    parts = [part for message in result.all_messages() for part in message.parts]
    return [part.content for part in parts if part.part_kind == "tool-return"]


def run(**decisions):
    clerk = agent()
    first = clerk.run_sync("pay them")
    return returned(clerk.run_sync(message_history=first.all_messages(), deferred_tool_results=said(first, decisions)))


def said(first, decisions):
    calls = {call.args["to"]: call.tool_call_id for call in first.output.approvals}
    return DeferredToolResults(approvals={calls[to]: decision for to, decision in decisions.items()})


def test_decisions_are_a_persons(tmp_path):
    with oao.record(tmp_path) as recording:
        live = run(bert=ToolDenied("not him"), anna=True)
    LIVE.clear()
    with oao.replay(recording.cassette) as session:
        assert run(anna=ToolApproved(), bert=ToolDenied("not him")) == live
        told = [(call.kind, call.target, call.request) for call in session.calls]
    assert LIVE == []
    assert told == [
        ("human_input", "approval", {"tool": "pay", "arguments": {"to": "anna"}, "decision": "approve"}),
        (
            "human_input",
            "approval",
            {"tool": "pay", "arguments": {"to": "bert"}, "decision": "reject", "message": "not him"},
        ),
        ("execute_tool", "pay", {"to": "anna"}),
    ]


def test_the_calls_of_a_conversation_are_found_too(tmp_path):
    pytest.importorskip("pydantic_ai.conversation")

    def carried_on():
        clerk = agent()
        first = clerk.run_sync("pay them")
        decisions = said(first, {"anna": True, "bert": False})
        return returned(clerk.run_sync(conversation=first.conversation, deferred_tool_results=decisions))

    with oao.record(tmp_path) as recording:
        live = carried_on()
    with oao.replay(recording.cassette) as session:
        assert carried_on() == live
        assert [call.kind for call in session.calls] == ["human_input", "human_input", "execute_tool"]


@pytest.mark.parametrize(
    ("decision", "paths"),
    [
        (False, {"$.decision", "$.message"}),
        (ToolApproved(override_args={"to": "carl"}), {"$.arguments_instead"}),
    ],
)
def test_another_decision_is_told(tmp_path, decision, paths):
    with oao.record(tmp_path) as recording:
        run(anna=True, bert=True)
    with pytest.raises(Diverged) as caught, oao.replay(recording.cassette):
        run(anna=decision, bert=True)
    divergence = caught.value.divergence
    assert (divergence.name, divergence.number) == ("request changed", 1)
    assert {change.path for change in divergence.explanation.changes} == paths


def handler(context, requests):
    LIVE.append("handler")
    first, second = requests.approvals
    return requests.build_results(approvals={first.tool_call_id: True, second.tool_call_id: ToolDenied("not him")})


async def handler_later(context, requests):
    return handler(context, requests)


def hooked(capabilities):
    hooks = capabilities.Hooks()
    hooks.on.deferred_tool_calls(lambda context, *, requests: handler(context, requests))
    return hooks


CAPABILITIES = {
    "handled": lambda capabilities: capabilities.HandleDeferredToolCalls(handler=handler),
    "handled later": lambda capabilities: capabilities.HandleDeferredToolCalls(handler=handler_later),
    "hooked": hooked,
    "requested": lambda capabilities: capabilities.RequestInput(lambda ctx, requests, token: handler(ctx, requests)),
}


@pytest.fixture
def capabilities():
    found = pytest.importorskip("pydantic_ai.capabilities")
    if not hasattr(found, "HandleDeferredToolCalls"):
        pytest.skip("this pydantic-ai asks nobody within a run")
    return found


@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_handler_is_asked_once(tmp_path, name, capabilities):
    def run():
        return returned(agent(capabilities=[CAPABILITIES[name](capabilities)]).run_sync("pay them"))

    with oao.record(tmp_path) as recording:
        live = run()
    assert live == ["anna is paid", "not him"]
    LIVE.clear()
    with oao.replay(recording.cassette) as session:
        assert run() == live
        told = [(call.kind, call.target) for call in session.calls]
        asked = session.calls[0].request
    assert LIVE == []
    assert told == [("human_input", "deferred tool calls"), ("execute_tool", "pay")]
    assert asked == {
        "approvals": [{"tool": "pay", "arguments": {"to": to}} for to in ("anna", "bert")],
        "calls": [],
    }


def test_a_handler_can_be_put_under_test_again(tmp_path, capabilities):
    def run():
        return returned(agent(capabilities=[CAPABILITIES["handled"](capabilities)]).run_sync("pay them"))

    with oao.record(tmp_path) as recording:
        live = run()
    LIVE.clear()
    with oao.replay(recording.cassette, kinds={"human_input": "live"}):
        assert run() == live
    assert LIVE == ["handler"]


def test_hooks_for_something_else_ask_nobody(tmp_path, capabilities):
    with oao.record(tmp_path) as recording:
        agent(capabilities=[capabilities.Hooks()]).run_sync("pay them")
    assert list(recording.calls) == []


def test_without_a_session_the_sdk_is_as_it_was():
    assert run(anna=True, bert=False) == ["anna is paid", "The tool call was denied."]
