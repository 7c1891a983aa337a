"""The arguments of a tool call: an object, or the text of one as the model wrote it."""

import json

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import text
from pytest_oao.providers.payloads import loads

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def compact(value: JSON) -> str:
    """Return JSON text as models write it; empty where it is nested too deep to be written out."""
    try:
        return _COMPACT.encode(value)
    except RecursionError:
        return ""


def told_arguments(raw: JSON) -> JSONObject:
    """Return `arguments` of arguments that came as text; the text too, where ours would be another.

    What is no object in JSON stays the text that it is.
    """
    if not isinstance(raw, str):
        return {"arguments": raw}
    value = loads(raw)
    if not isinstance(value, dict):
        return {"arguments": raw}
    return {"arguments": value} if compact(value) == raw else {"arguments": value, "arguments_raw": raw}


def arguments_text(part: JSONObject) -> str:
    """Return the arguments of a tool call as text."""
    raw = part.get("arguments_raw", part.get("arguments"))
    return raw if isinstance(raw, str) else "{}" if raw is None else compact(raw)


def arguments_object(part: JSONObject) -> JSONObject:
    """Return the arguments of a tool call as an object, for an API that knows no others."""
    value = part.get("arguments")
    if isinstance(value, str):
        parsed = loads(value) if value else {}
        value = parsed if isinstance(parsed, dict) else {"input": value}
    return value if isinstance(value, dict) else {} if value is None else {"input": value}


def result_text(part: JSONObject) -> str:
    """Return what a tool answered as text: that of its text blocks, where it answered with such."""
    value = result_of(part)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(_is_text(item) for item in value):
        return "\n".join(text(item.get("text")) for item in value if isinstance(item, dict))
    return "" if value is None else compact(value)


def result_of(part: JSONObject) -> JSON:
    """Return what a tool answered; some write it as `result`."""
    return part.get("response", part.get("result"))


def _is_text(item: JSON) -> bool:
    return isinstance(item, dict) and isinstance(item.get("text"), str)
