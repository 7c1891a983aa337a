"""Phoenix: spans of its REST API in both of its forms, and its data frames as JSON lines or Parquet."""

from collections.abc import Iterable, Iterator

from pytest_oao.importers import otlp_json, span_records
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.span_sessions import SpanForm
from pytest_oao.importers.spans import Span

_SHAPES = (
    ("context.trace_id", "context.span_id", "span_kind"),
    ("trace_id", "span_id", "start_time_unix_nano", "attributes"),
)
"""Of a span in the API's own form, or a row of a data frame; and as OTLP has it."""


class Phoenix(SpanForm):
    """`{"data": [span, ...], "next_cursor": ...}`, or spans alone."""

    name = "phoenix"

    def sniff(self, head: bytes) -> bool:
        """Whether its first record has the keys of one of Phoenix's spans."""
        seen = glimpse(head)
        return any(seen.record_has(*keys) for keys in _SHAPES)

    def run_of(self, record: Part) -> str:
        """Return the trace of a span."""
        return otlp_json.trace_of(_inside(record)) if span_records.is_otlp(record) else span_records.trace_of(record)

    def spans(self, records: Iterable[Part]) -> Iterator[Span]:
        """Yield the spans that records are; raises UnreadableFile."""
        return map(_span, records)


def _span(record: Part) -> Span:
    return otlp_json.span_of(_inside(record)) if span_records.is_otlp(record) else span_records.span_of(record)


def _inside(record: Part) -> Part:
    """Return a span as it stands in a batch."""
    return Part({"span": record.value}, record.where)
