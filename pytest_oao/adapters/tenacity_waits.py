"""tenacity, by which google-genai, langchain and many agents try again: its waits cost nothing in replay.

Only waits after an attempt that made host calls are skipped: what waits for something else, say a database that the
test has started, waits as ever.
"""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.skipped_waits import Time, waited
from pytest_oao.runtime.running import current

_SLEEPERS = frozenset({"tenacity.nap", "tenacity.asyncio", "tenacity._asyncio", "time", "asyncio.tasks"})
"""Modules whose functions do nothing but to sleep; one of the agent's own may do more, and is left alone."""
_MADE: ContextVar[int] = ContextVar("oao_made_before_attempt", default=0)
"""How many calls had been made when the attempt began."""


class TenacityWaits:
    """Patches `BaseRetrying.begin` and how `BaseRetrying.sleep` is read, so that retries made before are seen, too."""

    name = "tenacity"
    modules = ("tenacity",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch tenacity's retries, and the clock by which they give up."""
        patches, library = Patches(), sys.modules[module]
        retrying = library.BaseRetrying
        patches.wrap(retrying, "begin", _begin)
        if isinstance(getattr(library, "time", None), ModuleType):
            patches.wrap(library, "time", Time)
        retrying.sleep = _Sleep()

        def undo() -> None:
            del retrying.sleep
            patches.undo()

        return undo


def _begin(original: Callable[..., None]) -> Callable[..., None]:
    def begin(self: object, *args: Any, **kwargs: Any) -> None:
        _MADE.set(_calls())
        original(self, *args, **kwargs)

    return begin


def _calls() -> int:
    gateway = current()
    return 0 if gateway is None else gateway.made


class _Sleep:
    """The attribute `sleep` of a retrying object, which is a function that takes seconds."""

    def __get__(self, retrying: Any, kind: type | None = None) -> Any:
        if retrying is None:
            return self
        try:
            own = vars(retrying)["sleep"]
        except KeyError:
            raise AttributeError("sleep") from None
        return _skipping(own) if getattr(own, "__module__", "") in _SLEEPERS else own

    def __set__(self, retrying: Any, sleep: Any) -> None:
        vars(retrying)["sleep"] = getattr(sleep, "oao_original", sleep)


def _skipping(own: Callable[[float], Any]) -> Callable[[float], Any]:
    def sleep(seconds: float) -> Any:
        made = _calls()
        skips = made > _MADE.get()
        _MADE.set(made)
        return own(waited(seconds) if skips else seconds)

    sleep.oao_original = own  # type: ignore[attr-defined]  # what copies of the retrying object are given
    return sleep
