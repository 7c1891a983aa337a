"""Processes that multiprocessing starts afresh: they inherit no session and no guard, so both are sent along."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.copies import Charge
from pytest_oao.runtime.lanes import in_performance
from pytest_oao.runtime.running import current
from pytest_oao.runtime.strict_guard import require_no_process


class SpawnedProcesses:
    """Patches what the methods `spawn` and `forkserver` tell a process about itself; no audit event tells of them."""

    name = "spawn"
    modules = ("multiprocessing.spawn",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `get_preparation_data`."""
        patches = Patches()
        patches.wrap(sys.modules[module], "get_preparation_data", _charged)
        return patches.undo


def _charged(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def get_preparation_data(name: str, *args: Any) -> dict[str, Any]:
        require_no_process(f"{sys.executable} of multiprocessing, {name}")
        gateway = current()
        told = original(name, *args)
        if gateway is not None and not in_performance():
            told["oao"] = Charge(gateway)
        return told

    return get_preparation_data
