"""Phoenix: spans of its REST API in both of its forms, and its data frames as JSON lines or Parquet."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers import otlp_json, span_records
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.span_sessions import LACKED, Spans, sessions_of_spans
from pytest_oao.importers.spans import Span
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_SHAPES = (
    ("context.trace_id", "context.span_id", "span_kind"),
    ("trace_id", "span_id", "start_time_unix_nano", "attributes"),
)
"""Of a span in the API's own form, or a row of a data frame; and as OTLP has it."""


class Phoenix:
    """`{"data": [span, ...], "next_cursor": ...}`, or spans alone."""

    name = "phoenix"
    lacked = LACKED

    def sniff(self, head: bytes) -> bool:
        """Whether its first record has the keys of one of Phoenix's spans."""
        seen = glimpse(head)
        return any(seen.record_has(*keys) for keys in _SHAPES)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        spans = Spans()
        for record in records_of(dump):
            spans.add(_span(record))
        yield from sessions_of_spans(spans, self.name, dump)


def _span(record: Part) -> Span:
    if span_records.is_otlp(record):
        return otlp_json.span_of(Part({"span": record.value}, record.where))
    return span_records.span_of(record)
