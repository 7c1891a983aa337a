"""Spans and log records, in whichever container, → sessions: one for each trace that calls a model or a tool."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from pytest_oao.errors import OaoError, UnknownFormat
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import Part, too_deep
from pytest_oao.importers.formats import Grouping
from pytest_oao.importers.genai_files import with_files
from pytest_oao.importers.observations import Observation, ObservedCall
from pytest_oao.importers.pydantic_ai_spans import with_histories
from pytest_oao.importers.runs import Runs, opened_runs
from pytest_oao.importers.span_dialects import is_of_agents
from pytest_oao.importers.span_events import with_events
from pytest_oao.importers.span_runs import run_of_spans, with_facts
from pytest_oao.importers.spans import Span, SpanEvent
from pytest_oao.importers.stray_spans import Host, Run, hosts_of_strays
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump


class SpanForm(Grouping, Protocol):
    """A format of records that hold spans; the run that one belongs to is its trace."""

    name: str
    lacked: tuple[str, ...] = (EXACT_BYTES, CHUNKS, HTTP)
    """What no span carries."""

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        with opened_runs(dump, self) as runs:
            yield from sessions_of_spans(runs, self, dump)

    def spans(self, records: Iterable[Part]) -> Iterator[Span]:
        """Yield the spans in records; raises UnreadableFile."""

    def events(self, records: Iterable[Part]) -> Mapping[str, Sequence[SpanEvent]]:
        """Return the log records among them, by the spans that they name."""
        del records
        return {}


def sessions_of_spans(runs: Runs, form: SpanForm, dump: Dump) -> Iterator[Session | OaoError]:
    """Yield the session of each trace, in the order in which they begin; an error for one that is refused.

    Traces of other work than agents' are left out; where there is nothing else, that is the error.
    """
    counts = {trace: runs.count(trace) for trace in runs}
    traces = _Traces(runs, form, dump)
    hosts = hosts_of_strays(counts, traces.run)
    strays: dict[str, list[tuple[str, Host]]] = defaultdict(list)
    for stray, host in hosts.items():
        strays[host.trace].append((stray, host))
    source = Source(form.name, dump.source, form.lacked)
    silent: list[Session | OaoError] = []
    told = called = False
    for trace in counts:
        run = None if trace in hosts else traces.whole(trace, strays[trace])
        told = told or run is not None
        if isinstance(run, OaoError):
            yield run
        elif run and any(isinstance(one, ObservedCall) for one in run):
            called = True
            yield _session(trace, run, source)
        elif run and not called:
            silent.append(_session(trace, run, source))
    if not told:
        remedy = "Export the traces of the agent: those in which models and tools are called."
        raise UnknownFormat("no span tells of a call of a model or a tool", where=dump.source, remedy=remedy)
    yield from silent if not called else ()


class _Traces:
    """What the traces of a dump tell."""

    def __init__(self, runs: Runs, form: SpanForm, dump: Dump) -> None:
        self._runs, self._form, self._dump = runs, form, dump
        self._known: dict[str, tuple[Sequence[Span], Run]] = {}
        self._events = form.events(runs.get("", ()))
        """Of log records that name a span, and no trace."""

    def run(self, trace: str) -> Run:
        """Return what a trace tells; None where that is other work than an agent's."""
        return self._told(trace)[1]

    def whole(self, trace: str, strays: Iterable[tuple[str, Host]]) -> Run:
        """Return the same with what it is known by, and with the calls in traces of their own that it tells, too.

        Neither is asked for again, and held no longer.
        """
        spans, run = self._told(trace)
        self._known.pop(trace, None)
        if run is None or isinstance(run, OaoError):
            return run
        return with_facts([*run, *(self._adopted(*stray) for stray in strays)], spans)

    def _adopted(self, trace: str, host: Host) -> Observation:
        run = self.run(trace)
        self._known.pop(trace, None)
        assert run is not None
        assert not isinstance(run, OaoError)
        return replace(run[0], run=host.trace, parent=host.id)

    def _told(self, trace: str) -> tuple[Sequence[Span], Run]:
        known = self._known.get(trace)
        if known is None:
            known = self._read(trace)
            if self._runs.at_hand:
                self._known[trace] = known
        return known

    def _read(self, trace: str) -> tuple[Sequence[Span], Run]:
        records = list(self._runs.pop(trace) if self._runs.at_hand else self._runs[trace])
        try:
            spans = list(self._form.spans(records))
            if not any(map(is_of_agents, spans)):
                return (), None
            events = self._form.events(records)
            told = [
                with_files(with_events(span, (*self._events.get(span.id, ()), *events.get(span.id, ()))), self._dump)
                for span in spans
            ]
            return spans, run_of_spans(with_histories(told))
        except OaoError as error:
            return (), error
        except RecursionError:
            return (), too_deep(records[0].where)


def _session(trace: str, run: Sequence[Observation], source: Source) -> Session | OaoError:
    try:
        return session_of_run(trace, run, source)
    except OaoError as error:
        return error
    except RecursionError:
        return too_deep(run[0].where)
