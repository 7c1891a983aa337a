"""How many values plain data is made of, how deep they stand, and how long it is written."""

import sys
from collections.abc import Mapping

from pytest_oao.cassette import encodings
from pytest_oao.cassette.limits import DEPTH, METADATA_DEPTH
from pytest_oao.errors import StoreFailed
from pytest_oao.model.jsontypes import JSON

_CONTAINERS = frozenset({dict, list})

Size = tuple[int, int]
"""Values, the outermost among them, and bytes of compact JSON."""


def nodes_of(root: JSON, most: int, deepest: int) -> int | None:
    """Return how many values there are, `root` among them; None for more than `most`, or deeper than `deepest`."""
    nodes = depth = 1
    level: list[JSON] = [root] if root.__class__ in _CONTAINERS else []
    while level:
        found = sum(map(len, level))  # type: ignore[arg-type]  # containers
        nodes, depth = nodes + found, depth + 1
        if nodes > most or (found and depth > deepest):
            return None
        inner = [node.values() if isinstance(node, dict) else node for node in level]
        level = [child for children in inner for child in children if child.__class__ in _CONTAINERS]  # type: ignore[union-attr]
    return nodes


def too_deep(metadata: Mapping[str, JSON]) -> str | None:
    """Return the name of the first value that no file of ours could hold, since it is nested too deep."""
    return next(
        (name for name, value in metadata.items() if nodes_of(value, sys.maxsize, METADATA_DEPTH) is None), None
    )


class Sizes:
    """The sizes of a file's bodies: what one repeats of another is the same object, and gone through once."""

    def __init__(self, most: int, deepest: int) -> None:
        self._most, self._deepest = most, deepest
        self._known: dict[int, tuple[JSON, Size | None]] = {}
        """By the `id()` of parts, which they keep as long as they are held here."""

    def of(self, value: JSON, written: int | None = None) -> Size | None:
        """Return the size of a value; None for more values than `most`, deeper ones than `deepest`, and no UTF-8.

        `written` are its bytes, where they are known.
        """
        if written is not None or not isinstance(value, dict):
            return self._measured(value, self._deepest, written)
        parts = {key: part for key, part in value.items() if part.__class__ in _CONTAINERS}
        around = self._measured({**value, **dict.fromkeys(parts, 0)}, self._deepest)
        if around is None:
            return None
        nodes, size = around
        for part in parts.values():
            found = self._part(part)
            if found is None:
                return None
            nodes, size = nodes + found[0] - 1, size + found[1] - 1
        return (nodes, size) if nodes <= self._most else None

    def _part(self, part: JSON) -> Size | None:
        known = self._known.get(id(part))
        if known is None:
            known = self._known[id(part)] = part, self._measured(part, self._deepest - 1)
        return known[1]

    def _measured(self, value: JSON, deepest: int, written: int | None = None) -> Size | None:
        nodes = nodes_of(value, self._most, deepest)
        if nodes is None or written is not None:
            return None if nodes is None or written is None else (nodes, written)
        try:
            return nodes, len(encodings.encode(value, encodings.DEFAULT))
        except UnicodeEncodeError:
            return None


def nested_too_deep() -> StoreFailed:
    """Return the error of what stands deeper than a cassette may hold it."""
    what = f"a value is nested deeper than {DEPTH} levels"
    return StoreFailed(what, remedy="Keep it as text, or leave it out of the metadata.")
