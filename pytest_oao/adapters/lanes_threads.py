"""A lane for each thread and each piece of work given to a pool; both start with a copy of the starter's context."""

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import in_lane, performing
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
            context, run, own = copy_context(), self.run, vars(self).get("run")
            if not (performing() or _pooled(self)):
                context = _context_of_child(partial(gateway.start_lane, serves=_serves()))

            def run_in_lane() -> None:
                vars(self).pop("run")  # else the thread would hold on to itself, and to what it works on
                if own is not None:
                    vars(self)["run"] = own
                context.run(run)

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


def _context_of_child(child: Callable[[], Any]) -> Any:
    with in_lane(child()):
        return copy_context()


def _submit(original: Callable[..., "Future[Any]"]) -> Callable[..., "Future[Any]"]:
    def submit(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        gateway = current()
        if gateway is None:
            return original(self, fn, *args, **kwargs)
        context = copy_context() if performing() else _context_of_child(gateway.start_lane)
        return original(self, context.run, fn, *args, **kwargs)

    return submit
