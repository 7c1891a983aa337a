"""Frameworks that know which of their agents calls a tool have it in the record; ours for the tests are scripted."""

import asyncio

import pytest

import pytest_oao
from pytest_oao.adapters.adk_tools import _tool_attributes
from pytest_oao.errors import PolicyViolation
from pytest_oao.policy.policies import Policy

pytestmark = pytest.mark.usefixtures("no_engine")
NAME = "gen_ai.agent.name"
POLICY = Policy(agents={"clerk": Policy(denied_tools=["look_up"])})
RAN = []


def names(session):
    return [one.call.attributes.get(NAME) for one in session.exchanges if one.call.kind == "execute_tool"]


def pydantic_ai_agent(name):
    pydantic_ai = pytest.importorskip("pydantic_ai")
    models = pytest.importorskip("pydantic_ai.models.test")

    def look_up(number: int) -> str:
        RAN.append(number)
        return "paid"

    agent = pydantic_ai.Agent(models.TestModel(), name=name, tools=[look_up])
    return lambda: agent.run_sync("hi")


def langchain_agent(name):
    agents = pytest.importorskip("langchain.agents")
    fakes = pytest.importorskip("langchain_core.language_models.fake_chat_models")
    messages = pytest.importorskip("langchain_core.messages")

    class Model(fakes.GenericFakeChatModel):
        def bind_tools(self, tools, **kwargs):
            return self

    def look_up(number: int) -> str:
        """Look up an order."""
        RAN.append(number)
        return "paid"

    def run():
        call = {"name": "look_up", "args": {"number": 1}, "id": "call_1"}
        said = [messages.AIMessage("", tool_calls=[call]), messages.AIMessage("done")]
        agent = agents.create_agent(Model(messages=iter(said)), tools=[look_up], name=name)
        return agent.invoke({"messages": [("user", "hi")]})

    return run


def openai_agent(name):
    sdk = pytest.importorskip("agents")
    contexts, tools = pytest.importorskip("agents.tool_context"), pytest.importorskip("agents.tool")

    @sdk.function_tool
    def look_up(number: int) -> str:
        RAN.append(number)
        return "paid"

    agent = sdk.Agent(name=name, tools=[look_up])

    def run():
        arguments = '{"number": 1}'
        context = contexts.ToolContext(
            None, tool_name="look_up", tool_call_id="call_1", tool_arguments=arguments, agent=agent
        )
        invoke = tools.invoke_function_tool
        return asyncio.run(invoke(function_tool=look_up, context=context, arguments=arguments))

    return run


@pytest.mark.parametrize("make", [pydantic_ai_agent, langchain_agent, openai_agent])
def test_the_record_and_its_policies_know_whose_call_it_is(tmp_path, make):
    RAN.clear()
    with pytest_oao.record(tmp_path, policy=POLICY) as session:
        make("ann")()
    assert names(pytest_oao.load(session.cassette)) == ["ann"]
    assert len(RAN) == 1
    with pytest.raises(PolicyViolation) as stopped, pytest_oao.record(tmp_path, policy=POLICY):
        make("clerk")()
    assert stopped.value.violation.breach.rule == "denied_tools"
    assert len(RAN) == 1


@pytest.mark.parametrize("make", [pydantic_ai_agent, langchain_agent, openai_agent])
def test_a_name_is_not_compared(tmp_path, make):
    with pytest_oao.record(tmp_path) as session:
        make("ann")()
    with pytest_oao.replay(session.cassette):
        make("bob")()


def test_adk_tells_it_too(tmp_path):
    tools = pytest.importorskip("google.adk.tools")

    class Context:
        agent_name, function_call_id = "ann", "call_1"

    def look_up(number: int) -> str:
        RAN.append(number)
        return "paid"

    assert _tool_attributes(tools.FunctionTool(look_up), Context())[NAME] == "ann"
