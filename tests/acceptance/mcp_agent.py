"""An agent with an MCP server, for MCP 1.x and 2.x: its report tells all that came of it.

`run(connect)` takes a function that opens a session; `connection(transport, place)` makes one.
"""

import sys
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

SERVER = Path(__file__).with_name("mcp_tool_server.py")
try:
    from mcp.shared.exceptions import McpError
except ImportError:
    from mcp.shared.exceptions import MCPError as McpError
try:
    from mcp import types
except ImportError:
    import mcp_types as types


def plain(result):
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


class Agent:
    """What the agent lets the server ask it, and what it hears."""

    def __init__(self, model_url="", **changed):
        self.model_url, self.changed = model_url, changed
        self.report, self.heard = [], []

    async def sampling(self, context, params):
        """Ask a model, which is a host call of its own."""
        text = params.messages[0].content.text
        async with httpx.AsyncClient() as client:
            asked = {"model": "gpt-5", "messages": [{"role": "user", "content": text}]}
            reply = await client.post(f"{self.model_url}/v1/chat/completions", json=asked)
        said = reply.json()["choices"][0]["message"]["content"] + self.changed.get("said", "")
        content = types.TextContent(type="text", text=said)
        return types.CreateMessageResult(role="assistant", content=content, model="gpt-5")

    async def elicitation(self, context, params):
        return types.ElicitResult(action="accept", content={"size": self.changed.get("size", 42)})

    async def roots(self, context):
        return types.ListRootsResult(roots=[types.Root(uri="file:///work", name="work")])

    async def logging(self, params):
        self.heard.append(("log", params.data))

    async def progress(self, progress, total, message):
        self.heard.append(("progress", progress, total, message))

    @property
    def callbacks(self):
        return {
            "sampling_callback": self.sampling,
            "elicitation_callback": self.elicitation,
            "list_roots_callback": self.roots,
            "logging_callback": self.logging,
        }

    async def call(self, session, tool, **arguments):
        on_progress = {"progress_callback": self.progress} if tool == "slow" else {}
        result = await session.call_tool(tool, arguments, **on_progress)
        self.report.append([tool, arguments, plain(result)])
        return result

    def told(self):
        """Return what came of it all; what is done at once is told in one order."""
        return [*sorted(self.report, key=str), self.heard]


def server_parameters(log=""):
    return StdioServerParameters(command=sys.executable, args=[str(SERVER), "stdio"], env={"MCP_TOOL_LOG": str(log)})


@asynccontextmanager
async def connection(transport, place, agent):
    """Open a session over a transport; `place` is a URL, the parameters of a process, or a server."""
    if transport == "memory":
        async with in_memory(place, agent) as session:
            yield session
        return
    opened = {"stdio": stdio_client, "sse": sse_client, "http": streamable_http_client}.get(transport)
    if opened is None:
        from mcp.client.websocket import websocket_client as opened
    async with opened(place) as (read, write, *_), ClientSession(read, write, **agent.callbacks) as session:
        await session.initialize()
        yield session


@asynccontextmanager
async def in_memory(server, agent):
    try:
        from mcp.shared.memory import create_connected_server_and_client_session
    except ImportError:
        from mcp import Client

        async with Client(server, mode="legacy", **agent.callbacks) as client:
            yield client.session
        return
    async with create_connected_server_and_client_session(server, **agent.callbacks) as session:
        yield session


async def shop(session, agent):
    """Use every sort of tool, some of them at once, and retry the one that fails."""
    listed = await session.list_tools()
    agent.report.append(sorted(tool.name for tool in listed.tools))
    if agent.changed.get("swapped"):
        await agent.call(session, "picture")
    await agent.call(session, "search", q=agent.changed.get("query", "shoes"))
    if agent.changed.get("again"):
        await agent.call(session, "search", q="shoes")
    async with anyio.create_task_group() as tasks:
        for city in agent.changed.get("cities", ["Rome", "Oslo"]):
            tasks.start_soon(lambda city=city: agent.call(session, "weather", city=city))
    failed = await agent.call(session, "flaky", part="lace")
    if plain(failed).get("isError"):
        await agent.call(session, "flaky", part="lace")
    if not agent.changed.get("swapped") and not agent.changed.get("blind"):
        await agent.call(session, "picture")
    try:
        await session.read_resource("shop://nothing")
    except McpError as error:
        agent.report.append([type(error).__name__, error.error.code, str(error)])
    agent.report.append(plain(await session.read_resource("shop://terms")))
    agent.report.append(plain(await session.get_prompt("greet", {"name": "Ada"})))
    agent.report.append(plain(await session.list_prompts()))
    agent.report.append(plain(await session.send_ping()))


async def talk(session, agent):
    """Use the tools for which the server asks the client something."""
    await agent.call(session, "summary", text="a long text")
    await agent.call(session, "order", item="boots")
    await agent.call(session, "folders")
    await agent.call(session, "slow")


async def run(transport, place, agent, *parts):
    async with connection(transport, place, agent) as session:
        for part in parts:
            await part(session, agent)
    return agent.told()


async def modern(server, agent):
    """Use a server as MCP 2.x does where both sides can: no handshake, questions in results, and subscriptions."""
    from mcp import Client

    callbacks = {name: callback for name, callback in agent.callbacks.items() if name != "logging_callback"}
    async with Client(server, **callbacks) as client:
        agent.report.append(sorted(tool.name for tool in (await client.list_tools()).tools))
        await agent.call(client, "advise", item="boots")
        await agent.call(client, "search", q=agent.changed.get("query", "shoes"))
        async with client.listen(tools_list_changed=True) as changes:
            await agent.call(client, "restock")
            agent.report.append(["changed", type(await anext(changes)).__name__])
    return agent.told()
