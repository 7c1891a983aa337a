"""What a request to a model has besides its messages: the system prompt, the tools that it offers, its parameters."""

import json
from collections.abc import Iterator

from pytest_oao.diff.bodies import content
from pytest_oao.diff.messages import LISTS, SYSTEM, SYSTEM_ROLES, role, said
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.kinds import MODEL
from pytest_oao.providers.compared import imported_request
from pytest_oao.providers.description import tools_in
from pytest_oao.providers.fields import record

_ELSEWHERE = LISTS | SYSTEM | {"model", "tools", "functions", "toolConfig"}
"""Keys at the top of a request that are told in another place."""


def request_texts(call: Call) -> Iterator[tuple[str, str]]:
    """Yield each part of a model's request that is no message, with its label; nothing of other calls."""
    request = (imported_request(call) or content(call.body)) if call.kind in MODEL else None
    if not isinstance(request, dict) or not LISTS & request.keys():  # what it asks is told as it stands then
        return
    yield "system", "\n".join(_system(request))
    yield "tools", "\n".join(line for tool in tools_in(request) for line in _tool(tool))
    yield "parameters", "\n".join(_fields(_parameters(request)))


def _system(request: JSONObject) -> Iterator[str]:
    for key, value in request.items():
        if key in SYSTEM:
            yield said(value)
        elif key in LISTS and isinstance(value, list):
            yield from (said(message) for message in value if role(message) in SYSTEM_ROLES)


def _tool(tool: JSON) -> Iterator[str]:
    """Yield what a tool is called and for, then what else its definition says, a line for each field."""
    outer = record(tool)
    within = "" if "name" in outer else next((key for key, one in outer.items() if "name" in record(one)), "")
    told = record(outer.get(within)) | {key: one for key, one in outer.items() if key != within}
    if not isinstance(name := told.pop("name", None), str):
        yield _shown(tool)
        return
    described = told.pop("description", None)
    yield f"{name}: {described}" if described else name
    yield from (f"  {line}" for line in _fields(told) if line != "type = function")


def _parameters(request: JSONObject) -> JSONObject:
    """Return what else a request says; Bedrock has which tool is to be called beside the tools."""
    beside = {name: value for name, value in record(request.get("toolConfig")).items() if name != "tools"}
    return {name: value for name, value in request.items() if name not in _ELSEWHERE} | beside


def _fields(told: JSONObject) -> Iterator[str]:
    yield from (f"{name} = {value if isinstance(value, str) else _shown(value)}" for name, value in told.items())


def _shown(value: JSON) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:  # nested too deep to be written out, though it could be read
        return "…"
