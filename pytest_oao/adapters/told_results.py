"""What an export tells of a function's result → the result: often the text that a model was given of it."""

import inspect
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from pytest_oao.model.jsontypes import JSON
from pytest_oao.values.decoding import decode

_TEXT = (str, "str")
_NUMBERS = (int, float, bool, "int", "float", "bool")


def reader_of(function: Callable[..., Any]) -> Callable[[JSON], Any]:
    """Return what reads a told result of a function, by what the function says that it returns."""
    try:
        returned = inspect.signature(function).return_annotation
    except (TypeError, ValueError):
        returned = inspect.Signature.empty
    return partial(_read, returned=returned)


def _read(value: JSON, returned: Any) -> Any:
    """Return JSON in a text as what it stands for, unless the function returns text."""
    if not isinstance(value, str) or returned in _TEXT:
        return decode(value)
    if returned not in _NUMBERS and value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        found: JSON = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return decode(found)
