"""An imported session replayed by agents of frameworks as they stand: their own clients, their own tools."""

import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.observations import ObservedCall
from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse
from pytest_oao.model.provenance import PARAMETERS, TOOLS

SYSTEM, QUESTION, ANSWER = "You are terse.", "Weather in Paris and Rome?", "Twelve and twenty."
CALLS = [("call_1", "Paris", '{"celsius": 12}'), ("call_2", "Rome", '{"celsius": 20}')]


def text(said):
    return {"type": "text", "content": said}


@pytest.fixture
def sealed(tmp_path):
    """A run as an observability platform tells it, without the bytes of any provider."""
    wanted = Message(
        "assistant",
        tuple(
            {"type": "tool_call", "id": one, "name": "weather", "arguments": {"city": city}} for one, city, _ in CALLS
        ),
    )
    results = [
        Message("tool", ({"type": "tool_call_response", "id": one, "response": said},)) for one, _, said in CALLS
    ]
    asked = Message("user", (text(QUESTION),))
    answers = [wanted, Message("assistant", (text(ANSWER),))]
    requests = [(asked,), (asked, wanted, *results)]
    told = [
        ObservedCall(
            id=str(n),
            where="",
            asked=ModelRequest("gpt-5-mini", (text(SYSTEM),), messages),
            came=ModelResponse(f"r-{n}", "gpt-5-mini", (answers[n],)),
            lacked=frozenset({PARAMETERS, TOOLS}),
        )
        for n, messages in enumerate(requests)
    ]
    path = tmp_path / "run.yaml"
    session = session_of_run("run", told, Source("test", "dump.jsonl"))
    shelf.save(redacted_session(session, Redactor.of([])), path)
    return path


def weather(city: str) -> str:
    """Tell the weather of a city."""
    raise AssertionError(f"asked the world for {city}")


@pytest.mark.parametrize("stream", [False, True])
def test_langchain(sealed, stream):
    pytest.importorskip("langchain_openai")
    from langchain.agents import create_agent
    from langchain_openai import ChatOpenAI

    with pytest_oao.replay(sealed) as session:
        model = ChatOpenAI(model="gpt-5-mini", streaming=stream)
        agent = create_agent(model, [weather], system_prompt=SYSTEM)
        state = agent.invoke({"messages": [{"role": "user", "content": QUESTION}]})
    assert state["messages"][-1].content == ANSWER
    assert [call.kind for call in session.calls] == ["chat", "execute_tool", "execute_tool", "chat"]


async def _openai_agents(api, stream):
    import agents
    import openai

    client = openai.AsyncOpenAI()
    make = {"chat": agents.OpenAIChatCompletionsModel, "responses": agents.OpenAIResponsesModel}[api]
    agent = agents.Agent(
        "helper",
        instructions=SYSTEM,
        tools=[agents.function_tool(weather)],
        model=make("gpt-5-mini", openai_client=client),
    )
    if not stream:
        return (await agents.Runner.run(agent, QUESTION)).final_output
    streamed = agents.Runner.run_streamed(agent, QUESTION)
    async for _ in streamed.stream_events():
        pass
    return streamed.final_output


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("stream", [False, True])
def test_openai_agents(sealed, api, stream):
    import asyncio

    pytest.importorskip("agents.run")  # tests have a folder of that name, too
    import agents

    agents.set_tracing_disabled(True)
    with pytest_oao.replay(sealed) as session:
        assert asyncio.run(_openai_agents(api, stream)) == ANSWER
    assert [call.kind for call in session.calls].count("execute_tool") == 2


@pytest.mark.parametrize("provider", ["openai-chat", "openai-responses", "anthropic"])
def test_pydantic_ai(sealed, provider):
    pydantic_ai = pytest.importorskip("pydantic_ai")
    with pytest_oao.replay(sealed, match="conversation") as session:
        agent = pydantic_ai.Agent(f"{provider}:gpt-5-mini", instructions=SYSTEM, tools=[weather])
        assert agent.run_sync(QUESTION).output == ANSWER
    assert [call.kind for call in session.calls].count("execute_tool") == 2
