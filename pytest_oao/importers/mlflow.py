"""MLflow's traces: what `trace.to_json()` and its artifact store write, of version 3 and before."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.mlflow_records import spans_of
from pytest_oao.importers.span_sessions import LACKED, Spans, sessions_of_spans
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_IDS = ("info.trace_id", "info.request_id")


class MlFlow:
    """`{"info": {...}, "data": {"spans": [...]}}`, one or many."""

    name = "mlflow"
    lacked = LACKED

    def sniff(self, head: bytes) -> bool:
        """Whether its first record has the keys of a trace."""
        seen = glimpse(head)
        known = any(seen.record_has(name) for name in _IDS)
        return known and (seen.record_has("data.spans") or seen.record_has("info.execution_duration_ms"))

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        spans = Spans()
        for record in records_of(dump):
            for span in spans_of(record):
                spans.add(span)
        yield from sessions_of_spans(spans, self.name, dump)
