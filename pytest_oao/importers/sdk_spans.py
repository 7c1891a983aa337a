"""Spans as OpenTelemetry's SDKs print them: `span.to_json()` of Python, `ReadableSpan` of JavaScript."""

from collections.abc import Iterable, Iterator

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.span_records import span_of, trace_of
from pytest_oao.importers.span_sessions import SpanForm
from pytest_oao.importers.spans import Span

_SHAPES = (("context.trace_id", "context.span_id", "kind", "attributes"), ("spanContext.traceId", "attributes"))


class SdkSpans(SpanForm):
    """A list of spans, or a span a line."""

    name = "otel-spans"

    def sniff(self, head: bytes) -> bool:
        """Whether its first record has the keys of an SDK's span."""
        seen = glimpse(head)
        return any(seen.record_has(*keys) for keys in _SHAPES)

    def run_of(self, record: Part) -> str:
        """Return the trace of a span."""
        return trace_of(record)

    def spans(self, records: Iterable[Part]) -> Iterator[Span]:
        """Yield the spans that records are; raises UnreadableFile."""
        return map(span_of, records)
