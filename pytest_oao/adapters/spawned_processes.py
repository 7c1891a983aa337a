"""Processes that multiprocessing starts afresh: they inherit no session and no guard, so both are sent along."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.copies import awaited, disown, hold
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import in_performance
from pytest_oao.runtime.running import current, start
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.strict_guard import require_no_process


def _held(test: str, letter: str, hosts: tuple[str, ...]) -> str:
    """Hold the process that this runs in: a tool that it runs, and a connection that it makes, are refused."""
    hold(test, letter, hosts)
    gateway = Gateway(Header("copy", test=test), Recorder(), Scribe(Redactor.of(()), Project(Path.cwd())))
    disown(gateway, Path(letter))
    start(gateway)
    return test


class Charge:
    """Travels to a spawned process with what that is told about itself; to read it is to be held by it."""

    def __init__(self, gateway: Gateway) -> None:
        self._told = (gateway.header.test, str(awaited(gateway)), tuple(gateway.terms.open_hosts))

    def __reduce__(self) -> tuple[object, ...]:
        return (_held, self._told)


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
        if gateway is not None and gateway.is_wide and not in_performance():
            told["oao"] = Charge(gateway)
        return told

    return get_preparation_data
