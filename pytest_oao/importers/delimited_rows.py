"""CSV files, read as lines of JSON: an object for each row, by the names of the first one."""

import csv
import sys
from collections.abc import Iterable, Iterator

import orjson

from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.foreign import REMEDY
from pytest_oao.ports import Dump

_LONGEST = min(sys.maxsize, (1 << 31) - 1)
_START = "{["


def columns(head: bytes) -> frozenset[str]:
    """Return the names in the first row of a file; none where it is no CSV with a header."""
    first = head.lstrip(b"\xef\xbb\xbf\r\n").partition(b"\n")[0].decode("utf-8", "replace").strip()
    if not first or first[0] in _START or "," not in first:
        return frozenset()
    try:
        names = next(csv.reader([first]), [])
    except csv.Error:
        return frozenset()
    return frozenset(name.strip() for name in names) if all(name.strip() for name in names) else frozenset()


def as_lines(dump: Dump) -> Dump:
    """Return a CSV file as lines of JSON."""
    return _Rows(dump)


class _Rows:
    """A CSV file as if it had been written as lines of JSON."""

    def __init__(self, dump: Dump) -> None:
        self.source = dump.source
        self._dump = dump
        self.head = b"{}\n{}\n"
        """Stands for lines of JSON, whichever they are."""

    def data(self) -> bytes:
        """Return all rows."""
        return b"\n".join(line for _, line in self.lines())

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number, object) of each row after the first."""
        csv.field_size_limit(_LONGEST)
        rows = csv.reader(self._texts(), strict=True)
        names: list[str] = []
        number = 0
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                where = f"{self.source}: row {number}"
                raise UnreadableFile(f"not CSV: {error}", where=where, remedy=REMEDY) from error
            if not names:
                names = [name.strip() for name in row]
            elif row:
                yield number, orjson.dumps(self._object(names, row, number))

    def beside(self, pattern: str) -> Iterator[Dump]:
        """Yield the files beside it."""
        return self._dump.beside(pattern)

    def _texts(self) -> Iterator[str]:
        """Yield the file's lines with their ends: a cell may hold several."""
        offset = 0
        for line in _raw_lines(self._dump):
            for piece in line.splitlines(keepends=True):
                try:
                    yield piece.decode("utf-8" if offset else "utf-8-sig")
                except UnicodeDecodeError as error:
                    what = f"byte {offset + error.start} is no UTF-8"
                    raise UnreadableFile(what, where=self.source, remedy="Save the file as UTF-8.") from error
                offset += len(piece)

    def _object(self, names: list[str], row: list[str], number: int) -> dict[str, str]:
        if len(row) > len(names):
            what = f"the row has {len(row)} cells, its header {len(names)}"
            raise HostileFile(what, where=f"{self.source}: row {number}", remedy=REMEDY)
        return dict(zip(names, row, strict=False))


def _raw_lines(dump: Dump) -> Iterable[bytes]:
    return dump.raw_lines() if isinstance(dump, FileDump) else [dump.data()]
