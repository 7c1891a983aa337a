"""Reads of fields whose type a body only promises: what has another type counts as not told."""

import json
import re
from collections.abc import Callable, Iterable
from math import isfinite
from typing import TypeAlias

from pytest_oao.model.jsontypes import JSON, JSONObject

Reader: TypeAlias = Callable[[JSON], JSON]
"""Takes a field's value and returns the attribute's, or None where the field tells nothing."""
_CAMEL = re.compile(r"_([a-z])")
_LARGEST = 1 << 1023
"""Whole numbers below it are floats, too."""

Row: TypeAlias = tuple[str, str, Reader]
"""A field, the attribute that it is told as, and how."""


def attributes(body: JSONObject, rows: Iterable[Row]) -> JSONObject:
    """Return the attributes that a body tells; of two fields for one attribute the later row wins."""
    told: JSONObject = {}
    for key, name, reader in rows:
        if key in body and (value := reader(body[key])) is not None:
            told[name] = value
    return told


def record(value: JSON) -> JSONObject:
    """Return an object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def camel_cased(value: JSON) -> JSONObject:
    """Return an object with its keys as Google's own JSON spells them: requests may also say `generation_config`."""
    return {_CAMEL.sub(lambda found: found[1].upper(), key): item for key, item in record(value).items()}


def records(value: JSON) -> list[JSONObject]:
    """Return the objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: JSON) -> list[str]:
    """Return the texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def text(value: JSON) -> str:
    """Return a text, empty where there is none."""
    return value if isinstance(value, str) else ""


def word(value: JSON) -> str | None:
    """Return a text that is not empty."""
    return encodable(value) if isinstance(value, str) and value else None


def words(value: JSON) -> JSON:
    """Return a list of texts; one text alone is a list of one."""
    items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [encodable(item) for item in items if isinstance(item, str)] or None


def number(value: JSON) -> int | float | None:
    """Return a number; JSON's writers may not write infinity, so it is not one, nor is what no float can hold."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST else None


def count(value: JSON) -> int | None:
    """Return a whole number from zero."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def flag(value: JSON) -> bool | None:
    """Return True; false is what leaving the field out says too."""
    return True if value is True else None


def output_type(value: JSON) -> str | None:
    """Return `gen_ai.output.type` of a response format, which is an object with a `type`."""
    kind = record(value).get("type")
    return {"text": "text", "json_object": "json", "json_schema": "json"}.get(kind) if isinstance(kind, str) else None


def json_text(value: JSON) -> str:
    """Return JSON text: a text as it is, anything else written out; empty where there is none."""
    if isinstance(value, str) or value is None:
        return encodable(value or "")
    try:
        return encodable(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return ""  # nested too deep to be written out, though it could be read


def encodable(value: str) -> str:
    r"""Return text that UTF-8 can carry: halves of a character that came as `\ud83d` and `\ude00` are joined."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
