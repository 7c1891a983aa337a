"""MLflow's traces: what `trace.to_json()` and its artifact store write, of version 3 and before."""

from collections.abc import Iterable, Iterator

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.mlflow_records import spans_of, trace_of
from pytest_oao.importers.span_sessions import SpanForm
from pytest_oao.importers.spans import Span

_IDS = ("info.trace_id", "info.request_id")


class MlFlow(SpanForm):
    """`{"info": {...}, "data": {"spans": [...]}}`, one or many."""

    name = "mlflow"

    def sniff(self, head: bytes) -> bool:
        """Whether its first record has the keys of a trace."""
        seen = glimpse(head)
        known = any(seen.record_has(name) for name in _IDS)
        return known and (seen.record_has("data.spans") or seen.record_has("info.execution_duration_ms"))

    def run_of(self, record: Part) -> str:
        """Return the name of a trace."""
        return trace_of(record)

    def spans(self, records: Iterable[Part]) -> Iterator[Span]:
        """Yield the spans of traces; raises UnreadableFile."""
        return (span for record in records for span in spans_of(record))
