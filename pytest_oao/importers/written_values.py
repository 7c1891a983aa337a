"""Values that a platform keeps as text: JSON, JSON in JSON, or what Python prints of an object."""

import ast
import re

from pytest_oao.model.jsontypes import JSON
from pytest_oao.providers.payloads import loads

_JSON_STARTS = ("{", "[", '"')
_PYTHON = re.compile(r"\s*[{\[(]")
_LONGEST_PYTHON = 100_000
_DEEPEST_PYTHON = 100


def unwrapped(value: JSON) -> JSON:
    """Return what a text of JSON says where that is an object, a list or a text again; anything else as it is.

    A text that reads as a number or as `true` stays a text: nobody can tell what it was.
    """
    for _ in range(3):
        if not isinstance(value, str) or not value.lstrip().startswith(_JSON_STARTS):
            break
        inner = loads(value)
        if not isinstance(inner, dict | list | str):
            break
        value = inner
    return value


def printed(text: str) -> JSON:
    """Return the object that Python printed as `{'query': 'it'}`; None where the text is none of the plain kinds."""
    if not _PYTHON.match(text) or len(text) > _LONGEST_PYTHON or _depth(text) > _DEEPEST_PYTHON:
        return None
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    return _plain(value)


def _depth(text: str) -> int:
    """Return how deep brackets may be nested: CPython's parser gives up, or worse, far below what a file can hold."""
    return sum(text.count(mark) for mark in "{[(-+~")


def _plain(value: object) -> JSON:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
