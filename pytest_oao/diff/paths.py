"""Where in a JSON value something is."""

import re
from typing import TypeAlias

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
