"""Tools that a chat completion offers ⇄ tool definitions of no provider's."""

from collections.abc import Iterable

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.chat_content import API
from pytest_oao.providers.fields import record, records
from pytest_oao.providers.residues import laid_over, residue, restored, with_residue

DEFINED = ("name", "description", "parameters", "strict")
"""What a function's definition says; `strict` is OpenAI's and Anthropic's."""


def read_tools(body: JSONObject) -> list[JSONObject]:
    """Return the definitions in a request, those of the former `functions` too."""
    return [
        *(_read_tool(tool) for tool in records(body.get("tools"))),
        *(_read_former(function) for function in records(body.get("functions"))),
    ]


def write_tools(tools: Iterable[JSONObject], *, own: bool) -> JSONObject:
    """Return the fields that offer the tools; those that are no functions only where they are this API's `own`."""
    former: list[JSON] = []
    offered: list[JSON] = []
    for tool in tools:
        beyond = record(tool.get(API)).get("former")
        if isinstance(beyond, dict):
            former.append(laid_over(_described(tool), beyond))
        elif tool.get("type") == "function":
            offered.append(restored(_write_function(tool), tool, API))
        elif own:
            offered.append(tool)
    return {name: listed for name, listed in (("tools", offered), ("functions", former)) if listed}


def _read_tool(native: JSONObject) -> JSONObject:
    if native.get("type") != "function":
        return native
    tool = _defined(record(native.get("function")))
    return with_residue(tool, native, _write_function(tool), API)


def _read_former(native: JSONObject) -> JSONObject:
    tool = _defined(native)
    return tool | {API: {"former": residue(native, _described(tool))}}


def _defined(function: JSONObject) -> JSONObject:
    return {"type": "function", **_described(function)}


def _write_function(tool: JSONObject) -> JSONObject:
    return {"type": "function", "function": _described(tool)}


def _described(tool: JSONObject) -> JSONObject:
    return {key: tool[key] for key in DEFINED if key in tool}
