"""What `os` does with processes: `os.system`, and signals to those that are calls."""

import os
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.process_calls import ProcessEnd, command_of, end_of, process_call
from pytest_oao.adapters.processes import BY_PID, asked_for, process_of
from pytest_oao.model.outcomes import Raised
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.raised_values import exception_of, raised_of


class OsProcesses:
    """Patches `os.system`, `os.kill` and `os.killpg`."""

    name = "os"
    modules = ("os",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the functions, where the system has them."""
        del module
        patches = Patches()
        patches.wrap(os, "system", _system)
        for name in ("kill", "killpg"):
            if hasattr(os, name):
                patches.wrap(os, name, _kill)
        if hasattr(os, "getpgid"):
            patches.wrap(os, "getpgid", _getpgid)
        return patches.undo


def _system(original: Callable[..., int]) -> Callable[..., int]:
    def system(command: Any) -> int:
        asked = command_of(command, shell=True)  # noqa: S604 - what it says of itself
        gateway = asked_for(asked)
        if gateway is None:
            return original(command)
        admission = gateway.admit(process_call(gateway, asked))
        if admission.recorded is not None:
            outcome = admission.recorded.outcome
            if isinstance(outcome, Raised):
                raise exception_of(outcome)
            return int(end_of(outcome.body).returncode or 0)
        try:
            with perform():
                status = original(command)
        except BaseException as error:
            gateway.settle(admission, raised_of(error))
            raise
        gateway.settle(admission, ProcessEnd(status).outcome())
        return status

    return system


def _kill(original: Callable[..., None]) -> Callable[..., None]:
    def kill(pid: int, signal: int, /) -> None:
        popen = BY_PID.get(pid)
        process = process_of(popen)
        if process is None or not process.signalled(popen, signal):
            original(pid, signal)

    return kill


def _getpgid(original: Callable[..., int]) -> Callable[..., int]:
    def getpgid(pid: int) -> int:
        """Return the group of a process that never started: one of its own, so that a signal to it stays there."""
        return pid if pid >= 1 << 22 and pid in BY_PID else original(pid)

    return getpgid
