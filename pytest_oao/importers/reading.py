"""The way from a dump to sessions that every format of records goes: run by run, however long the file is."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pytest_oao.errors import OaoError
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import Part, too_deep
from pytest_oao.importers.formats import Format
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.runs import runs_in
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump


def sessions_in(dump: Dump, form: Format) -> Iterator[Session | OaoError]:
    """Yield the session of each run in a dump, in the order in which they begin; an error for one that is refused."""
    source = Source(form.name, dump.source, form.lacked)
    for run, records in runs_in(dump, form):
        session = _session(run, records, form, source)
        del records  # a run may be long, and its session is redacted and written before the next one is read
        yield session


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
                yield _session(run, [record], form, source)
        except OaoError as error:
            yield error


def _session(run: str, records: Sequence[Part], form: Format, source: Source) -> Session | OaoError:
    try:
        return session_of_run(run, form.observed(records), source)
    except OaoError as error:
        return error
    except RecursionError:
        return too_deep(records[0].where if records else source.name)
