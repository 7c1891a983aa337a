"""Langfuse: the observations of a trace, by the second version of its API, or the first of an older server."""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from pytest_oao.errors import MissingFile
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record
from pytest_oao.pullers.addresses import address_of
from pytest_oao.pullers.services import Service, required

_HOSTS = ("LANGFUSE_BASE_URL", "LANGFUSE_HOST")
_PUBLIC, _SECRET = "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"
_CLOUD = "https://cloud.langfuse.com"
_FIELDS = "core,basic,time,io,metadata,model,usage,metrics,trace_context"
_PAGE = 1000
_SHORTENED = 200
"""Characters of a metadata value that the API returns unless it is asked for the whole by its key."""


class Langfuse:
    """`langfuse:TRACE_ID`."""

    scheme = "langfuse"
    forms: tuple[str, ...] = ("langfuse:ID",)
    kept = "a trace"
    variables: tuple[tuple[str, ...], ...] = ((_PUBLIC,), (_SECRET,), _HOSTS)

    def pull(self, name: str, environment: Mapping[str, str]) -> bytes:
        """Return the trace; raises BadOption, MissingFile, PullFailed."""
        service = _service(environment)
        found = _observations(service, name, ())
        if found:
            shortened = _shortened(found)
            return _dumped({"data": _observations(service, name, shortened) if shortened else found, "meta": {}})
        trace = service.get(f"/api/public/traces/{quote(name, safe='')}")
        if trace is None:
            remedy = f"See that the id is a trace's, and of the project of {_PUBLIC}; new traces take a while."
            raise MissingFile("Langfuse has no such trace", where=f"langfuse:{name}", remedy=remedy)
        service.page(trace, "observations")
        return _dumped(trace)


def _service(environment: Mapping[str, str]) -> Service:
    public, secret = (required(environment, (key,), "Langfuse") for key in (_PUBLIC, _SECRET))
    token = b64encode(f"{public}:{secret}".encode()).decode()
    return Service(
        "Langfuse",
        address_of(environment, _HOSTS, _CLOUD),
        {"authorization": f"Basic {token}"},
        f"{_PUBLIC} and {_SECRET}",
    )


def _observations(service: Service, name: str, whole: Iterable[str]) -> list[JSON]:
    """Return the observations, page by page; none where the server has no such trace, or no second version."""
    query: dict[str, str | int] = {"traceId": name, "fields": _FIELDS, "limit": _PAGE}
    keys = ",".join(whole)
    if keys:
        query["expandMetadata"] = keys
    found: list[JSON] = []
    while True:
        page = service.get("/api/public/v2/observations", query)
        found += service.page(page, "data")
        cursor = service.following(page, query, "meta", "cursor")
        if not cursor:
            return found
        query["cursor"] = cursor


def _shortened(found: Iterable[JSON]) -> list[str]:
    """Return the keys of metadata whose values may have been cut."""
    values: list[JSONObject] = [record(record(one).get("metadata")) for one in found]
    return sorted({key for one in values for key, item in one.items() if _is_long(item)})


def _is_long(value: JSON) -> bool:
    return isinstance(value, str) and len(value) >= _SHORTENED


def _dumped(value: JSON) -> bytes:
    return json.dumps(value).encode()
