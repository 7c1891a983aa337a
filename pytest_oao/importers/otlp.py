"""OpenTelemetry's own export, OTLP: as JSON, a line or a document, and as protobuf."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.otlp_json import event_of, records_of_batch, span_of, trace_of
from pytest_oao.importers.otlp_protobuf import batches, is_traces
from pytest_oao.importers.runs import grouped
from pytest_oao.importers.span_sessions import SpanForm, sessions_of_spans
from pytest_oao.importers.spans import Span, SpanEvent
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_KEYS = frozenset({"resourceSpans", "resource_spans", "resourceLogs", "resource_logs"})


class Otlp(SpanForm):
    """`{"resourceSpans": [...]}`, and the log records beside them; or `TracesData`."""

    name = "otlp"

    def sniff(self, head: bytes) -> bool:
        """Whether it begins as an export does."""
        return bool(glimpse(head).keys & _KEYS) or is_traces(head)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        if not is_traces(dump.head):
            yield from super().read(dump)
            return
        told = enumerate(batches(dump.data(), dump.source))
        parts = (Part(batch, f"{dump.source}: message {at}") for at, batch in told)
        yield from sessions_of_spans(grouped(parts, self), self, dump)

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield the spans and the log records in a batch."""
        return records_of_batch(record)

    def run_of(self, record: Part) -> str:
        """Return the trace of a span or of a log record; empty where the latter names none."""
        trace = trace_of(record)
        return trace if trace.strip("0") else ""

    def spans(self, records: Iterable[Part]) -> Iterator[Span]:
        """Yield the spans among records; raises UnreadableFile."""
        return (span_of(record) for record in records if "span" in record)

    def events(self, records: Iterable[Part]) -> Mapping[str, Sequence[SpanEvent]]:
        """Return the log records, by the spans that they name."""
        found: dict[str, list[SpanEvent]] = defaultdict(list)
        for record in records:
            if "span" not in record:
                name, event = event_of(record)
                found[name].append(event)
        return found
