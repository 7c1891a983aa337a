"""A lane for each trio task, numbered where the task is started."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import in_lane, performing
from pytest_oao.runtime.running import current


class TrioLanes:
    """Patches `Nursery.start_soon` and `Nursery.start`, below anyio's task groups."""

    name = "trio"
    modules = ("trio",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch trio's nursery."""
        patches = Patches()
        nursery = sys.modules[module].Nursery
        patches.wrap(nursery, "start_soon", _start_soon)
        patches.wrap(nursery, "start", _start)
        return patches.undo


def _start_soon(original: Callable[..., None]) -> Callable[..., None]:
    def start_soon(self: object, async_fn: Callable[..., Any], *args: Any, name: object = None) -> None:
        gateway = current()
        if gateway is None or performing():
            return original(self, async_fn, *args, name=name)
        with in_lane(gateway.start_lane()):
            return original(self, async_fn, *args, name=name)

    return start_soon


def _start(original: Callable[..., Any]) -> Callable[..., Any]:
    async def start(self: object, async_fn: Callable[..., Any], *args: Any, name: object = None) -> Any:
        gateway = current()
        if gateway is None or performing():
            return await original(self, async_fn, *args, name=name)
        with in_lane(gateway.start_lane()):
            return await original(self, async_fn, *args, name=name)

    return start
