"""A lane for each thread and each piece of work given to a pool; both start with a copy of the starter's context."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from types import FrameType
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import copied, in_lane, moved, starts_strands
from pytest_oao.runtime.running import current

_SERVERS = frozenset({"socketserver", "websockets.sync.server"})
_POOLS = ("concurrent.futures", "anyio.", "trio.")


class ThreadLanes:
    """Patches `Thread.start` and `ThreadPoolExecutor.submit`, below run_in_executor and to_thread."""

    name = "threads"
    modules = ("threading", "concurrent.futures")

    def install(self, module: str) -> Callable[[], None]:
        """Patch what `module` starts threads with."""
        patches = Patches()
        if module == "threading":
            patches.wrap(Thread, "start", _start)
        else:
            patches.wrap(ThreadPoolExecutor, "submit", _submit)
        return patches.undo


def _start(original: Callable[[Thread], None]) -> Callable[[Thread], None]:
    def start(self: Thread) -> None:
        gateway = current()
        if gateway is not None:
            run, own = self.run, vars(self).get("run")
            is_strand = starts_strands() and not _pooled(self)
            start_run = _strand(gateway, serves=_serves()) if is_strand else copy_context().run

            def run_in_lane() -> None:
                vars(self).pop("run")  # else the thread would hold on to itself, and to what it works on
                if own is not None:
                    vars(self)["run"] = own
                start_run(run)

            vars(self)["run"] = run_in_lane  # subclasses override run
        original(self)

    return start


def _serves() -> bool:
    """Whether the thread is started by a server of this process, for a connection that it took in."""
    frame = sys._getframe(2)  # noqa: SLF001 - who starts it is all that tells
    return frame.f_globals.get("__name__") in _SERVERS


def _pooled(thread: Thread) -> bool:
    """Whether the thread waits for work: pools start theirs when they see fit, so such a thread takes no number."""
    target = getattr(thread, "_target", None)
    homes = (type(thread).__module__, getattr(target, "__module__", None) or "")
    return any(home.startswith(_POOLS) for home in homes)


def _strand(gateway: Gateway, *, copies: bool = True, serves: bool = False) -> Callable[..., Any]:
    """Start a strand, and return what runs a function on it, in its thread, and in `copies` of this context."""
    starter, lane = copied(), gateway.start_lane(serves=serves)
    with in_lane(lane):
        context = copy_context()
    if not copies:
        return context.run

    def run(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        with moved(starter, lane):
            return context.run(work, *args, **kwargs)

    return run


def _submit(original: Callable[..., "Future[Any]"]) -> Callable[..., "Future[Any]"]:
    def submit(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        gateway = current()
        if gateway is None:
            return original(self, fn, *args, **kwargs)
        start = _strand(gateway, copies=not _carries_on()) if starts_strands() else copy_context().run
        return original(self, start, fn, *args, **kwargs)

    return submit


def _carries_on() -> bool:
    """Whether a coroutine gives this piece of work to a thread and waits: `asyncio.to_thread`."""
    frame: FrameType | None = sys._getframe(3)  # noqa: SLF001 - the callers are all that tells
    return frame is not None and frame.f_code is asyncio.to_thread.__code__
