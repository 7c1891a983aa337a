"""A process that really runs, and is recorded: its bytes pass through, and what the agent does with it is counted."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pytest_oao.adapters.process_calls import Captured, Command, ProcessEnd
from pytest_oao.adapters.process_ends import Interposed
from pytest_oao.adapters.process_inputs import Input
from pytest_oao.adapters.process_pipes import Copying
from pytest_oao.errors import OaoHalt
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.raised_values import raised_of

_GRACE = 0.5
"""Seconds that the last bytes of a process that has ended may take; a child of its own may keep its pipes open."""


class LiveProcess:
    """One process; what is waited for and sent to it passes here."""

    def __init__(self, gateway: Gateway, admission: Admission, command: Command) -> None:
        self._gateway, self._admission, self._command = gateway, admission, command
        self._end = ProcessEnd()
        self._outputs: dict[str, Copying] = {}
        self._input: Input | None = None
        self._communicating = False

    def start(self, popen: Any, original: Callable[..., None], given: dict[str, Any]) -> None:
        """Start the process, with pipes of ours between it and the agent; raises what that raises."""
        between = Interposed(given)
        try:
            with perform():
                original(popen, *between.given.values())
        except BaseException as error:
            between.close_failed(closed=popen._closed_child_pipe_fds)  # noqa: SLF001 - Popen goes by the same
            self._gateway.settle(self._admission, raised_of(error))
            raise
        between.close_started()
        for stream, (source, target) in between.outputs.items():
            self._outputs[stream] = Copying(source, target, self._output_ended)
        if between.input is not None:
            self._input = Input(self._gateway, self._command)
            self._input.read(*between.input)
        self._gateway.streams(self._admission, self._left)

    def poll(self, popen: Any, original: Callable[[], int | None], *, counts: bool) -> int | None:
        """Ask whether the process has ended."""
        before = popen.returncode
        code = original()
        if not counts or before is not None:  # the garbage collector asks: when, is chance, and the agent never knew
            return code
        if code is None:
            self._end.polls += 1
        else:
            self.exited(code)
        return code

    def wait(self, popen: Any, original: Callable[[], int | None], timeout: float | None) -> int | None:
        """Wait for the end of the process."""
        del timeout
        before = popen.returncode
        try:
            code = original()
        except subprocess.TimeoutExpired as error:
            if not self._communicating:
                self._expired(error)
            raise
        if before is None and code is not None:
            self.exited(code)
        return code

    def communicate(self, popen: Any, original: Callable[[], Any], timeout: float | None) -> Any:
        """Exchange input and output with the process."""
        del popen, timeout
        self._communicating = True
        try:
            return original()
        except subprocess.TimeoutExpired as error:
            self._expired(error)
            raise
        finally:
            self._communicating = False

    def _expired(self, error: subprocess.TimeoutExpired) -> None:
        self._end.expired.append((_bytes(error.output), _bytes(error.stderr)))

    def signalled(self, popen: Any, number: int) -> bool:
        """Take note of a signal, which is sent."""
        if popen.returncode is None and number:
            self._end.signals.append(number)
        return False

    def exited(self, code: int) -> None:
        """Take note of the end; raises the session's halt, which may have come of the input."""
        for output in self._outputs.values():
            output.wait(_GRACE)
        if self._input is not None:
            self._input.over()
            self._end.unread, self._end.fed = not self._input.whole, self._input.is_done and self._input.whole
        self._end.returncode = code  # last, since a copy that ends from now on settles the call
        self._output_ended()
        if self._gateway.halted is not None:
            raise self._gateway.halted

    def _output_ended(self) -> None:
        if self._end.returncode is not None and all(output.is_done for output in self._outputs.values()):
            self._settle()

    def _left(self) -> None:
        """Settle a process that the session leaves running, or whose pipes somebody else holds open."""
        if self._input is not None:
            self._input.over()
        self._settle()

    def _settle(self) -> None:
        for stream, output in self._outputs.items():
            setattr(self._end, stream, bytes(output.data))
        with suppress(OaoHalt):  # the session is halted, and tells whoever uses the process
            self._gateway.settle(self._admission, self._end.outcome())


def _bytes(text: str | bytes | None) -> Captured:
    return text.encode() if isinstance(text, str) else text
