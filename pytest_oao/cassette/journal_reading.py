"""A journal read back: all that was settled, what is in doubt, and where the file is damaged, if it is."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from pytest_oao.cassette.chain import Break, Chain, is_link
from pytest_oao.cassette.disk import READ_LIMIT, opened
from pytest_oao.cassette.fields import Fields
from pytest_oao.cassette.header_records import ending_from, header_from
from pytest_oao.cassette.journal_bodies import RequestBodies
from pytest_oao.cassette.journal_records import call_from, exchange_from
from pytest_oao.cassette.locks import locked
from pytest_oao.errors import DamagedFile, IncompleteFile, UnreadableFile
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Ending, Header, Session

_LAST = 64 * 1024
"""Bytes at the end of a journal in which its last line stands if it is the one that seals it."""
_RECORD_AGAIN = "Take it from where it was copied, or record again."


@dataclass(frozen=True, slots=True)
class JournalReading:
    """The session of the longest valid prefix, and why that is not the whole file: empty where it is.

    A file that is damaged, or that was cut or never sealed, gives a session without an ending.
    """

    session: Session
    damage: str = ""


def read_journal(path: Path, limit: int = READ_LIMIT) -> JournalReading:
    """Read a journal; raises OaoError where not even its first line is valid, or it asks for more than the limits."""
    with opened(path, limit) as fd, open(fd, "rb", closefd=False) as stream:
        return _read(stream, str(path))


def parse_journal(data: bytes, where: str) -> JournalReading:
    """Read a journal's bytes; `where` names them in errors; raises as `read_journal` does."""
    return _read(BytesIO(data), where)


def read_header(path: Path) -> Header:
    """Read what a journal's first line tells of its session, and no more of it; raises OaoError."""
    with opened(path) as fd, open(fd, "rb", closefd=False) as stream:
        chain = Chain(stream, str(path))
        return _header(next(iter(chain), None), chain, str(path))


def state(path: Path) -> Literal["live", "dead", "sealed"]:
    """Whether a journal is being written, was left by a process that died, or was ended; raises OaoError.

    Looks at the lock and at the last line only: whether the lines before it hold is for `read_journal` to say.
    """
    with opened(path) as fd:
        if locked(fd):
            return "live"
        size = os.lseek(fd, 0, os.SEEK_END)
        os.lseek(fd, max(0, size - _LAST), os.SEEK_SET)
        end = os.read(fd, _LAST)
    start = end.rfind(b"\n", 0, -1) + 1
    return "sealed" if is_link(end[start:]) and b'","event":"ended",' in end[start : start + 100] else "dead"


def _read(stream: BinaryIO, where: str) -> JournalReading:
    chain = Chain(stream, where)
    lines = iter(chain)
    reading = _Reading(_header(next(lines, None), chain, where), where)
    for payload in lines:
        try:
            reading.add(Fields(payload, "", f"{where}, line {chain.line}"))
        except DamagedFile as error:
            chain.broken = Break(chain.line, chain.offset, error.what)
            break
    return reading.finish(chain.broken)


def _no_header(broken: Break | None, where: str) -> UnreadableFile:
    if broken is None or broken.cut:
        what = f"the journal was cut off before its first line was whole: {broken.why if broken else 'it is empty'}"
        return IncompleteFile(what, where=where, remedy=_RECORD_AGAIN)
    if broken.why.startswith("the line does not follow"):
        return UnreadableFile("this is no journal of pytest-oao", where=where, remedy="Name an .oao.jsonl file.")
    return DamagedFile(f"not even the first line is whole: {broken.why}", where=where, remedy=_RECORD_AGAIN)


def _header(payload: JSONObject | None, chain: Chain, where: str) -> Header:
    if payload is None:
        raise _no_header(chain.broken, where)
    fields = Fields(payload, "", f"{where}, line 1")
    if fields.take("event") != "session":
        raise UnreadableFile("this is no journal of pytest-oao", where=where, remedy="Name an .oao.jsonl file.")
    return header_from(fields)


class _Reading:
    """A session as its lines come."""

    def __init__(self, header: Header, where: str) -> None:
        self._header = header
        self._bodies = RequestBodies(where)
        self._started: dict[int, Call] = {}
        self._settled: dict[int, Exchange] = {}
        self._ending: Ending | None = None
        self._events: dict[str, Callable[[Fields], None]] = {
            "started": self._start,
            "settled": self._settle,
            "known": self._know,
            "ended": self._end,
        }

    def add(self, fields: Fields) -> None:
        """Take in a line; raises DamagedFile."""
        event = fields.text("event")
        if self._ending is not None:
            fields.fail("there are lines after the one that ends the session")
        if event not in self._events:
            fields.refuse("event", event, "started, settled, known or ended")
        self._events[event](fields)

    def _start(self, fields: Fields) -> None:
        seq = fields.whole("seq")
        if seq in self._started:
            fields.fail(f"call {seq} is started twice")
        self._started[seq] = call_from(seq, fields, self._bodies)

    def _settle(self, fields: Fields) -> None:
        seq = fields.whole("seq")
        if seq not in self._started or seq in self._settled:
            fields.fail(f"call {seq} is settled, and no such call was going on")
        self._settled[seq] = exchange_from(seq, fields, self._started[seq])

    def _know(self, fields: Fields) -> None:
        self._header = replace(self._header, metadata={**self._header.metadata, **fields.mapping("metadata")})
        fields.done()

    def _end(self, fields: Fields) -> None:
        self._ending = ending_from(fields)

    def finish(self, broken: Break | None) -> JournalReading:
        """Return what came together."""
        session = Session(
            header=self._header,
            exchanges=tuple(self._settled[seq] for seq in sorted(self._settled)),
            ending=None if broken else self._ending,
            in_doubt=tuple(self._started[seq] for seq in sorted(self._started.keys() - self._settled.keys())),
        )
        return JournalReading(session, str(broken) if broken else "")
