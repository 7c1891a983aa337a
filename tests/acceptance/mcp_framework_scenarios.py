"""Agents of frameworks with an MCP server, to be recorded and replayed; what a framework lacks is skipped."""

import asyncio
import json
import os
from pathlib import Path

import mcp_agent
import mcp_tool_server
import pytest

pytestmark = pytest.mark.oao
MODEL = f"{os.environ['OAO_TEST_SERVER']}/v1"
HTTP = os.environ["OAO_TEST_HTTP"]
LOG = os.environ["MCP_TOOL_LOG"]
COMMAND = os.environ.get("OAO_TEST_COMMAND")
PLACE = mcp_agent.StdioServerParameters(command=COMMAND) if COMMAND else mcp_agent.server_parameters(LOG)


def told(request, value):
    (Path(os.environ["OAO_TEST_RESULTS"]) / f"{request.node.name}.json").write_text(json.dumps(value))


def openai_client():
    openai = pytest.importorskip("openai")
    return openai.AsyncOpenAI(base_url=MODEL, api_key="k", max_retries=0)


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_openai_agents(transport, request, capfd):
    agents = pytest.importorskip("agents")
    from agents.mcp import MCPServerStdio, MCPServerStreamableHttp

    agents.set_tracing_disabled(disabled=True)

    async def answer():
        params = {"command": PLACE.command, "args": PLACE.args, "env": PLACE.env}
        opened = MCPServerStdio(params) if transport == "stdio" else MCPServerStreamableHttp({"url": HTTP})
        async with opened as server:
            model = agents.OpenAIChatCompletionsModel("gpt-5", openai_client())
            agent = agents.Agent("shop", mcp_servers=[server], model=model)
            result = await agents.Runner.run(agent, "shoes?")
            return [result.final_output, str(result.to_input_list())]

    told(request, asyncio.run(answer()))


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_pydantic_ai(transport, request, capfd):
    pytest.importorskip("pydantic_ai.mcp")
    from fastmcp.client.transports import StdioTransport
    from pydantic_ai import Agent
    from pydantic_ai.mcp import MCPToolset
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    async def answer():
        place = StdioTransport(PLACE.command, PLACE.args, env=PLACE.env) if transport == "stdio" else HTTP
        model = OpenAIChatModel("gpt-5", provider=OpenAIProvider(openai_client=openai_client()))
        agent = Agent(model, toolsets=[MCPToolset(place)])
        async with agent:
            result = await agent.run("shoes?")
            again = await agent.run("more shoes?")
        return [result.output, again.output, [str(message.parts[0].content) for message in again.all_messages()[::2]]]

    told(request, asyncio.run(answer()))


@pytest.mark.parametrize("transport", ["stdio", "memory"])
def test_fastmcp_client(transport, request, capfd):
    fastmcp = pytest.importorskip("fastmcp.client.client")
    from fastmcp.client.transports import FastMCPTransport, StdioTransport

    async def answer():
        memory = transport == "memory"
        place = FastMCPTransport(mcp_tool_server.server) if memory else StdioTransport(PLACE.command, PLACE.args)
        async with fastmcp.Client(place) as client:
            listed = [tool.name for tool in await client.list_tools()]
            return [listed, str(await client.call_tool("search", {"q": "laces"}))]

    told(request, asyncio.run(answer()))
