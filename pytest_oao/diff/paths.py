"""Where in a JSON value something is."""

import re
from typing import TypeAlias

from pytest_oao.model.jsontypes import JSON

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the root down; the root is `()`."""

_PLAIN = re.compile(r"[A-Za-z_][0-9A-Za-z_-]*\Z")


def shown(path: Path) -> str:
    """Write a path as `$.messages[3].content`, keys that are no plain names as `['a b']`."""
    return "$" + "".join(map(_segment, path))


def named(path: Path) -> str:
    """Write a path as part of a sentence: `messages[3].content`."""
    return shown(path).removeprefix("$").removeprefix(".")


def _segment(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    if _PLAIN.match(key):
        return f".{key}"
    escaped = key.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def value_at(value: JSON, path: Path) -> JSON:
    """Return what stands at a path, None where nothing does."""
    for key in path:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value
