"""The way from a dump to sessions that every format of records goes: run by run, however long the file is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from pytest_oao.errors import HostileFile, OaoError
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import REMEDY, Part
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.observations import Observation
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump


class Format(Protocol):
    """What one format's importer knows of its records."""

    name: str
    lacked: tuple[str, ...]
    """What no file of the format can carry: the words of `model.provenance`."""

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield the records in what a line or an item of the file holds: of most formats, itself."""

    def run_of(self, record: Part) -> str:
        """Return which run a record belongs to; records without one are of the file's one run."""

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield what the records of one run tell; raises OaoError, and then that run alone is refused."""


def sessions_in(dump: Dump, form: Format) -> Iterator[Session | OaoError]:
    """Yield the session of each run in a dump, in the order in which they begin; an error for one that is refused."""
    source = Source(form.name, dump.source, form.lacked)
    for run, records in runs_in(dump, form).items():
        try:
            yield session_of_run(run, form.observed(records), source)
        except OaoError as error:
            yield error
        except RecursionError:
            where = records[0].where if records else dump.source
            yield HostileFile("it is nested too deep", where=where, remedy=REMEDY)


def sessions_of_each(dump: Dump, form: Format, prefix: str = "") -> Iterator[Session | OaoError]:
    """Yield a session for each record, of a format whose records are whole runs: one of them in memory at a time.

    `prefix` stands before the names of runs that are no one's but their file's.
    """
    source = Source(form.name, dump.source, form.lacked)
    named: Counter[str] = Counter()
    for item in records_of(dump):
        try:
            for record in form.spread(item):
                name = prefix + form.run_of(record)
                named[name] += 1
                run = name if named[name] == 1 else f"{name}-{named[name]}"
                yield _session(run, record, form, source)
        except OaoError as error:
            yield error


def _session(run: str, record: Part, form: Format, source: Source) -> Session | OaoError:
    try:
        return session_of_run(run, form.observed([record]), source)
    except OaoError as error:
        return error


def runs_in(dump: Dump, form: Format) -> Mapping[str, Sequence[Part]]:
    """Return the records of each run, all of them in memory."""
    runs: dict[str, list[Part]] = {}
    for item in records_of(dump):
        for record in form.spread(item):
            runs.setdefault(form.run_of(record), []).append(record)
    return runs
