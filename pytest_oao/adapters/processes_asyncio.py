"""Processes of asyncio: started by `subprocess` as all are, and waited for by the event loop."""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.process_calls import command_of
from pytest_oao.adapters.processes import admitted, asked_for, handed, process_of
from pytest_oao.adapters.recorded_processes import RecordedProcess
from pytest_oao.errors import EscapedCall


class AsyncioProcesses:
    """Patches where asyncio's event loop makes a process's transport, and where that hears of its end."""

    name = "subprocess of asyncio"
    modules = ("asyncio.unix_events", "uvloop")

    def install(self, module: str) -> Callable[[], None]:
        """Patch the event loop of `module`."""
        patches, library = Patches(), sys.modules[module]
        if module == "uvloop":
            patches.wrap(library.Loop, "subprocess_exec", partial(_refused, False))
            patches.wrap(library.Loop, "subprocess_shell", partial(_refused, True))
            return patches.undo
        patches.wrap(library._UnixSelectorEventLoop, "_make_subprocess_transport", _make)  # noqa: SLF001
        patches.wrap(library._UnixSubprocessTransport, "_process_exited", _exited)  # noqa: SLF001
        return patches.undo


def _make(original: Callable[..., Any]) -> Callable[..., Any]:
    async def make_subprocess_transport(
        self: Any, protocol: Any, args: Any, shell: Any, *more: Any, **kwargs: Any
    ) -> Any:
        command = command_of(args, shell=shell, cwd=kwargs.get("cwd"))
        gateway = asked_for(command)
        if gateway is None:
            return await original(self, protocol, args, shell, *more, **kwargs)
        process = admitted(gateway, command)
        with handed(process):
            if isinstance(process, RecordedProcess):
                return await _stand_in(process, self, protocol, args, shell, *more, **kwargs)
            return await original(self, protocol, args, shell, *more, **kwargs)

    return make_subprocess_transport


async def _stand_in(process: RecordedProcess, loop: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the transport of a process that never starts: there is no child to watch for."""
    make = sys.modules["asyncio.unix_events"]._UnixSubprocessTransport  # noqa: SLF001
    waiter = loop.create_future()
    process.holds = True
    transport = make(loop, *args, waiter=waiter, **kwargs)
    process.when_ended(partial(_tell, loop, transport))
    try:
        await waiter
    except BaseException:  # the agent stopped to wait, or the session
        transport.close()
        await transport._wait()  # noqa: SLF001
        raise
    return transport


def _tell(loop: Any, transport: Any, code: int) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits
        loop.call_soon_threadsafe(transport._process_exited, code)  # noqa: SLF001


def _exited(original: Callable[..., None]) -> Callable[..., None]:
    def process_exited(self: Any, returncode: int) -> None:
        process = process_of(self.get_extra_info("subprocess"))
        try:
            if process is not None:
                process.exited(returncode)
        finally:
            original(self, returncode)

    return process_exited


def _refused(shell: bool, original: Callable[..., Any]) -> Callable[..., Any]:  # noqa: FBT001
    async def start(self: Any, protocol_factory: Any, *words: Any, **kwargs: Any) -> Any:
        command = command_of(words, shell=shell)
        gateway = asked_for(command)
        if gateway is not None:
            gateway.unseen(
                EscapedCall(
                    f"uvloop was about to start a process ({command.program}){gateway.scribe.project.place()}, "
                    "which it does itself: the process cannot be recorded, nor answered",
                    where=gateway.header.test,
                    remedy="use asyncio's own event loop in tests, or take the program out of oao_subprocesses",
                )
            )
        return await original(self, protocol_factory, *words, **kwargs)

    return start
