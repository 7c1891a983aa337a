"""Connection pools that are made when they are first used: in replay that is never, and saves 20 ms a client.

The time would go into the TLS context of the pool, which loads the CA bundle, and into importing what connects.
"""

import dis
import sys
from collections.abc import Callable
from threading import Lock
from typing import Any, Self

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current


class LazyPool:
    """Stands for the pool that `make()` puts in its place, and has it made when more is asked of it than to close."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return getattr(self._made, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def close(self) -> None:
        """Close nothing, since nothing is open."""

    async def aclose(self) -> None:
        """Close nothing, since nothing is open."""


class LazyPools:
    """Patches how transports of httpx and httpx2 begin, while a session is replayed."""

    name = "pools"
    modules = ("httpx", "httpx2")

    def install(self, module: str) -> Callable[[], None]:
        """Patch the transports of `module`; nothing where a generation of it keeps more in them than a pool."""
        patches = Patches()
        for transport in (sys.modules[module].HTTPTransport, sys.modules[module].AsyncHTTPTransport):
            if _kept_by(transport.__init__) == {"_pool"}:
                patches.wrap(transport, "__init__", _later)
        return patches.undo


def _kept_by(function: Callable[..., None]) -> set[str]:
    """Return the names of the attributes that a function sets."""
    return {step.argval for step in dis.get_instructions(function) if step.opname == "STORE_ATTR"}


def _later(original: Callable[..., None]) -> Callable[..., None]:
    def begin(self: Any, *args: Any, **kwargs: Any) -> None:
        if not _replays():
            original(self, *args, **kwargs)  # imports what connects, which may keep errors of its own and so this frame
            return

        def make() -> Any:
            original(self, *args, **kwargs)
            return self._pool

        self._pool = LazyPool(make)

    return begin


def _replays() -> bool:
    gateway = current()
    return gateway is not None and not gateway.writes
