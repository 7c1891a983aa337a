"""MCP's transports: what they do while recording is part of requests that are admitted; in replay none is opened.

So no process is started and no connection made in replay, and the HTTP of a transport is no call beside the request
that it carries. A server that runs in the agent's own process is as opaque as one that runs in another.
"""

import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial, wraps
from types import CellType, ModuleType
from typing import Any

from pytest_oao.adapters.mcp_asking import opened
from pytest_oao.adapters.mcp_connections import Nowhere, Somewhere, is_spoken_to
from pytest_oao.adapters.patching import Patches
from pytest_oao.errors import SeamMissing
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.running import current

_OPENERS = {
    "mcp.client.stdio": "stdio_client",
    "mcp.client.sse": "sse_client",
    "mcp.client.streamable_http": "streamable_http_client",
    "mcp.client.websocket": "websocket_client",
}


class McpTransports:
    """Patches how transports are opened, wherever their functions were imported to, and servers in this process."""

    name = "mcp transports"
    modules = (*_OPENERS, "mcp.server.lowlevel.server", "mcp.client.client")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; raises SeamMissing."""
        library = sys.modules[module]
        if module in _OPENERS:
            return _replace_opener(library, _OPENERS[module])
        patches = Patches()
        if module == "mcp.client.client":
            patches.wrap(library, "_connect_inproc", _within_process)
        else:
            patches.wrap(library.Server, "run", _serve)
        return patches.undo


def _replace_opener(library: ModuleType, name: str) -> Callable[[], None]:
    """Replace the generator within a context manager's function: that one may have been imported by others before."""
    cell = _generator_cell(getattr(library, name, None), f"{library.__name__}.{name}")
    original = cell.cell_contents
    cell.cell_contents = _transport(original, with_id=hasattr(library, "GetSessionIdCallback"))
    return partial(setattr, cell, "cell_contents", original)


def _generator_cell(function: Any, place: str) -> CellType:
    while function is not None:
        code = getattr(function, "__code__", None)
        if code is not None and code.co_filename == contextlib.__file__ and "func" in code.co_freevars:
            found: CellType = function.__closure__[code.co_freevars.index("func")]
            return found
        function = getattr(function, "__wrapped__", None)
    raise SeamMissing(
        f"{place} is no asynchronous context manager: its transport cannot be kept from opening in replay",
        where=place,
        remedy="this version of mcp is not known to pytest-oao: upgrade pytest-oao, or pin mcp",
    )


def _transport(original: Callable[..., AsyncIterator[Any]], *, with_id: bool) -> Callable[..., AsyncIterator[Any]]:
    """Return a transport that is opened as the performance of what goes over it, and in replay not at all."""
    real = asynccontextmanager(original)

    @wraps(original)
    async def transport(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        gateway = current()
        if gateway is None:
            async with real(*args, **kwargs) as streams:
                yield streams
        elif opened(gateway):
            async with Somewhere(real(*args, **kwargs), gateway) as streams:
                yield streams
        else:
            async with Nowhere(gateway).streams() as streams:
                yield (*streams, _no_session_id) if with_id else streams

    return transport


def _no_session_id() -> None:
    """Return no id of an HTTP session: there is none."""


def _serve(original: Callable[..., Any]) -> Callable[..., Any]:
    async def run(self: object, read_stream: Any, *args: Any, **kwargs: Any) -> None:
        """Serve; a client of this process as the performance of its requests, and in replay not at all."""
        gateway = current()
        if gateway is None or not is_spoken_to(read_stream):
            await original(self, read_stream, *args, **kwargs)
        elif opened(gateway):
            with perform():
                await original(self, read_stream, *args, **kwargs)

    return run


def _within_process(original: Callable[..., Any]) -> Callable[..., Any]:
    """Connect `Client(server)`, which opens the server's lifespan and no streams."""

    def _connect_inproc(server: Any) -> Any:
        connect = original(server)

        async def connected(exit_stack: AsyncExitStack, *args: Any) -> Any:
            gateway = current()
            if gateway is None:
                return await connect(exit_stack, *args)
            if opened(gateway):
                return await exit_stack.enter_async_context(Somewhere(_connection(connect, *args), gateway))
            streams = await exit_stack.enter_async_context(Nowhere(gateway).streams())
            return sys.modules["mcp.shared.jsonrpc_dispatcher"].JSONRPCDispatcher(*streams)

        return connected

    return _connect_inproc


@asynccontextmanager
async def _connection(connect: Callable[..., Any], *args: Any) -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:
        yield await connect(stack, *args)
