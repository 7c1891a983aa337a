"""The clocks of a session: what they show is written down while recording, and shown again in replay."""

from functools import lru_cache
from typing import Protocol

from pytest_oao.errors import OaoHalt
from pytest_oao.model.calls import Call
from pytest_oao.model.kinds import CLOCK
from pytest_oao.model.readings import is_reading, kept, shown
from pytest_oao.runtime.clock_tape import ClockTape
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.per_kind import Answer, Answers

_SHORT = 1000
"""In replay, a sleep takes this part of its time: sleeps that race each other end in the same order."""


class Clocks(Protocol):
    """What shows the agent's own code the time."""

    def read(self, target: str, real: int) -> int:
        """Return the nanoseconds that a clock shows; `real` are those of the machine's."""

    def delay(self, seconds: float) -> float:
        """Return how long a sleep of so many seconds really takes."""


class RecordingClocks:
    """Show the real time, and write down what they showed."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def read(self, target: str, real: int) -> int:
        """Return the real time."""
        self._gateway.note(Call(CLOCK, target, lane=self._gateway.lane.path), kept(target, real))
        return real

    def delay(self, seconds: float) -> float:
        """Return the whole time: the world needs it."""
        return seconds


class ReplayingClocks:
    """Show what was recorded, but for the clocks that the user wants to be live."""

    def __init__(self, gateway: Gateway, tape: ClockTape, answers: Answers) -> None:
        self._gateway, self._tape = gateway, tape
        self._live = lru_cache(lambda target: answers.of(Call(CLOCK, target)) is Answer.LIVE)
        self._heard = 0

    def read(self, target: str, real: int) -> int:
        """Return the recorded time."""
        if self._live(target):
            return real
        self._hear()
        lane = self._gateway.lane.path
        try:
            exchange = self._tape.answer(lane, target)
        except ValueError as error:
            raise self._gateway.halt(_unreadable(error, self._gateway.header.test)) from error
        if exchange is None:
            return self._tape.beyond(lane, target, real)
        self._gateway.note_recorded(exchange)
        return shown(exchange)

    def delay(self, seconds: float) -> float:
        """Return a small part of the time."""
        if self._live("time.sleep"):
            return seconds
        self._hear()
        self._tape.slept(self._gateway.lane.path, int(seconds * 1e9))
        return seconds / _SHORT

    def _hear(self) -> None:
        """Have the tape know of the calls that were answered meanwhile."""
        answered = self._gateway.exchanges
        while self._heard < len(answered):
            exchange = answered[self._heard]
            self._heard += 1
            if not is_reading(exchange.call):
                self._tape.made(exchange)


def _unreadable(error: ValueError, test: str) -> OaoHalt:
    return OaoHalt(f"a recorded reading of a clock cannot be shown: {error}", where=test, remedy="record the test anew")
