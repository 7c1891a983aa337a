"""Langfuse's records in the spellings of its exports → the names of its API."""

import re

from pytest_oao.errors import MissingContent
from pytest_oao.importers.foreign import Part
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.payloads import unwrapped

_SNAKE = re.compile(r"_([a-z0-9])")
_OTHER_NAMES = {
    "providedModelName": "model",
    "traceTags": "tags",
    "providedUsageDetails": "usageDetails",
}
"""Names of batch exports, where the API's own is missing."""
_PLAIN = frozenset({"input", "output"})
"""What is a text as the agent gave it, unless it is JSON."""


def record_of(part: Part) -> JSONObject:
    """Return a record by the names of the API: of Python's objects and files of a blob store they are in snake case."""
    told: JSONObject = {}
    for key, item in part.fields():
        name = _SNAKE.sub(lambda found: found[1].upper(), key)
        told.setdefault(name, item.json() if name in _PLAIN else _cell(item.json()))
    for name, usual in _OTHER_NAMES.items():
        if told.get(usual) in (None, "", {}) and told.get(name):
            told[usual] = told[name]
    return told


def _cell(value: JSON) -> JSON:
    """Return a field's value: cells of a CSV file are JSON as text, and empty where there is none."""
    return unwrapped(value) if value != "" else None


def is_trace(told: JSONObject) -> bool:
    """Whether a record is of a trace, and not of an observation in one."""
    return "startTime" not in told and "type" not in told


def attributes_of(told: JSONObject) -> JSONObject:
    """Return the attributes of the OpenTelemetry span that an observation was, where it came as one."""
    return record(unwrapped(record(told.get("metadata")).get("attributes")))


def held(part: Part) -> list[Part]:
    """Return the observations that a trace's record holds; raises MissingContent where it only names them."""
    found = part["observations"].items()
    if any(isinstance(one.value, str) for one in found):
        what = "a list of traces names their observations, and does not hold them"
        raise MissingContent(what, where=part.where, remedy="Get each trace by its id, or its observations.")
    return found


def definitions_of(told: JSONObject) -> list[JSONObject]:
    """Return the tools that newer exports list apart: by name, each as text of JSON."""
    found: list[JSONObject] = []
    for name, item in record(told.get("toolDefinitions")).items():
        definition = record(unwrapped(item))
        parameters = unwrapped(definition.get("parameters"))
        one: JSONObject = {"type": "function", "name": name}
        one |= {"description": definition["description"]} if text(definition.get("description")) else {}
        found.append(one | ({"parameters": parameters} if isinstance(parameters, dict) else {}))
    return found


def span_definitions(attributes: JSONObject) -> list[JSONObject]:
    """Return the tools that attributes of a span define."""
    told = records(unwrapped(attributes.get("gen_ai.tool.definitions")))
    given = record(unwrapped(attributes.get("model_request_parameters")))
    for tool in (*records(given.get("function_tools")), *records(given.get("output_tools"))):
        one: JSONObject = {
            "type": "function",
            "name": tool.get("name"),
            "parameters": tool.get("parameters_json_schema"),
        }
        told.append(one | ({"description": tool["description"]} if text(tool.get("description")) else {}))
    return told
