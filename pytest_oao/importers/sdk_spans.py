"""Spans as OpenTelemetry's SDKs print them: `span.to_json()` of Python, `ReadableSpan` of JavaScript."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.span_records import span_of
from pytest_oao.importers.span_sessions import LACKED, Spans, sessions_of_spans
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_SHAPES = (("context.trace_id", "context.span_id", "kind", "attributes"), ("spanContext.traceId", "attributes"))


class SdkSpans:
    """A list of spans, or a span a line."""

    name = "otel-spans"
    lacked = LACKED

    def sniff(self, head: bytes) -> bool:
        """Whether its first record has the keys of an SDK's span."""
        seen = glimpse(head)
        return any(seen.record_has(*keys) for keys in _SHAPES)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        spans = Spans()
        for record in records_of(dump):
            spans.add(span_of(record))
        yield from sessions_of_spans(spans, self.name, dump)
