"""OpenTelemetry's own export, OTLP: as JSON, a line or a document, and as protobuf."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.otlp_json import event_of, records_of_batch, span_of
from pytest_oao.importers.otlp_protobuf import batches, is_traces
from pytest_oao.importers.span_sessions import LACKED, Spans, sessions_of_spans
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_KEYS = frozenset({"resourceSpans", "resource_spans", "resourceLogs", "resource_logs"})


class Otlp:
    """`{"resourceSpans": [...]}`, and the log records beside them; or `TracesData`."""

    name = "otlp"
    lacked = LACKED

    def sniff(self, head: bytes) -> bool:
        """Whether it begins as an export does."""
        return bool(glimpse(head).keys & _KEYS) or is_traces(head)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        spans = Spans()
        for batch in _batches(dump):
            for record in records_of_batch(batch):
                if "span" in record:
                    spans.add(span_of(record))
                else:
                    spans.add_event(*event_of(record))
        yield from sessions_of_spans(spans, self.name, dump)


def _batches(dump: Dump) -> Iterator[Part]:
    if not is_traces(dump.head):
        yield from records_of(dump)
        return
    for at, batch in enumerate(batches(dump.data(), dump.source)):
        yield Part(batch, f"{dump.source}: message {at}")
