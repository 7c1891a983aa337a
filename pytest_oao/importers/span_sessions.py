"""Spans and log records, in whichever container, → sessions: one for each trace that calls a model or a tool."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_oao.errors import OaoError, UnknownFormat
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.genai_files import with_files
from pytest_oao.importers.observations import Observation, Observed
from pytest_oao.importers.pydantic_ai_spans import with_histories
from pytest_oao.importers.span_dialects import is_of_agents
from pytest_oao.importers.span_events import with_events
from pytest_oao.importers.span_runs import run_of_spans, with_facts
from pytest_oao.importers.spans import Span, SpanEvent
from pytest_oao.importers.stray_spans import adopted
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

LACKED = (EXACT_BYTES, CHUNKS, HTTP)
"""What no span carries."""


@dataclass(slots=True)
class Spans:
    """The spans of a file by their traces, and the log records that name them."""

    traces: dict[str, list[Span]] = field(default_factory=dict)
    events: dict[str, list[SpanEvent]] = field(default_factory=dict)

    def add(self, span: Span) -> None:
        """Take a span."""
        self.traces.setdefault(span.trace, []).append(span)

    def add_event(self, span_id: str, event: SpanEvent) -> None:
        """Take a log record of a span."""
        self.events.setdefault(span_id, []).append(event)


def sessions_of_spans(spans: Spans, form: str, dump: Dump) -> Iterator[Session | OaoError]:
    """Yield the session of each trace, in the order in which they begin; an error for one that is refused.

    Traces of other work than agents' are left out; where there is nothing else, that is the error.
    """
    runs: dict[str, Sequence[Observation] | OaoError] = {}
    for trace, found in spans.traces.items():
        if any(map(is_of_agents, found)):
            told = [with_files(with_events(span, spans.events.get(span.id, ())), dump) for span in found]
            runs[trace] = _run(with_histories(told))
    if not runs:
        remedy = "Export the traces of the agent: those in which models and tools are called."
        raise UnknownFormat("no span tells of a call of a model or a tool", where=dump.source, remedy=remedy)
    whole = {
        trace: run if isinstance(run, OaoError) else with_facts(run, spans.traces[trace])
        for trace, run in adopted(runs).items()
    }
    yield from _sessions(whole, Source(form, dump.source, LACKED))


def _run(spans: Sequence[Span]) -> Sequence[Observation] | OaoError:
    try:
        return run_of_spans(spans)
    except OaoError as error:
        return error


def _sessions(runs: Mapping[str, Sequence[Observation] | OaoError], source: Source) -> Iterator[Session | OaoError]:
    calls = any(isinstance(one, Observed) for run in runs.values() if not isinstance(run, OaoError) for one in run)
    for trace, run in runs.items():
        if isinstance(run, OaoError):
            yield run
        elif not calls or any(isinstance(one, Observed) for one in run):
            yield from _session(trace, run, source)


def _session(trace: str, run: Iterable[Observation], source: Source) -> Iterator[Session | OaoError]:
    try:
        yield session_of_run(trace, run, source)
    except OaoError as error:
        yield error
