"""What an agent writes to a process that runs: a call of its own, in a strand of its own, made when the input ends."""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from pytest_oao.adapters.process_calls import Command, input_call
from pytest_oao.adapters.process_pipes import Copying
from pytest_oao.errors import OaoHalt
from pytest_oao.model.outcomes import Returned
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import in_lane


class Input:
    """The input of one process, read from `source`, and passed on to `target` where the process is real."""

    def __init__(self, gateway: Gateway, command: Command, ended: Callable[[], object] = lambda: None) -> None:
        self._gateway, self._command, self._ended = gateway, command, ended
        self._lane = gateway.start_lane()
        self._once = Lock()
        self._copying: Copying | None = None

    def read(self, source: int, target: int = -1) -> None:
        """Begin to read."""
        self._copying = Copying(source, target, self._end)

    def _end(self) -> None:
        self._make()
        self._ended()

    @property
    def is_done(self) -> bool:
        """Whether its end has come."""
        return self._copying is not None and self._copying.is_done

    def wait(self, seconds: float) -> None:
        """Wait for its end."""
        if self._copying is not None:
            self._copying.wait(seconds)

    def catch_up(self) -> None:
        """Wait until what has been written is read."""
        if self._copying is not None:
            self._copying.catch_up()

    @property
    def whole(self) -> bool:
        """Whether the process took all that was written to it, as far as is known."""
        return self._copying is None or self._copying.whole

    def over(self) -> None:
        """Make the call now, of what has been written: the process has ended."""
        self.catch_up()
        self._make()

    def _make(self) -> None:
        copying = self._copying
        if copying is None or not self._once.acquire(blocking=False):
            return
        if copying.data and copying.whole:
            with in_lane(self._lane), suppress(OaoHalt):  # the session is halted, and tells whoever uses the process
                admission = self._gateway.admit(input_call(self._command, bytes(copying.data), self._lane.path))
                self._gateway.settle(admission, Returned())
