"""Values that stand as the text that Python prints of an object."""

import ast
import re

from pytest_oao.model.jsontypes import JSON

_PYTHON = re.compile(r"\s*[{\[(]")
_LONGEST_PYTHON = 100_000
_DEEPEST_PYTHON = 100


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
