"""LangSmith: the runs of a trace, by the id of the trace or of any run in it, from either of its APIs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pytest_oao.errors import BadOption, MissingFile
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.pullers.addresses import address_of
from pytest_oao.pullers.services import Service, required, variable

_HOSTS = ("LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT")
_KEYS = ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")
_PROJECTS = ("LANGSMITH_PROJECT", "LANGCHAIN_PROJECT", "LANGSMITH_SESSION", "LANGCHAIN_SESSION")
_WORKSPACES = ("LANGSMITH_WORKSPACE_ID", "LANGSMITH_TENANT_ID")
_CLOUD = "https://api.smith.langchain.com"
_SELECT: tuple[str, ...] = (
    *("id", "name", "run_type", "status", "start_time", "end_time", "error", "extra", "events", "inputs", "outputs"),
    *("parent_run_id", "parent_run_ids", "trace_id", "dotted_order", "tags", "session_id", "first_token_time"),
)
_SELECTS: tuple[str, ...] = (
    *(name.upper() for name in _SELECT if name not in {"parent_run_id", "session_id"}),
    *("METADATA", "PROJECT_ID", "THREAD_ID"),
)
_PAGE = 100
_UUID7 = 7
_EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)
"""Before which there was no LangSmith."""


class LangSmith:
    """`langsmith:TRACE_OR_RUN_ID`."""

    scheme = "langsmith"
    forms: tuple[str, ...] = ("langsmith:ID",)
    kept = "a trace, or any run in it"
    variables: tuple[tuple[str, ...], ...] = (_KEYS, _HOSTS, _WORKSPACES, _PROJECTS)

    def pull(self, name: str, environment: Mapping[str, str]) -> bytes:
        """Return the runs; raises BadOption, MissingFile, PullFailed."""
        asked = _uuid(name)
        service = _service(environment)
        found = list(_first(service, str(asked))) or list(_second(service, asked, environment))
        if not found:
            remedy = f"See that the id is a trace's or a run's, and of the workspace of {_KEYS[0]}, {_PROJECTS[0]}."
            raise MissingFile("LangSmith has no such trace", where=f"langsmith:{name}", remedy=remedy)
        return json.dumps(found).encode()


def _uuid(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError as error:
        raise BadOption(f"{name!r} is no id of LangSmith's", remedy="It is a UUID, as in the URL of a run.") from error


def _service(environment: Mapping[str, str]) -> Service:
    headers = {"x-api-key": required(environment, _KEYS, "LangSmith")}
    if workspace := variable(environment, _WORKSPACES):
        headers["x-tenant-id"] = workspace
    address = address_of(environment, _HOSTS, _CLOUD)
    return Service("LangSmith", address, headers, f"{_KEYS[0]}, and {_WORKSPACES[0]} of a key of several,")


def _first(service: Service, name: str) -> Iterator[JSON]:
    """Yield the runs by the first API: of the trace, or of the trace that the run is in."""
    found = list(_queried(service, name))
    if not found:
        run = record(service.get(f"/runs/{name}"))
        found = list(_queried(service, text(run.get("trace_id")))) if run.get("trace_id") else []
    yield from found


def _queried(service: Service, trace: str) -> Iterator[JSON]:
    asked: JSONObject = {"trace": trace, "select": [*_SELECT], "limit": _PAGE}
    while True:
        page = service.post("/runs/query", asked)
        yield from service.page(page, "runs")
        cursor = service.following(page, asked, "cursors", "next")
        if not cursor:
            return
        asked = {**asked, "cursor": cursor}


def _second(service: Service, name: UUID, environment: Mapping[str, str]) -> Iterator[JSON]:
    """Yield the runs by the second API, which asks for the project and for a time to begin at."""
    url = service.address.url.rstrip("/").removesuffix("/api/v1").removesuffix("/v1")
    root = replace(service, address=replace(service.address, url=url))
    project = variable(environment, _PROJECTS, "default")
    projects: list[JSON] = [one["id"] for one in _projects(service, project) if one.get("id")]
    if not projects:
        return
    asked: JSONObject = {"project_ids": projects, "min_start_time": _begin(name), "selects": [*_SELECTS]}
    asked["page_size"] = _PAGE
    found = list(_selected(root, {**asked, "trace_id": str(name)}))
    if not found:
        for run in _selected(root, {**asked, "ids": [str(name)]}):
            yield from _selected(root, {**asked, "trace_id": record(run).get("trace_id")})
    yield from found


def _projects(service: Service, name: str) -> list[JSONObject]:
    found = service.get("/sessions", {"name": name, "limit": 1})
    if found is not None and not isinstance(found, list):
        raise service.stranger()
    return records(found)


def _begin(name: UUID) -> str:
    """Return when to look from: an id of version 7 tells when it was made."""
    made = datetime.fromtimestamp((name.int >> 80) / 1000, UTC) if name.version == _UUID7 else _EARLIEST
    return (made - timedelta(days=1)).isoformat()


def _selected(service: Service, asked: JSONObject) -> Iterator[JSON]:
    while True:
        page = service.post("/api/v2/runs/query", asked)
        yield from service.page(page, "items")
        cursor = service.following(page, asked, "next_cursor")
        if not cursor:
            return
        asked = {**asked, "cursor": cursor}
