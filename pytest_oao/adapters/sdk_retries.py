"""The back-off between two attempts of an SDK: slept while recording, not in replay."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current


class SdkRetries:
    """Patches how long the clients of openai and anthropic wait before they try again."""

    name = "retries"
    modules = ("openai._base_client", "anthropic._base_client")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `BaseClient._calculate_retry_timeout`."""
        patches = Patches()
        patches.wrap(sys.modules[module].BaseClient, "_calculate_retry_timeout", _as_long_as_the_source_says)
        return patches.undo


def _as_long_as_the_source_says(original: Callable[..., float]) -> Callable[..., float]:
    def _calculate_retry_timeout(self: object, *args: Any, **kwargs: Any) -> float:
        seconds = original(self, *args, **kwargs)
        gateway = current()
        return seconds if gateway is None else gateway.source.delay(seconds)

    return _calculate_retry_timeout
