"""The records of a dump, run by run, in the order in which the runs begin: however long it is, in little memory."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.json_documents import load_json
from pytest_oao.importers.json_records import is_lines, items_of, line_value
from pytest_oao.importers.spools import IN_MEMORY, Spool
from pytest_oao.ports import Dump

_NUMBERS = 4
"""Of each record: where its line stands, how long it is, the line's number, and which record of the line it is."""
_LINES = 8
"""Lines that are remembered parsed: one may hold records of several runs."""


def runs_in(dump: Dump, form: Format) -> Iterator[tuple[str, Sequence[Part]]]:
    """Yield each run with its records; raises OaoError.

    A dump of lines is gone through once for the names of the runs; a long one is then read again, run by run.
    """
    if is_lines(dump):
        with closing(Spool(dump)) as spool:
            yield from _of_lines(dump, form, spool)
        return
    runs: dict[str, list[Part]] = {}
    for item in items_of(load_json(dump.data(), dump.source)):
        for record in form.spread(item):
            runs.setdefault(form.run_of(record), []).append(record)
    yield from runs.items()


def _of_lines(dump: Dump, form: Format, spool: Spool) -> Iterator[tuple[str, Sequence[Part]]]:
    kept: dict[str, list[Part]] = {}
    places: dict[str, array[int]] = {}
    read = 0
    for number, offset, content in spool.lines():
        read += len(content)
        if read > IN_MEMORY:
            kept.clear()
        for at, record in enumerate(_records(dump, form, number, content)):
            run = form.run_of(record)
            places.setdefault(run, array("Q")).extend((offset, len(content), number, at))
            if read <= IN_MEMORY:
                kept.setdefault(run, []).append(record)
    if read <= IN_MEMORY:
        yield from kept.items()
        return
    lines = _Lines(dump, form, spool)
    for run, numbers in places.items():
        yield run, [lines.record(*numbers[at : at + _NUMBERS]) for at in range(0, len(numbers), _NUMBERS)]


def _records(dump: Dump, form: Format, number: int, content: bytes) -> list[Part]:
    """Return the records in a line."""
    where = f"{dump.source}: line {number}"
    return [record for item in items_of(Part(line_value(content, where), where)) for record in form.spread(item)]


class _Lines:
    """Lines that are read once more."""

    def __init__(self, dump: Dump, form: Format, spool: Spool) -> None:
        self._dump, self._form, self._spool = dump, form, spool
        self._parsed: dict[int, list[Part]] = {}

    def record(self, offset: int, size: int, number: int, at: int) -> Part:
        """Return a record by its place."""
        records = self._parsed.get(offset)
        if records is None:
            records = _records(self._dump, self._form, number, self._spool.at(offset, size))
            self._parsed[offset] = records
            if len(self._parsed) > _LINES:
                del self._parsed[next(iter(self._parsed))]
        return records[at]
