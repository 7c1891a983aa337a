"""LangGraph's own strands: a lane for each run of a node, none for what keeps checkpoints or waits for a stream.

How often it looks at a stream, and when a checkpoint is written, depends on the time that everything takes. With an
eager task a node would have no lane at all, since no event loop is asked for one.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import NO_STRANDS, carrying_on, in_lane, start_anew, starts_strands
from pytest_oao.runtime.running import current

_NODES = frozenset({"run_with_retry", "arun_with_retry"})
"""What LangGraph runs a node, or a task of its functional API, with."""


class LanggraphLanes:
    """Patches what LangGraph starts threads and tasks with, and the wait for a stream's next part."""

    name = "langgraph"
    modules = ("langgraph.pregel._executor", "langgraph._internal._queue")

    def install(self, module: str) -> Callable[[], None]:
        """Patch both executors, or tell what the wait is made of."""
        patches, found = Patches(), sys.modules[module]
        if module == "langgraph.pregel._executor":
            patches.wrap(found.BackgroundExecutor, "submit", _submit)
            patches.wrap(found.AsyncBackgroundExecutor, "submit", _submit_async)
            return patches.undo
        code = found.AsyncQueue.wait.__code__
        NO_STRANDS.add(code)
        return lambda: NO_STRANDS.discard(code)


def _submit(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def submit(self: Any, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        gateway = current()
        if gateway is None or not starts_strands():
            return original(self, fn, *args, **kwargs)
        lane = gateway.start_lane() if getattr(fn, "__name__", "") in _NODES else gateway.lane
        with in_lane(lane), carrying_on():
            return original(self, fn, *args, **kwargs)

    return submit


def _submit_async(original: Callable[..., Any]) -> Callable[..., Any]:
    start = _submit(original)

    @functools.wraps(original)
    def submit(self: Any, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        @functools.wraps(fn)
        async def begin(*args: Any, **kwargs: Any) -> Any:
            start_anew()
            return await fn(*args, **kwargs)

        return start(self, begin, *args, **kwargs)

    return submit
