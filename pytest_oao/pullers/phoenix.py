"""Phoenix: the spans of a trace, by its REST API."""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from pytest_oao.errors import MissingFile
from pytest_oao.model.jsontypes import JSON
from pytest_oao.providers.fields import record, records
from pytest_oao.pullers.services import Service, next_cursor, variable

_HOSTS = ("PHOENIX_ENDPOINT", "PHOENIX_COLLECTOR_ENDPOINT", "PHOENIX_BASE_URL", "PHOENIX_HOST")
_PORT = "PHOENIX_PORT"
_PROJECTS = ("PHOENIX_PROJECT", "PHOENIX_PROJECT_NAME")
_KEY, _HEADERS = "PHOENIX_API_KEY", "PHOENIX_CLIENT_HEADERS"
_LOCAL = "http://localhost:6006"
_TRACES = re.compile(r"/+v1/traces/?\Z")
_PAGE = 100


class Phoenix:
    """`phoenix:TRACE_ID`, `phoenix:PROJECT/TRACE_ID`."""

    scheme = "phoenix"

    def pull(self, name: str, environment: Mapping[str, str]) -> bytes:
        """Return the spans; raises MissingFile, PullFailed."""
        project, _, trace = name.rpartition("/")
        project = project or variable(environment, _PROJECTS, "default")
        service = Service("Phoenix", _base(environment), _headers(environment), f"{_KEY} or {_HEADERS}", _HOSTS[1])
        query: dict[str, str | int] = {"trace_id": trace, "limit": _PAGE}
        found: list[JSON] = []
        while True:
            page = record(service.get(f"/v1/projects/{quote(project, safe='')}/spans", query))
            found += records(page.get("data"))
            cursor = next_cursor(page, "next_cursor")
            if not cursor:
                break
            query["cursor"] = cursor
        if not found:
            remedy = f"See that the id is a trace's of OpenTelemetry; name its project: phoenix:PROJECT/{trace}"
            what = f"Phoenix has no such trace in its project {project}"
            raise MissingFile(what, where=f"phoenix:{name}", remedy=remedy)
        return json.dumps({"data": found, "next_cursor": None}).encode()


def _base(environment: Mapping[str, str]) -> str:
    """Return where the API is: where traces are sent to, without the path for that, or the server's own host."""
    host = variable(environment, _HOSTS, _LOCAL)
    if "://" not in host:
        name = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 - what a server listens on, read as its client
        host = f"http://{name}:{variable(environment, (_PORT,), '6006')}"
    return _TRACES.sub("", host)


def _headers(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are told as `name=value,name=value`, and the key's."""
    pairs = (pair.partition("=") for pair in environment.get(_HEADERS, "").split(","))
    told = {unquote(name).strip().lower(): unquote(value).strip() for name, _, value in pairs if name.strip()}
    key = variable(environment, (_KEY,))
    return {"authorization": f"Bearer {key}", **told} if key else told
