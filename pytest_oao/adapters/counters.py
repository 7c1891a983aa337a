"""Clocks that count: `time.monotonic`, `perf_counter`, `process_time` and `thread_time`, in seconds and nanoseconds."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.routing import Routes
from pytest_oao.runtime.worlds import read_by

_CLOCKS = ("monotonic", "perf_counter", "process_time", "thread_time")
_SECOND = 1_000_000_000


class Counters:
    """Patches the functions of `time`."""

    name = "counters"
    modules = ("time",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch them; a clock that the machine does not have is left out."""
        routes, library = Routes(), sys.modules[module]
        for name in _CLOCKS:
            nanoseconds = getattr(library, f"{name}_ns", None)
            if nanoseconds is not None:
                routes.route(library, f"{name}_ns", _in_nanoseconds(f"time.{name}"))
                routes.route(library, name, _in_seconds(f"time.{name}", nanoseconds))
        return routes.undo


def _in_nanoseconds(target: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    def make(original: Callable[[], int]) -> Callable[[], int]:
        def read() -> int:
            world = read_by(sys._getframe(1))  # noqa: SLF001 - the caller is all that tells
            return original() if world is None else world.clocks.read(target, original())

        return read

    return make


def _in_seconds(target: str, nanoseconds: Callable[[], int]) -> Callable[[Callable[[], float]], Any]:
    def make(original: Callable[[], float]) -> Callable[[], float]:
        def read() -> float:
            world = read_by(sys._getframe(1))  # noqa: SLF001 - as above
            return original() if world is None else world.clocks.read(target, nanoseconds()) / _SECOND

        return read

    return make
