"""Portkey's log exports: a line each request, with the bodies that its gateway passed on."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.field_maps import FieldMap
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.pair_records import PairFormat, PairRecords
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model.provenance import HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_CENT = 0.01
_FIELDS = FieldMap(
    request=("request.body",),
    response=("response.body",),
    session=("trace_id",),
    conversation=("metadata.conversation_id", "metadata.session_id", "metadata.thread_id"),
    id=("id", "span_id"),
    started_at=("created_at",),
    ended_at=(),
    duration=(),
    duration_ms=("response_time",),
    status=("response_status_code",),
    url=("request_url",),
    model=("ai_model",),
    error=(),
    agent=(),
    user=("metadata._user", "metadata.user"),
    tags=(),
    cost=("cost",),
)
_REMEDY = "Ask for the columns `request` and `response` when you request the export."


class Portkey:
    """Lines of an export, its columns nested or named with dots."""

    name = "portkey"
    lacked: tuple[str, ...] = (HTTP,)

    def sniff(self, head: bytes) -> bool:
        """Whether it has the columns of an export."""
        seen = glimpse(head)
        return seen.has("ai_org", "is_success") or seen.record_has("ai_org", "ai_model", "req_units")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the sessions."""
        form = PairFormat(self.name, _FIELDS, self.lacked, remedy=_REMEDY, cost_unit=_CENT)
        return sessions_in(dump, PairRecords(form))
