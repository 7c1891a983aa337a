"""httpx and httpx2 for sessions of HTTP alone: the transports of the library's own, below those that others put above.

There vcrpy answers, and what is above (a transport that retries, an application served in memory) sees what it saw.
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import ModuleType
from typing import Any, TypeAlias

from pytest_oao.adapters.httpx_transport import async_transport, sync_transport
from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.http_sessions import session_of_http
from pytest_oao.runtime.lanes import called_back, performing

Handle: TypeAlias = Callable[[Any, Any], Any]

_NETWORK = frozenset({"HTTPTransport", "AsyncHTTPTransport"})
_SYNC = ("HTTPTransport", "WSGITransport", "MockTransport")
_ASYNC = ("AsyncHTTPTransport", "ASGITransport", "MockTransport")


class HttpxOwnTransports:
    """Patches how the library's own transports handle a request."""

    name = "httpx-own-transports"
    modules = ("httpx", "httpx2")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; raises SeamMissing where a transport cannot handle a request."""
        patches, library = Patches(), sys.modules[module]
        if library.__name__ != module:  # httpx2.alias_httpx() made one module of both
            return patches.undo
        try:
            for name in _SYNC:
                patches.wrap(getattr(library, name), "handle_request", partial(_sync, library, _inside(name)))
            for name in _ASYNC:
                patches.wrap(getattr(library, name), "handle_async_request", partial(_async, library, _inside(name)))
        except BaseException:
            patches.undo()
            raise
        return patches.undo


def _inside(name: str) -> Callable[[], AbstractContextManager[None]]:
    """Return what a transport performs in: an application that is served in memory makes calls of its own."""
    return nullcontext if name in _NETWORK else called_back


def _sync(library: ModuleType, inside: Callable[[], AbstractContextManager[None]], original: Handle) -> Handle:
    def handle_request(self: Any, request: Any) -> Any:
        gateway = _watching(request)
        if gateway is None:
            return original(self, request)
        if performing():
            with inside():
                return original(self, request)
        return sync_transport(library)(self, gateway).handle_request(request)

    return handle_request


def _async(library: ModuleType, inside: Callable[[], AbstractContextManager[None]], original: Handle) -> Handle:
    async def handle_async_request(self: Any, request: Any) -> Any:
        gateway = _watching(request)
        if gateway is None:
            return await original(self, request)
        if performing():
            with inside():
                return await original(self, request)
        return await async_transport(library)(self, gateway).handle_async_request(request)

    return handle_async_request


def _watching(request: Any) -> Gateway | None:
    gateway = session_of_http()
    return None if gateway is None or request.url.host in gateway.terms.passthrough else gateway
