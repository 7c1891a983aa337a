"""A lane for each asyncio task, numbered where the task is created."""

import asyncio
import sys
from asyncio import BaseEventLoop, Task
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from contextvars import Context
from types import FrameType
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import NO_STRANDS, enter, in_lane, is_moved, performing, starts_strands
from pytest_oao.runtime.running import current

Create = Callable[..., "Task[Any]"]

_WAITING = frozenset({asyncio.locks.__file__, asyncio.queues.__file__})
_SLEEP = asyncio.sleep.__code__


class AsyncioLanes:
    """Patches `create_task` of asyncio's and uvloop's event loops, below gather, TaskGroup and anyio."""

    name = "asyncio"
    modules = ("asyncio", "uvloop")

    def install(self, module: str) -> Callable[[], None]:
        """Patch the event loop class of `module`."""
        patches = Patches()
        owner = BaseEventLoop if module == "asyncio" else sys.modules[module].Loop
        patches.wrap(owner, "create_task", _in_own_lane)
        if module == "asyncio":
            for home in (asyncio, asyncio.tasks):
                patches.wrap(home, "as_completed", _in_callers_order)
        return patches.undo


def _in_own_lane(original: Create) -> Create:
    def create_task(
        self: BaseEventLoop, coro: Coroutine[Any, Any, Any], *, context: Context | None = None, **options: Any
    ) -> "Task[Any]":
        gateway = current()
        carries_on = gateway is None or not starts_strands() or _is_no_strand(coro)
        if gateway is None or (carries_on and not is_moved()):
            return original(self, coro, **options, **({} if context is None else {"context": context}))
        lane = gateway.lane if carries_on else gateway.start_lane(serves=_accepts(coro))
        if context is not None:
            with suppress(RuntimeError):  # the context that runs now: it has its lane
                context.run(enter, lane)
            return original(self, coro, context=context, **options)
        with in_lane(lane):
            return original(self, coro, **options)

    return create_task


def _accepts(coro: Coroutine[Any, Any, Any]) -> bool:
    """Whether the task is the one in which a server of this process takes in a connection; its handler is below it."""
    return getattr(coro, "__name__", "") == "_accept_connection2"


def _is_no_strand(coro: Coroutine[Any, Any, Any]) -> bool:
    return _same_strand(coro) or _only_waits(coro) or _cleans_up(coro)


def _only_waits(coro: Coroutine[Any, Any, Any]) -> bool:
    """Whether the task waits for an event, a lock, a queue or a while: how many do may depend on the schedule."""
    code = getattr(coro, "cr_code", None)
    return code is not None and (code.co_filename in _WAITING or code is _SLEEP or code in NO_STRANDS)


def _cleans_up(coro: Coroutine[Any, Any, Any]) -> bool:
    """Whether the task closes what the garbage collector found, a client or a generator: it may come at any time."""
    frame: FrameType | None = sys._getframe(3)  # noqa: SLF001 - the caller is all that tells
    return type(coro).__name__ == "async_generator_athrow" or (frame is not None and frame.f_code.co_name == "__del__")


def _in_callers_order(original: Callable[..., Any]) -> Callable[..., Any]:
    """Have tasks made in the order in which they are given: asyncio makes them from a set, by their addresses."""

    def as_completed(fs: Iterable[Any], **options: Any) -> Any:
        if current() is None or performing():
            return original(fs, **options)
        return original([asyncio.ensure_future(one) for one in fs], **options)

    return as_completed


def _same_strand(coro: Coroutine[Any, Any, Any]) -> bool:
    """Whether the new task only carries on what its starter, who waits for it, was at: as that of asyncio.run does."""
    frame: FrameType | None = sys._getframe(3)  # noqa: SLF001 - the callers' frames are all that tells
    assert frame is not None  # somebody calls create_task
    if frame.f_code.co_filename == asyncio.runners.__file__:
        return True
    while frame is not None and frame.f_code.co_filename == asyncio.tasks.__file__:
        if frame.f_code is asyncio.wait_for.__code__:
            return True
        frame = frame.f_back
    waits = frame is not None and frame.f_code is BaseEventLoop.run_until_complete.__code__
    return waits or _serves_tests(coro)


def _serves_tests(coro: Coroutine[Any, Any, Any]) -> bool:
    """Whether the task is the one in which anyio's pytest plugin runs test after test: it is no strand of the agent."""
    return getattr(coro, "__qualname__", "").startswith("TestRunner.")
