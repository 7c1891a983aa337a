"""A lane for each asyncio task, numbered where the task is created."""

import asyncio
import sys
from asyncio import BaseEventLoop, Task
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import in_lane, performing
from pytest_oao.runtime.running import current

Create = Callable[..., "Task[Any]"]


class AsyncioLanes:
    """Patches `create_task` of asyncio's and uvloop's event loops, below gather, TaskGroup and anyio."""

    name = "asyncio"
    modules = ("asyncio", "uvloop")

    def install(self, module: str) -> Callable[[], None]:
        """Patch the event loop class of `module`."""
        patches = Patches()
        owner = BaseEventLoop if module == "asyncio" else sys.modules[module].Loop
        patches.wrap(owner, "create_task", _in_own_lane)
        return patches.undo


def _in_own_lane(original: Create) -> Create:
    def create_task(
        self: BaseEventLoop, coro: Coroutine[Any, Any, Any], *, context: Context | None = None, **options: Any
    ) -> "Task[Any]":
        gateway = current()
        if context is not None:  # the caller chose where the task runs: asyncio.run, a runner that tests share
            return original(self, coro, context=context, **options)
        if gateway is None or performing() or _awaited_at_once() or _serves_tests(coro):
            return original(self, coro, **options)
        with in_lane(gateway.lane.child()):
            return original(self, coro, **options)

    return create_task


def _awaited_at_once() -> bool:
    """Whether wait_for makes the task, as it does before Python 3.12: the same strand goes on in it."""
    frame = sys._getframe(2)  # noqa: SLF001 - the callers' frames are all that tells
    for _ in range(3):
        if frame is None:
            return False
        if frame.f_code is asyncio.wait_for.__code__:
            return True
        frame = frame.f_back  # type: ignore[assignment]  # None above the first frame
    return False


def _serves_tests(coro: Coroutine[Any, Any, Any]) -> bool:
    """Whether the task is the one in which anyio's pytest plugin runs test after test: it is no strand of the agent."""
    return getattr(coro, "__qualname__", "").startswith("TestRunner.")
