"""The lines of a dump, to be read once in their order and then again from wherever one is wanted."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from pytest_oao.importers.dumps import FIRST, FileDump
from pytest_oao.ports import Dump

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of lines that are kept at hand; of longer dumps a place is kept for each line, and the rest is read again."""


class Line(NamedTuple):
    """A line, its number from 1, and where it can be read again."""

    number: int
    offset: int
    content: bytes


class Spool:
    """A dump whose lines can be read again: of a file that is stored as it is read, from itself; else from a copy."""

    def __init__(self, dump: Dump) -> None:
        self._dump = dump
        self._watch = dump.watch if isinstance(dump, FileDump) else None
        self._length = self._read = 0
        self._stored = dump.rereading() if isinstance(dump, FileDump) else None
        self._again: IO[bytes] = self._stored or SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the spool

    def close(self) -> None:
        """Close what is read again."""
        self._again.close()

    def lines(self) -> Iterator[Line]:
        """Yield each line that is not blank, the first time."""
        if self._stored is not None and isinstance(self._dump, FileDump):
            for line in map(Line._make, self._dump.placed_lines()):
                self._length = line.offset + len(line.content)
                yield line
            return
        for number, content in self._dump.lines():
            yield Line(number, self._again.tell(), content)
            self._length += self._again.write(content + b"\n")

    def at(self, offset: int, size: int) -> bytes:
        """Return the line of so many bytes at an offset once more."""
        self._again.seek(offset)
        line = self._again.read(size)
        self._read += size + len(b"\n")
        if self._watch is not None and self._length:
            self._watch(min(1.0, FIRST + (1 - FIRST) * self._read / self._length))
        return line
