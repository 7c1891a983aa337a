"""`subprocess`: processes of the programs that the project names are host calls; all others run as ever.

`Popen._execute_child` is what starts a process, below `run`, `check_output`, `os.popen` and asyncio. The pipes are made
by then, and text, buffers and time limits are Popen's own, live and in replay.
"""

import sys
import weakref
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from inspect import signature
from typing import Any, Protocol

from pytest_oao.adapters.live_processes import LiveProcess
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.process_calls import Command, command_of, process_call
from pytest_oao.adapters.recorded_processes import RecordedProcess
from pytest_oao.errors import SeamMissing
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import performing
from pytest_oao.runtime.running import current

_MINE = "_oao_process"
_FDS = {"p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite"}
_NEEDED = _FDS | {"args", "cwd", "shell"}

BY_PID: "weakref.WeakValueDictionary[int, Any]" = weakref.WeakValueDictionary()
"""Every Popen that is a call, by the number of its process, real or not."""


class Started(Protocol):
    """A process that is a call, really running or not."""

    def start(self, popen: Any, original: Callable[..., None], given: dict[str, Any]) -> None:
        """Start it."""

    def poll(self, popen: Any, original: Callable[[], int | None], *, counts: bool) -> int | None:
        """Ask whether it has ended."""

    def wait(self, popen: Any, original: Callable[[], int | None], timeout: float | None) -> int | None:
        """Wait for its end."""

    def communicate(self, popen: Any, original: Callable[[], Any], timeout: float | None) -> Any:
        """Exchange input and output."""

    def signalled(self, popen: Any, number: int) -> bool:
        """Take note of a signal; return whether nobody else needs to get it."""

    def exited(self, code: int) -> None:
        """Take note of its end."""


_HANDED: ContextVar[list[Started] | None] = ContextVar("oao_process", default=None)


class Processes:
    """Patches `Popen`."""

    name = "subprocess"
    modules = ("subprocess",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch what starts a process, and what waits for it; raises SeamMissing."""
        patches, popen = Patches(), sys.modules[module].Popen
        if sys.platform == "win32":
            return patches.undo
        missing = _NEEDED - set(signature(popen._execute_child).parameters)  # noqa: SLF001
        if missing:
            raise SeamMissing(
                f"subprocess of Python {sys.version.split()[0]} is of an unknown generation: no {', '.join(missing)}",
                where=module,
                remedy="upgrade pytest-oao",
            )
        patches.wrap(popen, "_execute_child", _execute_child)
        patches.wrap(popen, "_internal_poll", _internal_poll)
        patches.wrap(popen, "_wait", _wait)
        patches.wrap(popen, "communicate", _communicate)
        return patches.undo


def asked_for(command: Command) -> Gateway | None:
    """Return the gateway that a process has to pass; None for one that is no call."""
    gateway = current()
    if gateway is None or performing() or not command.is_one_of(gateway.terms.reach.programs):
        return None
    return gateway


def admitted(gateway: Gateway, command: Command) -> LiveProcess | RecordedProcess:
    """Let a process start, or have it answered from the record; raises OaoHalt."""
    admission = gateway.admit(process_call(gateway, command))
    if admission.recorded is None:
        return LiveProcess(gateway, admission, command)
    return RecordedProcess(gateway, admission.recorded, command)


@contextmanager
def handed(process: Started) -> Any:
    """Have the next Popen be a process that is admitted already."""
    token = _HANDED.set([process])
    try:
        yield
    finally:
        _HANDED.reset(token)


def process_of(popen: Any) -> Started | None:
    """Return the call that a Popen is."""
    return vars(popen).get(_MINE) if popen is not None else None


def _execute_child(original: Callable[..., None]) -> Callable[..., None]:
    takes = signature(original)

    def execute_child(self: Any, *args: Any) -> None:
        given = dict(takes.bind(self, *args).arguments)
        given.pop("self")
        process = _process(given)
        if process is None:
            original(self, *args)
            return
        vars(self)[_MINE] = process
        process.start(self, original, given)
        BY_PID[self.pid] = self

    return execute_child


def _process(given: dict[str, Any]) -> Started | None:
    waiting = _HANDED.get()
    if waiting:
        return waiting.pop()
    command = command_of(given["args"], shell=bool(given["shell"]), cwd=given["cwd"], stdin=given["p2cread"])
    gateway = asked_for(command)
    return None if gateway is None else admitted(gateway, command)


def _internal_poll(original: Callable[..., int | None]) -> Callable[..., int | None]:
    def internal_poll(self: Any, _deadstate: Any = None, *args: Any, **kwargs: Any) -> int | None:
        process, run = process_of(self), partial(original, self, _deadstate, *args, **kwargs)
        return run() if process is None else process.poll(self, run, counts=_deadstate is None)

    return internal_poll


def _wait(original: Callable[..., int | None]) -> Callable[..., int | None]:
    def wait(self: Any, timeout: float | None) -> int | None:
        process, run = process_of(self), partial(original, self, timeout)
        return run() if process is None else process.wait(self, run, timeout)

    return wait


def _communicate(original: Callable[..., Any]) -> Callable[..., Any]:
    def communicate(self: Any, input: Any = None, timeout: float | None = None) -> Any:  # noqa: A002 - Popen's own name
        process, run = process_of(self), partial(original, self, input, timeout)
        return run() if process is None else process.communicate(self, run, timeout)

    return communicate
