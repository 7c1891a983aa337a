"""Tools that a request to Gemini offers ⇄ tool definitions of no provider's."""

from collections.abc import Iterable

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import camel_cased, count, record, records, text
from pytest_oao.providers.gemini_parts import API
from pytest_oao.providers.native_parts import native_block, native_part
from pytest_oao.providers.residues import restored, with_residue

_DECLARED = "functionDeclarations"
_SCHEMAS = ("parametersJsonSchema", "parameters")
"""Where a function's parameters stand: as JSON Schema, or as OpenAPI's, which types in capitals may be."""
_OPENAPI = "openapi"
_GROUP = "group"
"""Which of several tools of the request a definition stands in, but for the first."""


def normal_tools(tools: JSON) -> JSON:
    """Return tools in their normal form: as Google's own JSON spells them."""
    if not isinstance(tools, list):
        return tools
    return [_normal_tool(tool) if isinstance(tool, dict) else tool for tool in tools]


def read_tools(tools: JSON) -> list[JSONObject]:
    """Return the definitions: Gemini keeps several functions in one tool."""
    found: list[JSONObject] = []
    for at, tool in enumerate(records(tools)):
        group: JSONObject = {_GROUP: at} if at else {}
        found += [_read(function) | group for function in records(tool.get(_DECLARED))]
        found += [native_part(key, {key: tool[key]}, API) | group for key in tool if key != _DECLARED]
    return found


def write_tools(tools: Iterable[JSONObject]) -> list[JSON]:
    """Return the tools of a request; those of other APIs that are no functions are left out."""
    groups: dict[int, JSONObject] = {}
    for tool in tools:
        other = native_block(tool, API)
        if other is None and tool.get("type") != "function":
            continue
        group = groups.setdefault(count(tool.get(_GROUP)) or 0, {})
        if other is not None:
            group.update(other)
        else:
            group[_DECLARED] = [*_listed(group.get(_DECLARED)), restored(_write(tool), tool, API)]
    return [group for _, group in sorted(groups.items(), key=lambda item: item[0])]


def _normal_tool(tool: JSONObject) -> JSONObject:
    told = camel_cased(tool)
    declared = told.get(_DECLARED)
    if not isinstance(declared, list):
        return told
    return told | {_DECLARED: [camel_cased(one) if isinstance(one, dict) else one for one in declared]}


def _read(function: JSONObject) -> JSONObject:
    tool: JSONObject = {"type": "function", "name": text(function.get("name"))}
    tool |= {"description": function["description"]} if "description" in function else {}
    schema = next((name for name in _SCHEMAS if name in function), "")
    if schema:
        tool |= {"parameters": function[schema], **({_OPENAPI: True} if schema == _SCHEMAS[1] else {})}
    return with_residue(tool, function, _write(tool), API)


def _write(tool: JSONObject) -> JSONObject:
    name = _SCHEMAS[1] if tool.get(_OPENAPI) is True else _SCHEMAS[0]
    told: JSONObject = {key: tool[key] for key in ("name", "description") if key in tool}
    return told | ({name: tool["parameters"]} if record(tool.get("parameters")) else {})


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
