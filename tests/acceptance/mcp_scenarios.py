"""Tests of an agent with an MCP server, to be recorded and replayed: each writes down what came of it."""

import asyncio
import json
import os
from pathlib import Path

import anyio
import mcp
import mcp_agent
import mcp_tool_server
import pytest
from mcp_agent import Agent, modern, run, shop, talk

pytestmark = pytest.mark.oao
MODEL = os.environ["OAO_TEST_SERVER"]
HTTP, SSE = os.environ["OAO_TEST_HTTP"], os.environ["OAO_TEST_SSE"]
LOG = os.environ["MCP_TOOL_LOG"]
modern_only = pytest.mark.skipif(not hasattr(mcp, "Client"), reason="MCP 1.x")


def stdio():
    command = os.environ.get("OAO_TEST_COMMAND")
    return mcp_agent.StdioServerParameters(command=command) if command else mcp_agent.server_parameters(LOG)


def told(request, value):
    (Path(os.environ["OAO_TEST_RESULTS"]) / f"{request.node.name}.json").write_text(json.dumps(value))


@pytest.mark.parametrize("transport", ["stdio", "http", "sse", "memory"])
def test_everything(transport, request, capfd):
    place = {"stdio": stdio(), "http": HTTP, "sse": SSE, "memory": mcp_tool_server.server}[transport]

    async def once():
        value = await run(transport, place, Agent(MODEL), shop, talk)
        assert asyncio.all_tasks() == {asyncio.current_task()}  # no transport left one behind
        return value

    told(request, asyncio.run(once()))


def test_trio(request, capfd):
    pytest.importorskip("trio")
    told(request, anyio.run(run, "stdio", stdio(), Agent(MODEL), shop, talk, backend="trio"))


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_two_at_once_that_ask_a_model(transport, request, capfd):
    """The server asks in the middle of each: over HTTP it is known of which."""

    async def both(agent):
        place = {"stdio": stdio(), "http": HTTP}[transport]
        async with mcp_agent.connection(transport, place, agent) as session, anyio.create_task_group() as tasks:
            for text in ("first", "second"):
                tasks.start_soon(lambda text=text: agent.call(session, "summary", text=text))
        return agent.told()

    told(request, asyncio.run(both(Agent(MODEL))))


@modern_only
@pytest.mark.parametrize("transport", ["stdio", "http", "memory"])
def test_modern(transport, request, capfd):
    place = {"stdio": stdio(), "http": HTTP, "memory": mcp_tool_server.server}[transport]
    told(request, asyncio.run(modern(place, Agent(MODEL))))


async def call_that_fails(tool, agent, **options):
    async with mcp_agent.connection("stdio", stdio(), agent) as session:
        try:
            await session.call_tool(tool, {}, **options)
        except Exception as error:  # noqa: BLE001 - which one comes is told
            agent.report.append([type(error).__name__, str(error), getattr(error, "error", None) and error.error.code])
        try:
            await agent.call(session, "search", q="more")
        except Exception as error:  # noqa: BLE001 - which one comes is told
            agent.report.append([type(error).__name__, str(error)])


def test_a_server_that_dies(request, capfd):
    agent = Agent(MODEL)
    asyncio.run(call_that_fails("dies", agent))
    told(request, agent.report)


def test_a_call_that_times_out(request, capfd):
    import datetime as dt

    agent, half = Agent(MODEL), 0.5 if hasattr(mcp, "Client") else dt.timedelta(seconds=0.5)
    asyncio.run(call_that_fails("endless", agent, read_timeout_seconds=half))
    told(request, agent.report)


def test_a_call_that_is_cancelled(request, capfd):
    async def impatient(agent):
        async with mcp_agent.connection("stdio", stdio(), agent) as session:
            with anyio.move_on_after(0.5) as scope:
                await session.call_tool("endless", {})
            agent.report.append(scope.cancelled_caught)
            await agent.call(session, "search", q="more")

    agent = Agent(MODEL)
    asyncio.run(impatient(agent))
    told(request, agent.report)


@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
def test_a_server_that_is_not_there(transport, request, capfd):
    place = {"stdio": mcp_agent.StdioServerParameters(command="/nowhere/server"), "http": DEAD, "sse": DEAD}[transport]
    try:
        asyncio.run(run(transport, place, Agent(MODEL), shop))
    except Exception as error:  # noqa: BLE001 - which one comes is told
        told(request, [kind.__name__ for kind in kinds_of(error)])


DEAD = "http://127.0.0.1:9/mcp"


def kinds_of(error):
    inner = [kind for one in getattr(error, "exceptions", ()) for kind in kinds_of(one)]
    return [type(error), *inner]
