"""Waits that libraries make between two attempts: slept while recording, skipped in replay, where they count as slept.

A library that gives up after a while reads the clock: for it the time that was skipped has passed, so that it makes as
many attempts in replay as it made while recording.
"""

from collections.abc import Awaitable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from pytest_oao.runtime.running import current

_SKIPPED: ContextVar[float] = ContextVar("oao_skipped", default=0.0)
"""Seconds that were skipped so far in this context."""


def waited(seconds: float) -> float:
    """Return how long a wait really takes; what is left of it is skipped."""
    gateway = current()
    if gateway is None:
        return seconds
    taken = gateway.source.delay(seconds)
    _SKIPPED.set(_SKIPPED.get() + seconds - taken)
    return taken


class _Module:
    """Stands in for a module that a library has imported."""

    def __init__(self, real: ModuleType) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Time(_Module):
    """Stands in for `time`."""

    def sleep(self, seconds: float) -> None:
        """Sleep, or skip it."""
        self._real.sleep(waited(seconds))

    def time(self) -> float:
        """Return the time of day, as if nothing had been skipped."""
        return float(self._real.time()) + _SKIPPED.get()

    def monotonic(self) -> float:
        """Return the monotonic clock, as if nothing had been skipped."""
        return float(self._real.monotonic()) + _SKIPPED.get()


class Asyncio(_Module):
    """Stands in for `asyncio`."""

    def sleep(self, delay: float, result: Any = None) -> Awaitable[Any]:
        """Sleep, or skip it."""
        slept: Awaitable[Any] = self._real.sleep(waited(delay), result)
        return slept
