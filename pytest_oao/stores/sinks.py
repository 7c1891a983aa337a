"""What the gateway of a session writes to: a record, beside the program or before it goes on."""

import os
from abc import ABC, abstractmethod
from functools import partial
from threading import RLock

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.sessions import Ending
from pytest_oao.stores.records import Event, Record
from pytest_oao.stores.writers import Writer

_OVERHEAD = 1024
"""Bytes that an event takes beside its body, roughly."""
_FULL = "more is recorded than the store takes: too much waits to be written"


class RecordSink(ABC):
    """Writes the events of a session to its record."""

    writes = True
    """Whether there is to be a record at all."""

    def __init__(self, record: Record, writer: Writer) -> None:
        self.record = record
        self._writer = writer
        self._process = os.getpid()
        self.is_used = False
        """Whether anything was written: a session that makes no call is none."""

    @abstractmethod
    def take(self, event: Event, size: int) -> None:
        """Have the line be written that `event` makes, which holds on to so many bytes until then, roughly."""

    @abstractmethod
    def end(self, ending: Ending) -> None:
        """Have the journal be sealed; where it is lost already, have it be let go of."""

    def begin(self) -> None:
        """Have the journal begin though no call is made: one that is left without an end tells that it was killed."""
        self.take(_nothing, 0)

    def started(self, seq: int, call: Call) -> None:
        """Have it be written that a live call begins."""
        self.take(partial(self.record.lines.started, seq, call), len(call.body.data))

    def settled(self, exchange: Exchange) -> None:
        """Have it be written how a call ended."""
        outcome = exchange.outcome
        size = 0 if isinstance(outcome, Raised) else len(outcome.body.data)
        self.take(partial(self.record.lines.settled, exchange), size)

    def known(self, metadata: bytes) -> None:
        """Have it be written what became known of the run, as JSON; a session that was not begun is not begun by it."""
        if self.is_used:
            self.take(partial(self.record.lines.known, metadata), len(metadata))

    @property
    def is_ours(self) -> bool:
        """Whether this is the process that records; a forked one is to leave it alone."""
        return self._process == os.getpid()

    def read(self) -> bytes:
        """Return the journal as it stands, nothing where none was begun; raises OaoError.

        In the thread that writes: a store's client makes calls, which are none of the session's.
        """
        return self._writer.ask(self.record.read)

    def wait(self, seconds: float) -> bool:
        """Wait until what was written is in the store."""
        return not self.is_used or self._writer.drain(seconds)


class BesideSink(RecordSink):
    """Hands events to a writer, in their order, and does not wait: a killed process loses what still waited."""

    def take(self, event: Event, size: int) -> None:
        """Have a line be written soon."""
        self.is_used = True
        record = self.record
        if not record.lost and not self._writer.put(record, event, size + _OVERHEAD):
            record.lose(_FULL)

    def end(self, ending: Ending) -> None:
        """Have the journal be sealed; where it is lost already, have it be let go of."""
        if self.is_used:
            self._writer.call(partial(self.record.seal, ending))
            self._writer.call(self.record.close)


class DurableSink(RecordSink):
    """Writes each event before the program goes on, and the last as safe from a power cut as the store makes it."""

    def __init__(self, record: Record, writer: Writer) -> None:
        super().__init__(record, writer)
        self._lock = RLock()

    def take(self, event: Event, size: int) -> None:
        """Write a line down."""
        del size
        self.is_used = True
        with self._lock:
            try:
                self.record.take(event)
                self.record.write()
            except BaseException as error:  # an interrupt: a line was made, and nobody knows whether it was written
                self.record.lose(f"{type(error).__name__} amid a write")
                raise

    def end(self, ending: Ending) -> None:
        """Seal the journal."""
        with self._lock:
            self.record.seal(ending, durable=True)
            self.record.close()


class Unwritten(RecordSink):
    """Writes nothing: of a session that was sampled out, and is held to a policy all the same."""

    writes = False

    def take(self, event: Event, size: int) -> None:
        """Accept it."""

    def end(self, ending: Ending) -> None:
        """Accept it."""


def _nothing() -> bytes:
    """Make no line: the first event has the header be written."""
    return b""
