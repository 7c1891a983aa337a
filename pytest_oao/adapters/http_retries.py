"""The back-off between two attempts of urllib3 and of botocore: slept while recording, not in replay."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current


class HttpRetries:
    """Patches how long urllib3's `Retry` and botocore's endpoints wait before they try again."""

    name = "http retries"
    modules = ("urllib3.util.retry", "botocore.endpoint")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `Retry.get_backoff_time` and `get_retry_after`, or what tells an endpoint to try again."""
        patches, library = Patches(), sys.modules[module]
        if module == "botocore.endpoint":
            patches.wrap(library, "first_non_none_response", _as_long_as_the_source_says)
        else:
            patches.wrap(library.Retry, "get_backoff_time", _as_long_as_the_source_says)
            patches.wrap(library.Retry, "get_retry_after", _as_long_as_the_source_says)
        return patches.undo


def _as_long_as_the_source_says(original: Callable[..., Any]) -> Callable[..., Any]:
    def wait(*args: Any, **kwargs: Any) -> Any:
        seconds = original(*args, **kwargs)
        gateway = current()
        if gateway is None or isinstance(seconds, bool) or not isinstance(seconds, int | float):
            return seconds  # botocore asks its handlers for other things as well, and False says not to try again
        return gateway.source.delay(seconds)

    return wait
