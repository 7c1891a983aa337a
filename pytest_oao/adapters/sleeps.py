"""Sleeps of the agent's own code: slept while recording, in replay a thousandth of them."""

import inspect
import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.routing import Routes
from pytest_oao.runtime.worlds import read_by


class Sleeps:
    """Patches `sleep` of `time`, asyncio, anyio and trio."""

    name = "sleeps"
    modules = ("time", "asyncio", "anyio", "trio")

    def install(self, module: str) -> Callable[[], None]:
        """Patch it, with asyncio in the module where it is written as well."""
        routes, library = Routes(), sys.modules[module]
        routes.route(library, "sleep", _slept)
        if module == "asyncio":
            routes.wrap(library.tasks, "sleep", lambda _: library.sleep)
        return routes.undo


def _slept(original: Callable[..., Any]) -> Callable[..., Any]:
    def sleep(*args: Any, **kwargs: Any) -> Any:
        world = read_by(sys._getframe(1))  # noqa: SLF001 - the caller is all that tells
        if world is not None and args and isinstance(args[0], int | float):
            args = (world.clocks.delay(args[0]), *args[1:])
        elif world is not None and isinstance(kwargs.get("delay"), int | float):
            kwargs["delay"] = world.clocks.delay(kwargs["delay"])
        return original(*args, **kwargs)

    if sys.version_info >= (3, 12) and inspect.iscoroutinefunction(original):
        inspect.markcoroutinefunction(sleep)
    return sleep
