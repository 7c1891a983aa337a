"""Phoenix: the spans of a trace, by its REST API."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, unquote

from pytest_oao.errors import MissingFile
from pytest_oao.model.jsontypes import JSON
from pytest_oao.pullers.addresses import Address, address_of, sound
from pytest_oao.pullers.services import Service, variable

_ENDPOINTS = ("PHOENIX_ENDPOINT", "PHOENIX_COLLECTOR_ENDPOINT", "PHOENIX_BASE_URL")
_HOST = "PHOENIX_HOST"
"""What a server of one's own listens on, mostly without `http://`."""
_PORT = "PHOENIX_PORT"
_PROJECTS = ("PHOENIX_PROJECT", "PHOENIX_PROJECT_NAME")
_KEY, _HEADERS = "PHOENIX_API_KEY", "PHOENIX_CLIENT_HEADERS"
_LOCAL = "http://localhost:6006"
_TRACES = re.compile(r"/+v1/traces/?\Z")
_PAGE = 100


class Phoenix:
    """`phoenix:TRACE_ID`, `phoenix:PROJECT/TRACE_ID`."""

    scheme = "phoenix"
    forms: tuple[str, ...] = ("phoenix:ID", "phoenix:PROJECT/ID")
    kept = "a trace"
    variables: tuple[tuple[str, ...], ...] = ((*_ENDPOINTS, _HOST), (_PORT,), (_KEY,), (_HEADERS,), _PROJECTS)

    def pull(self, name: str, environment: Mapping[str, str]) -> bytes:
        """Return the spans; raises MissingFile, PullFailed."""
        project, _, trace = name.rpartition("/")
        project = project or variable(environment, _PROJECTS, "default")
        service = Service("Phoenix", _address(environment), _headers(environment), f"{_KEY} or {_HEADERS}")
        query: dict[str, str | int] = {"trace_id": trace, "limit": _PAGE}
        found: list[JSON] = []
        while True:
            page = service.get(f"/v1/projects/{quote(project, safe='')}/spans", query)
            found += service.page(page, "data")
            cursor = service.following(page, query, "next_cursor")
            if not cursor:
                break
            query["cursor"] = cursor
        if not found:
            remedy = f"See that the id is a trace's of OpenTelemetry; name its project: phoenix:PROJECT/{trace}"
            what = f"Phoenix has no such trace in its project {project}"
            raise MissingFile(what, where=f"phoenix:{name}", remedy=remedy)
        return json.dumps({"data": found, "next_cursor": None}).encode()


def _address(environment: Mapping[str, str]) -> Address:
    """Return where the API is: where traces are sent to, without the path for that, or the server's own host."""
    host = variable(environment, (_HOST,))
    if "://" in host or not host or variable(environment, _ENDPOINTS):
        told = address_of(environment, (*_ENDPOINTS, _HOST), _LOCAL)
        return replace(told, url=_TRACES.sub("", told.url))
    name = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 - what a server listens on, read as its client
    port = "" if re.search(r":\d+\Z", name) else f":{variable(environment, (_PORT,), '6006')}"
    return sound(Address(f"http://{name}{port}", _HOST))


def _headers(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are told as `name=value,name=value`, and the key's."""
    pairs = (pair.partition("=") for pair in environment.get(_HEADERS, "").split(","))
    told = {unquote(name).strip().lower(): unquote(value).strip() for name, _, value in pairs if name.strip()}
    key = variable(environment, (_KEY,))
    return {"authorization": f"Bearer {key}", **told} if key else told
