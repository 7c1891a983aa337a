"""A process that never starts: the agent's pipes get what was recorded, and it ends as it did then."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.process_calls import Command, ProcessEnd, end_of
from pytest_oao.adapters.process_ends import OUTPUTS
from pytest_oao.adapters.process_inputs import Input
from pytest_oao.adapters.process_pipes import close, feed, is_file, is_stream
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.raised_values import exception_of

_PATIENCE = 60.0
"""Seconds that the agent may take to end the input that it ended while recording."""
_PIDS = itertools.count(1 << 22)
"""Linux gives no process a number from here on, so a signal to one of these reaches nobody."""


class RecordedProcess:
    """One process; what is waited for and sent to it passes here."""

    def __init__(self, gateway: Gateway, exchange: Exchange, command: Command) -> None:
        self._gateway, self._exchange, self._command = gateway, exchange, command
        self._end = ProcessEnd()
        self._signals_left = 0
        self._input: Input | None = None
        self._held: list[int] = []
        self._told: list[Callable[[int], object]] = []
        self._communicating = False
        self.holds = False
        """Whether the pipes of a process that the agent ended stay open until it does: an event loop waits for that."""

    def start(self, popen: Any, _: Callable[..., None], given: dict[str, Any]) -> None:
        """Have the agent's pipes filled; raises what starting the process raised."""
        outcome = self._exchange.outcome
        if isinstance(outcome, Raised):
            raise exception_of(outcome)
        self._end = end_of(outcome.body)
        self._signals_left = len(self._end.signals)
        for stream, (end, _counterpart) in OUTPUTS.items():
            data = getattr(self._end, stream)
            if data is not None and is_stream(given[end]):
                self._fill(os.dup(given[end]), data, hold=self.holds and not self.has_ended)
        if is_stream(given["p2cread"]) and not is_file(given["p2cread"]) and not self._end.unread:
            self._input = Input(self._gateway, self._command, self._fed)
            self._input.read(os.dup(given["p2cread"]))
        popen.pid = next(_PIDS)
        popen._child_created = True  # noqa: SLF001 - as the original says it
        names = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        popen._close_pipe_fds(*(given[name] for name in names))  # noqa: SLF001 - as the original does

    def _fill(self, number: int, data: bytes, *, hold: bool) -> None:
        if hold:
            self._held.append(os.dup(number))
        feed(number, data)

    @property
    def has_ended(self) -> bool:
        """Whether it has: by itself, or once the agent has done to it what it did while recording."""
        fed = not self._end.fed or self._input is None or self._input.is_done
        return self._end.returncode is not None and self._signals_left <= 0 and fed

    def _fed(self) -> None:
        if self.has_ended:
            self._ended()

    def when_ended(self, tell: Callable[[int], object]) -> None:
        """Have `tell` called with the return code when it has ended, which may be now."""
        self._told.append(tell)
        if self.has_ended:
            self._ended()

    def _ended(self) -> None:
        while self._held:
            close(self._held.pop())
        while self._told:
            assert self._end.returncode is not None
            self._told.pop()(self._end.returncode)

    def poll(self, popen: Any, _: Callable[[], int | None], *, counts: bool) -> int | None:
        """Return whether the process has ended; not as long as it had not while recording."""
        if popen.returncode is not None:
            return popen.returncode  # type: ignore[no-any-return]
        if not counts:  # the garbage collector asks
            popen.returncode = sys.maxsize  # as Popen has it for what it cannot know
            return None
        if self._input is not None:
            self._input.catch_up()
        if self._end.polls:
            self._end.polls -= 1
            return None
        if self.has_ended:
            self._over(popen)
        return popen.returncode

    def wait(self, popen: Any, _: Callable[[], int | None], timeout: float | None) -> int | None:
        """Return the code that it ended with; what ran out of time while recording does so at once."""
        if popen.returncode is not None:
            return popen.returncode  # type: ignore[no-any-return]
        if timeout is not None and self._end.expired and not self._communicating:
            raise self._expired(popen, timeout)
        if self._end.fed and self._input is not None:
            self._input.wait(_PATIENCE if timeout is None else timeout)
        if not self.has_ended:
            self._never_ends(popen, timeout)
        self._over(popen)
        return self._end.returncode

    def _never_ends(self, popen: Any, timeout: float | None) -> None:
        """Raise TimeoutExpired, or Diverged: while recording, the agent did not wait for this."""
        if timeout is not None:
            raise self._expired(popen, timeout)
        cause = "the agent stopped this process, or left it running, while recording; it now waits for its end"
        self._gateway.overrun(self._exchange, cause)

    def communicate(self, popen: Any, original: Callable[[], Any], timeout: float | None) -> Any:
        """Exchange input and output with what the pipes hold."""
        if timeout is not None and self._end.expired:
            raise self._expired(popen, timeout)
        self._communicating = True
        try:
            return original()
        finally:
            self._communicating = False

    def _expired(self, popen: Any, timeout: float) -> subprocess.TimeoutExpired:
        output, errors = self._end.expired.pop(0) if self._end.expired else (None, None)
        return subprocess.TimeoutExpired(popen.args, timeout, output=output, stderr=errors)

    def _over(self, popen: Any) -> None:
        """Have it ended; raises the session's halt, which may have come of the input."""
        popen.returncode = self._end.returncode
        self.exited(0)

    def exited(self, _: int) -> None:
        """Look at the input; raises the session's halt."""
        if self._input is not None:
            self._input.over()
        if self._gateway.halted is not None:
            raise self._gateway.halted

    def signalled(self, popen: Any, number: int) -> bool:
        """Take a signal; raises ProcessLookupError where the process has ended."""
        if popen.returncode is not None or (self.has_ended and not self._end.polls):
            raise ProcessLookupError(3, "No such process")
        if number:
            self._signals_left -= 1
            if self.has_ended:
                self._ended()
        return True
