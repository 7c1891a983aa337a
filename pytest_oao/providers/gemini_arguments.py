"""Arguments of a function that Gemini sends piece by piece, each with the JSON path of what it is a piece of."""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import text

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,9})\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
_DEEPEST = 50
_VALUES = ("numberValue", "boolValue", "nullValue")
_Steps: TypeAlias = tuple[str | int, ...]


@dataclass(slots=True)
class PartialArguments:
    """Pieces of text, and values that come whole, by where they belong."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, JSON] = field(default_factory=dict)

    def add(self, piece: JSONObject) -> None:
        """Take a piece: a text goes on where one of its path stands already."""
        path = text(piece.get("jsonPath"))
        if "stringValue" in piece:
            self.texts.setdefault(path, []).append(text(piece["stringValue"]))
        for key in _VALUES:
            if key in piece:
                self.values[path] = None if key == "nullValue" else piece[key]

    def whole(self) -> JSONObject:
        """Return the arguments so far."""
        root = _Node()
        for path, value in (self.values | {path: "".join(pieces) for path, pieces in self.texts.items()}).items():
            root.put(_steps(path), value)
        return {str(key): inner.whole() for key, inner in root.inner.items()}


@dataclass(slots=True)
class _Node:
    """A place in the arguments: a value, or what is below it by key or index."""

    value: JSON = None
    inner: "dict[str | int, _Node]" = field(default_factory=dict)

    def put(self, steps: _Steps, value: JSON) -> None:
        node = self
        for step in steps[:_DEEPEST]:
            node = node.inner.setdefault(step, _Node())
        node.value = value

    def whole(self) -> JSON:
        if not self.inner:
            return self.value
        if all(isinstance(key, int) for key in self.inner):
            return [node.whole() for _, node in sorted(self.inner.items(), key=lambda item: int(item[0]))]
        return {str(key): node.whole() for key, node in self.inner.items()}


def _steps(path: str) -> _Steps:
    found = _STEP.finditer(path)
    return tuple(int(one[2]) if one[2] else one[1] or one[3] or one[4] or "" for one in found)
