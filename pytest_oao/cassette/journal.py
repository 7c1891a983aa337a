"""The journal: what a recording writes while it runs, a line an event, each on disk before the run goes on."""

import os
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import NoReturn

from pytest_oao.cassette.disk import remedy_of
from pytest_oao.cassette.header_records import ended_record, header_record, known_record
from pytest_oao.cassette.journal_bodies import PreviousBodies
from pytest_oao.cassette.journal_file import JournalFile
from pytest_oao.cassette.journal_records import settled_record, started_record
from pytest_oao.errors import LostRecord, StoreFailed
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Ending, Header


class Journal:
    """Writes one session down as it happens; safe to share between threads.

    One write() per event, unbuffered: a killed process loses nothing that was settled. Every method that writes raises
    LostRecord when it cannot; from then on each does, since a recording that goes on would have a hole.

    It writes what it is given: whoever gives it calls and outcomes has taken the secrets out (`runtime.scribe`).
    """

    def __init__(self, file: JournalFile) -> None:
        self.path = file.path
        self._file = file
        self._lock = Lock()
        self._bodies = PreviousBodies()
        self._seen: set[int] = set()
        self._unsettled: set[int] = set()
        self._lost = ""
        _journals.add(self)

    @classmethod
    def create(cls, path: Path, header: Header) -> "Journal":
        """Begin a journal at `path`, where no file is; raises BusyFile or StoreFailed, and then leaves no file."""
        journal = cls(JournalFile.create(path))
        try:
            journal._begin(header)
        except BaseException:
            journal.abandon()
            path.unlink(missing_ok=True)
            raise
        return journal

    def _begin(self, header: Header) -> None:
        try:
            self._write(partial(self._file.add, header_record(header), durable=True))
        except LostRecord as lost:
            raise StoreFailed(lost.what, where=lost.where, remedy=lost.remedy) from lost

    def started(self, seq: int, call: Call) -> None:
        """Write down that a live call begins."""
        self._write(partial(self._started, seq, call))

    def _started(self, seq: int, call: Call) -> None:
        if seq in self._seen:
            raise ValueError(f"call {seq} is in the journal already")
        self._file.add(started_record(seq, call, self._bodies.record(call)))
        self._seen.add(seq)
        self._unsettled.add(seq)
        self._bodies.keep(seq, call)

    def settled(self, exchange: Exchange) -> None:
        """Write down how a call ended that was started here."""
        self._write(partial(self._settle, exchange))

    def _settle(self, exchange: Exchange) -> None:
        if exchange.seq not in self._unsettled:
            raise ValueError(f"call {exchange.seq} is settled, and no such call is going on")
        self._file.add(settled_record(exchange))
        self._unsettled.discard(exchange.seq)

    def known(self, metadata: JSONObject) -> None:
        """Write down what became known of the run."""
        self._write(partial(self._file.add, known_record(metadata)))

    def close(self, ending: Ending) -> None:
        """Seal the journal: no more is written; the file is closed even when that fails, and then reads as unsealed."""
        try:
            self._write(partial(self._end, ending))
        finally:
            self.abandon()

    def _end(self, ending: Ending) -> None:
        self._file.add(ended_record(ending), durable=True)

    def abandon(self) -> None:
        """Close the file as it is: it reads like that of a killed process. Does nothing to a closed one."""
        with self._lock:
            self._file.close()
            self._lost = self._lost or "the journal is closed"

    def forsake(self) -> None:
        """Let go of the file in a forked child, where no other thread runs: it is the parent's to write and to lock."""
        self._lock = Lock()
        self._lost = "this process was forked from the one that records"

    def _write(self, event: Callable[[], None]) -> None:
        with self._lock:
            if self._lost:
                self._lose(self._lost, "Look at the first error of this recording.")
            try:
                event()
            except OSError as error:
                remedy = remedy_of(error, self.path.parent)
                self._lose(f"the journal cannot be written: {error.strerror}", remedy, error)
            except OverflowError as error:
                remedy = "Have each call carry less, or record it in more than one session."
                self._lose(f"an event cannot be written down: {error}", remedy, error)
            except Exception as error:  # noqa: BLE001 - whatever it was, an event is missing from here on
                remedy = "Look at the error above: a value is no JSON."
                self._lose(f"an event cannot be written down: {type(error).__name__}: {error}", remedy, error)

    def _lose(self, what: str, remedy: str, cause: Exception | None = None) -> NoReturn:
        self._lost = what
        raise LostRecord(what, where=str(self.path), remedy=remedy) from cause


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forsake_all() -> None:
    for journal in list(_journals):
        journal.forsake()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forsake_all)
