"""The back-off between two attempts of an SDK: slept while recording, not in replay."""

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.skipped_waits import Asyncio, Time, waited


class SdkRetries:
    """Patches how long the clients of model providers wait before they try again."""

    name = "retries"

    @property
    def modules(self) -> tuple[str, ...]:
        """Those in which waits are made, or computed."""
        return tuple(_HOW)

    def install(self, module: str) -> Callable[[], None]:
        """Patch what makes the waits of `module`, or says how long they are."""
        patches = Patches()
        _HOW[module](patches, sys.modules[module])
        return patches.undo


def _computed(owner: str, *names: str) -> Callable[[Patches, ModuleType], None]:
    """Patch functions of a class of the module, or its own, that return how many seconds to wait."""

    def patch(patches: Patches, module: ModuleType) -> None:
        holder = getattr(module, owner) if owner else module
        for name in names:
            if owner or hasattr(holder, name):
                patches.wrap(holder, name, _as_long_as_the_source_says)

    return patch


def _made(patches: Patches, module: ModuleType) -> None:
    """Patch the `time` and the `asyncio` that a module sees: it does nothing with them but to wait, and to give up."""
    for name, kind in (("time", Time), ("asyncio", Asyncio)):
        if isinstance(getattr(module, name, None), ModuleType):
            patches.wrap(module, name, kind)


def _as_long_as_the_source_says(original: Callable[..., float]) -> Callable[..., float]:
    def seconds(*args: Any, **kwargs: Any) -> float:
        return waited(original(*args, **kwargs))

    return seconds


_BASE_CLIENT = _computed("BaseClient", "_calculate_retry_timeout")
_HOW: Mapping[str, Callable[[Patches, ModuleType], None]] = {
    "openai._base_client": _BASE_CLIENT,
    "anthropic._base_client": _BASE_CLIENT,
    "cohere.core.http_client": _computed("", "_retry_timeout", "_retry_timeout_from_retries"),
    "litellm.router": _computed("Router", "_time_to_sleep_before_retry"),
    "mistralai.client.utils.retries": _made,
    "mistralai.utils.retries": _made,  # before 2
    "google.genai._api_client": _made,  # after a connection that failed
}
