"""An MCP server with tools of all sorts, for MCP 1.x and 2.x: `python mcp_tool_server.py stdio|http|sse|ws [port file]`.

With a file given, it says there on which port it listens. Each request for a tool adds a line to the file that
MCP_TOOL_LOG names, so that a test can count what really ran.
"""

import os
import socket
import sys
from pathlib import Path

import mcp
from pydantic import BaseModel

try:
    from mcp.server.fastmcp import Context, FastMCP, Image
except ModuleNotFoundError:
    from mcp.server.mcpserver import Context, Image
    from mcp.server.mcpserver import MCPServer as FastMCP

try:
    from mcp import types
except ImportError:
    import mcp_types as types

PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000") + b"pixel"
server = FastMCP("shop")
tried = []


def ran(tool):
    log = os.environ.get("MCP_TOOL_LOG")
    if log:
        with Path(log).open("a") as lines:
            lines.write(f"{tool}\n")


class Weather(BaseModel):
    city: str
    degrees: float


class Size(BaseModel):
    size: int


@server.tool()
def search(q: str) -> str:
    """Search the shop."""
    ran("search")
    return f"3 results for {q}: Ünïcode {os.getpid()}"


@server.tool()
def weather(city: str) -> Weather:
    """Tell the weather."""
    ran("weather")
    return Weather(city=city, degrees=len(city) / 2)


@server.tool()
def flaky(part: str) -> str:
    """Fail the first time."""
    ran("flaky")
    tried.append(part)
    if len(tried) == 1:
        raise ValueError(f"no {part} at the moment")
    return f"{part} in stock"


@server.tool()
def picture() -> Image:
    """Return a picture."""
    ran("picture")
    return Image(data=PIXEL, format="png")


@server.tool()
async def summary(text: str, ctx: Context) -> str:
    """Have the client's model sum a text up."""
    ran("summary")
    message = types.SamplingMessage(role="user", content=types.TextContent(type="text", text=text))
    answer = await ctx.session.create_message([message], max_tokens=9, related_request_id=ctx.request_id)
    return f"in short: {answer.content.text}"


@server.tool()
async def order(item: str, ctx: Context) -> str:
    """Ask for the size, then order."""
    ran("order")
    answer = await ctx.elicit(f"which size of {item}?", Size)
    return f"ordered {item} {answer.data.size}" if answer.action == "accept" else f"not ordered: {answer.action}"


@server.tool()
async def folders(ctx: Context) -> str:
    """Ask for the client's roots."""
    ran("folders")
    roots = await ctx.session.list_roots()
    return ", ".join(str(root.uri) for root in roots.roots)


@server.tool()
async def slow(ctx: Context) -> str:
    """Report progress and write to the log."""
    ran("slow")
    await ctx.report_progress(1, 2, "half")
    await ctx.info("working")
    await ctx.report_progress(2, 2, "whole")
    return "done"


@server.tool()
async def endless() -> str:
    """Never end."""
    import anyio

    ran("endless")
    await anyio.sleep(60)
    return "never"


@server.tool()
def dies() -> str:
    """Take the server down."""
    ran("dies")
    os._exit(3)


if hasattr(mcp, "Client"):  # what only MCP 2.x has
    from typing import Annotated

    from mcp.server.mcpserver import Elicit, Resolve, Sample

    def size_of(item: str) -> Elicit[Size]:
        return Elicit(f"which size of {item}?", Size)

    def opinion_on(item: str) -> Sample:
        message = types.SamplingMessage(role="user", content=types.TextContent(type="text", text=f"are {item} nice?"))
        return Sample([message], max_tokens=9)

    @server.tool()
    def advise(
        item: str,
        size: Annotated[Size, Resolve(size_of)],
        opinion: Annotated[types.CreateMessageResult, Resolve(opinion_on)],
    ) -> str:
        """Ask for the size and for an opinion before the tool runs."""
        ran("advise")
        return f"{item} {size.size}: {opinion.content.text}"

    @server.tool()
    async def restock(ctx: Context) -> str:
        """Change what is there."""
        ran("restock")
        await ctx.notify_tools_changed()
        return "restocked"


@server.resource("shop://terms")
def terms() -> str:
    return "all sales are final"


@server.prompt()
def greet(name: str) -> str:
    return f"Say hello to {name}"


def listen(app, port_file):
    import uvicorn

    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    Path(port_file).write_text(str(taken.getsockname()[1]))
    uvicorn.Server(uvicorn.Config(app, log_level="error", ws="websockets-sansio")).run([taken])


async def over_websocket(scope, receive, send):
    from mcp.server.websocket import websocket_server

    lowlevel = server._mcp_server
    async with websocket_server(scope, receive, send) as streams:
        await lowlevel.run(*streams, lowlevel.create_initialization_options())


def main(transport, port_file=""):
    if transport == "stdio":
        server.run("stdio")
    elif transport == "ws":
        listen(over_websocket, port_file)
    else:
        listen(server.sse_app() if transport == "sse" else server.streamable_http_app(), port_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
