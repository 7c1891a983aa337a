"""The records of a dump, run by run, in the order in which the runs begin: however long it is, in little memory."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import overload

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Grouping
from pytest_oao.importers.json_documents import load_json, may_have_long_number
from pytest_oao.importers.json_records import is_lines, items_of, line_value
from pytest_oao.importers.spools import IN_MEMORY, Spool
from pytest_oao.ports import Dump

_NUMBERS = 4
"""Of each record: where its line stands, how long it is, the line's number, and which record of the line it is."""
_LINES = 8
"""Lines that are remembered parsed: one may hold records of several runs."""


class Runs(Mapping[str, Sequence[Part]]):
    """The runs of a dump with their records: those of a long one are read again, each whenever it is asked for."""

    def __init__(self, kept: dict[str, list[Part]], places: "dict[str, array[int]]", lines: "_Lines | None") -> None:
        self._kept, self._places, self._lines = kept, places, lines

    @property
    def at_hand(self) -> bool:
        """Whether nothing need be read again."""
        return self._lines is None

    def __getitem__(self, run: str) -> Sequence[Part]:
        return self._kept[run] if self._lines is None else _Reread(self._lines, self._places[run])

    def pop(self, run: str) -> Sequence[Part]:
        """Return a run for the last time."""
        records = self[run]
        del (self._kept if self._lines is None else self._places)[run]
        return records

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept if self._lines is None else self._places)

    def __len__(self) -> int:
        return len(self._kept if self._lines is None else self._places)

    def count(self, run: str) -> int:
        """Return how many records a run has."""
        return len(self[run])


class _Reread(Sequence[Part]):
    """The records of a run of a long dump: each is read when it is asked for, while what is made of it is made."""

    def __init__(self, lines: "_Lines", places: "array[int]") -> None:
        self._lines, self._places = lines, places

    def __len__(self) -> int:
        return len(self._places) // _NUMBERS

    @overload
    def __getitem__(self, at: int) -> Part: ...
    @overload
    def __getitem__(self, at: slice) -> list[Part]: ...
    def __getitem__(self, at: int | slice) -> Part | list[Part]:
        places = range(0, len(self._places), _NUMBERS)[at]
        if isinstance(places, range):
            return [self._record(place) for place in places]
        return self._record(places)

    def _record(self, place: int) -> Part:
        return self._lines.record(*self._places[place : place + _NUMBERS])


def runs_in(dump: Dump, form: Grouping) -> Iterator[tuple[str, Sequence[Part]]]:
    """Yield each run with its records, which are not held any longer; raises OaoError."""
    with opened_runs(dump, form) as runs:
        for run in list(runs):
            yield run, runs.pop(run)


@contextmanager
def opened_runs(dump: Dump, form: Grouping) -> Iterator[Runs]:
    """Give the runs of a dump; raises OaoError.

    A dump of lines is gone through once for the names of the runs; a long one is then read again, run by run.
    """
    if is_lines(dump):
        with closing(Spool(dump)) as spool:
            yield _of_lines(dump, form, spool)
    else:
        yield grouped(items_of(load_json(dump.data(), dump.source)), form)


def grouped(items: Iterable[Part], form: Grouping) -> Runs:
    """Return the runs of what was read."""
    runs: dict[str, list[Part]] = {}
    for item in items:
        for record in form.spread(item):
            runs.setdefault(form.run_of(record), []).append(record)
    return Runs(runs, {}, None)


def _of_lines(dump: Dump, form: Grouping, spool: Spool) -> Runs:
    kept: dict[str, list[Part]] = {}
    places: dict[str, array[int]] = {}
    lines = _Lines(dump, form, spool)
    read = 0
    for number, offset, content in spool.lines():
        read += len(content)
        if read > IN_MEMORY:
            kept.clear()
        for at, record in enumerate(lines.first(number, content)):
            run = form.run_of(record)
            places.setdefault(run, array("Q")).extend((offset, len(content), number, at))
            if read <= IN_MEMORY:
                kept.setdefault(run, []).append(record)
    return Runs(kept, places, lines if read > IN_MEMORY else None)


class _Lines:
    """Lines that are read, and read once more where they are many."""

    def __init__(self, dump: Dump, form: Grouping, spool: Spool) -> None:
        self._dump, self._form, self._spool = dump, form, spool
        self._long_numbers = set[int]()
        """Lines that may have a long number: to find out takes half as long as to parse them."""
        self._parsed: dict[int, list[Part]] = {}

    def first(self, number: int, content: bytes) -> list[Part]:
        """Return the records in a line, the first time."""
        if may_have_long_number(content):
            self._long_numbers.add(number)
        return self._records(number, content)

    def record(self, offset: int, size: int, number: int, at: int) -> Part:
        """Return a record by its place."""
        records = self._parsed.get(offset)
        if records is None:
            records = self._parsed[offset] = self._records(number, self._spool.at(offset, size))
            if len(self._parsed) > _LINES:
                del self._parsed[next(iter(self._parsed))]
        return records[at]

    def _records(self, number: int, content: bytes) -> list[Part]:
        where = f"{self._dump.source}: line {number}"
        value = Part(line_value(content, where, long_number=number in self._long_numbers), where)
        return [record for item in items_of(value) for record in self._form.spread(item)]
