"""The HTTP client that openai-agents keeps for the process: one per event loop while a session runs.

A connection belongs to the event loop that it was made in. Where each test has a loop of its own, the second one to be
recorded would be sent over a connection of the first, and fail; as it does without pytest-oao.
"""

import asyncio
import sys
from collections.abc import Callable
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current


class OpenaiAgentsClient:
    """Patches `shared_http_client` of the SDK's default provider of models."""

    name = "openai-agents-client"
    modules = ("agents.models.openai_provider",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; one of a generation that shares its client in another way is left alone."""
        patches, library = Patches(), sys.modules[module]
        if hasattr(library, "_http_client"):
            patches.wrap(library, "shared_http_client", lambda original: _one_for_each_loop(original, library))
        return patches.undo


def _one_for_each_loop(original: Callable[[], Any], library: Any) -> Callable[[], Any]:
    clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()
    lock = Lock()

    def shared_http_client() -> Any:
        loop = _running_loop()
        if loop is None or current() is None:
            return original()
        with lock:
            if loop not in clients:
                shared, library._http_client = library._http_client, None  # noqa: SLF001 - where the SDK keeps it
                try:
                    clients[loop] = original()
                finally:
                    library._http_client = shared  # noqa: SLF001 - as above
            return clients[loop]

    return shared_http_client


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
