"""The agents of policy_seeds.py on LangGraph and openai-agents."""

import asyncio
from functools import partial

from agents import Agent, OpenAIProvider, RunConfig, Runner, function_tool
from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient
from policy_seeds import BODIES, MODEL, QUESTION, RETRIES, in_lanes, in_tasks, stubborn, stubborn_async

# LangGraph


def graph(url, seed):
    own = {"http_client": DefaultHttpxClient(), "http_async_client": DefaultAsyncHttpxClient()}  # not of another loop
    model = ChatOpenAI(model=MODEL, base_url=url, api_key="k", max_retries=RETRIES, streaming=seed.streams, **own)
    return create_agent(model, [tool(body) for body in BODIES])


def config(limits):
    return {"recursion_limit": 2 * limits.turns}


def langgraph_invoked(url, seed, limits):
    built = graph(url, seed)
    in_threads(seed, lambda: stubborn(lambda: built.invoke({"messages": QUESTION}, config(limits)), limits))


def langgraph_streamed(url, seed, limits):
    built = graph(url, seed)

    def converse():
        for _ in built.stream({"messages": QUESTION}, config(limits), stream_mode=["messages", "updates"]):
            pass

    in_threads(seed, lambda: stubborn(converse, limits))


def langgraph_awaited(url, seed, limits):
    def converse(built):
        return built.ainvoke({"messages": QUESTION}, config(limits))

    asyncio.run(awaited(lambda: partial(converse, graph(url, seed)), seed, limits))


def in_threads(seed, agent):
    if seed.lanes > 1:
        in_lanes(seed.lanes, agent)
    else:
        agent()


async def awaited(begin, seed, limits):
    converse = begin()

    def agent():
        return stubborn_async(converse, limits)

    await (in_tasks(seed.lanes, agent) if seed.lanes > 1 else agent())


# openai-agents


def clerk(url, *, chat):
    client = AsyncOpenAI(base_url=url, api_key="k", max_retries=RETRIES)
    provider = OpenAIProvider(openai_client=client, use_responses=not chat)
    agent = Agent(name="clerk", instructions="You tidy up.", tools=[function_tool(body) for body in BODIES])
    return agent, RunConfig(model_provider=provider, model=MODEL, tracing_disabled=True)


def agents_run(url, seed, limits, *, chat=False):
    def begin():
        agent, run_config = clerk(url, chat=chat)

        async def converse():
            if not seed.streams:
                return await Runner.run(agent, "Tidy up.", max_turns=limits.turns, run_config=run_config)
            result = Runner.run_streamed(agent, "Tidy up.", max_turns=limits.turns, run_config=run_config)
            async for _ in result.stream_events():
                pass
            return result

        return converse

    asyncio.run(awaited(begin, seed, limits))


FRAMEWORKS = {
    "langgraph invoke": langgraph_invoked,
    "langgraph stream": langgraph_streamed,
    "langgraph ainvoke": langgraph_awaited,
    "openai-agents responses": agents_run,
    "openai-agents chat": partial(agents_run, chat=True),
}
