"""Spans as OpenTelemetry's SDKs print them: `span.to_json()` of Python, `ReadableSpan` of JavaScript."""

from collections.abc import Iterable, Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.runs import opened_runs
from pytest_oao.importers.span_records import span_of, trace_of
from pytest_oao.importers.span_sessions import LACKED, SpanForm, sessions_of_spans
from pytest_oao.importers.spans import Span
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_SHAPES = (("context.trace_id", "context.span_id", "kind", "attributes"), ("spanContext.traceId", "attributes"))


class SdkSpans(SpanForm):
    """A list of spans, or a span a line."""

    name = "otel-spans"
    lacked = LACKED

    def sniff(self, head: bytes) -> bool:
        """Whether its first record has the keys of an SDK's span."""
        seen = glimpse(head)
        return any(seen.record_has(*keys) for keys in _SHAPES)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        with opened_runs(dump, self) as runs:
            yield from sessions_of_spans(runs, self, dump)

    def run_of(self, record: Part) -> str:
        """Return the trace of a span."""
        return trace_of(record)

    def spans(self, records: Iterable[Part]) -> Iterator[Span]:
        """Yield the spans that records are; raises UnreadableFile."""
        return map(span_of, records)
