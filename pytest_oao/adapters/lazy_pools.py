"""Connection pools that are made when they are first used: in replay that is never, and saves 20 ms a client.

The time would go into the TLS context of the pool, which loads the CA bundle, and into importing what connects.
"""

import dis
import sys
from collections.abc import Callable
from inspect import Signature, isfunction, signature
from threading import Lock
from typing import Any, Self

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.http_sessions import current_for_http


class LazyPool:
    """Stands for the pool that `make()` returns, and has it made when more is asked of it than to close."""

    def __init__(self, make: Callable[[], Any]) -> None:
        vars(self).update(_oao_make=make, _oao_made=None, _oao_lock=Lock())

    @property
    def oao_made(self) -> Any:
        """The pool, None where nobody needed one so far."""
        return vars(self)["_oao_made"]

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_oao_")):  # what copying asks for, of an object that has nothing yet
            raise AttributeError(name)
        return getattr(self._oao_pool(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._oao_pool(), name, value)

    def _oao_pool(self) -> Any:
        own = vars(self)
        with own["_oao_lock"]:
            if own["_oao_made"] is None:
                own["_oao_made"] = own["_oao_make"]()
        return own["_oao_made"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def close(self) -> None:
        """Close what was made."""
        if self.oao_made is not None:
            self.oao_made.close()

    async def aclose(self) -> None:
        """Close what was made."""
        if self.oao_made is not None:
            await self.oao_made.aclose()


class LazyPools:
    """Patches how transports of httpx and httpx2 begin, while a session is replayed."""

    name = "pools"
    modules = ("httpx", "httpx2")

    def install(self, module: str) -> Callable[[], None]:
        """Patch the transports of `module`, unless it is another's alias or its transports are not those we know."""
        patches, library = Patches(), sys.modules[module]
        for name in ("HTTPTransport", "AsyncHTTPTransport"):
            transport = getattr(library, name, None)
            if library.__name__ == module and transport is not None and _keeps_a_pool_alone(transport.__init__):
                patches.wrap(transport, "__init__", _later)
        return patches.undo


def _keeps_a_pool_alone(begin: object) -> bool:
    """Whether a transport begins with setting its pool, and nothing else that could be missed before that is made."""
    if not isfunction(begin):
        return False
    return {step.argval for step in dis.get_instructions(begin) if step.opname == "STORE_ATTR"} == {"_pool"}


def _later(original: Callable[..., None]) -> Callable[..., None]:
    takes = signature(original)

    def begin(self: Any, *args: Any, **kwargs: Any) -> None:
        if _replays() and "proxy" not in _given(takes, self, *args, **kwargs):
            kind = type(self)
            self._pool = LazyPool(lambda: _pool_of(kind, original, args, kwargs))
        else:
            original(self, *args, **kwargs)

    return begin


def _given(takes: Signature, *args: Any, **kwargs: Any) -> set[str]:
    """Return what a transport is told; raises TypeError. A proxy may be refused, or need what is not installed."""
    given = takes.bind(*args, **kwargs).arguments
    return {name for name, value in given.items() if value is not None}


def _pool_of(kind: type, begin: Callable[..., None], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the pool of another transport of the kind: the one that waits for it is not held on to."""
    transport: Any = object.__new__(kind)
    begin(transport, *args, **kwargs)
    return vars(transport)["_pool"]


def _replays() -> bool:
    gateway = current_for_http()
    return gateway is not None and not gateway.writes
