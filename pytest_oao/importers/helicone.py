"""Helicone's exports: rows of its requests, with the bodies that its gateway passed on."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.field_maps import FieldMap
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.pair_records import PairFormat, PairRecords
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model.provenance import HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_PROPERTIES = ("request_properties", "properties")
_FIELDS = FieldMap(
    request=("request_body",),
    response=("response_body",),
    session=tuple(f"{name}.Helicone-Session-Id" for name in _PROPERTIES),
    conversation=(),
    id=("request_id",),
    started_at=("request_created_at",),
    ended_at=(),
    duration=(),
    duration_ms=("delay_ms",),
    status=("response_status",),
    url=("target_url", "request_path"),
    model=("request_model", "model"),
    error=(),
    agent=tuple(f"{name}.Helicone-Session-Name" for name in _PROPERTIES),
    user=("request_user_id", "user_id"),
    tags=(),
    metadata=_PROPERTIES,
    cost=("cost", "costUSD"),
)
_REMEDY = (
    "Export with the bodies: npx @helicone/export --include-body; they are missing where Helicone-Omit-Request or "
    "Helicone-Omit-Response was set, or the free tier was exceeded."
)


class Helicone:
    """What `@helicone/export` writes, and what its API answers."""

    name = "helicone"
    lacked: tuple[str, ...] = (HTTP,)

    def sniff(self, head: bytes) -> bool:
        """Whether it has the fields of a row."""
        seen = glimpse(head)
        return seen.record_has("request_created_at", "request_id") and seen.record_has("response_status")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the sessions."""
        return sessions_in(dump, PairRecords(PairFormat(self.name, _FIELDS, self.lacked, "helicone_message", _REMEDY)))
