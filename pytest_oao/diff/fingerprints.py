"""Keys that list items are aligned by: equal for items that are alike, cheap to make."""

from collections.abc import Hashable, Sequence

from pytest_oao.diff.effort import Effort
from pytest_oao.diff.ids import ID_KEYS, SHORTEST, blanked
from pytest_oao.diff.sameness import strings
from pytest_oao.model.jsontypes import JSON

_DEEPEST = 60
"""Levels that are looked at."""
_SHORT = 256
"""Ids are blanked in strings shorter than this: a scan of all text would cost more than the rest of a comparison."""
_LONGEST = 1_000
"""Items of an inner list that are looked at; the same holds for these."""
_FIELD = 2
"""Steps that a field of an object takes."""
_UNKNOWN = "…"
"""What stands for what is not looked at: items that differ there only are compared as a pair, which finds it."""
_EDGE = 48
_SKETCHED = 600
"""Characters of an item that its sketch is made of."""

_LEVELS = 6
"""Levels that a gist is looked for in: message, parts, tool call, function, arguments."""

_SAID = ("content", "text", "output", "parts", "tool_calls", "function", "arguments", "input")
_NAMES = frozenset(ID_KEYS)


class Fingerprints:
    """The fingerprints of the parts of two values, each made once: what is in an item is aligned later, too."""

    __slots__ = ("_effort", "_kept", "_made", "_numbers", "short")

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self.short = False
        """Whether one was made without a look at all of its value, because that would have cost too much."""
        self._made: dict[int, int] = {}
        # What was looked at, by whose id() it is known: as long as it lives, nothing else has that.
        self._kept: list[JSON] = []
        # One number for all objects that are equal: a nest of tuples would be hashed, whole, at each look-up.
        self._numbers: dict[Hashable, int] = {}

    def of(self, value: JSON, depth: int = _DEEPEST) -> Hashable:
        """Return a key that is the same for equal items: key order free, ids in short strings blanked."""
        if isinstance(value, str):
            return blanked(value) if SHORTEST <= len(value) < _SHORT else value
        if isinstance(value, dict):
            known = self._made.get(id(value))
            return self._numbered(value, depth) if known is None else known
        if isinstance(value, list):
            if not depth or not self._affords(min(len(value), _LONGEST)):
                return _UNKNOWN
            ends = value if len(value) <= _LONGEST else [*value[: _LONGEST // 2], len(value), *value[-_LONGEST // 2 :]]
            return ("[", *[self.of(item, depth - 1) for item in ends])
        return (type(value) is bool, value)

    def _numbered(self, value: dict[str, JSON], depth: int) -> Hashable:
        if not depth or not self._affords(_FIELD * len(value)):
            return _UNKNOWN
        parts = tuple([(key, self.of(value[key], depth - 1)) for key in sorted(value)])
        if self.short:
            return _UNKNOWN
        self._kept.append(value)
        return self._made.setdefault(id(value), self._numbers.setdefault(parts, len(self._numbers)))

    def _affords(self, steps: int) -> bool:
        self.short = self.short or not self._effort.affords(steps)
        return not self.short

    def alike(self, one: Sequence[JSON], other: Sequence[JSON]) -> bool:
        """Whether it is known already that the items of two lists have the same fingerprints, one by one."""
        known = self._made
        return len(one) == len(other) and all(
            id(left) in known and known[id(left)] == known.get(id(right))
            for left, right in zip(one, other, strict=True)
        )

    def gist(self, value: JSON, depth: int = _LEVELS) -> Hashable:
        """Return a part of an item's fingerprint that is cheap to make and tells most items apart."""
        if isinstance(value, list) and value and depth:
            return self.gist(value[-1], depth - 1)
        if isinstance(value, dict) and depth:
            for key in _SAID:
                if said := value.get(key):
                    return self.gist(said, depth - 1)
        return self.of(value)


def called(value: JSON) -> str | None:
    """Return what an item is called, for items that have an id or a name; else None, which aligns nothing."""
    if not isinstance(value, dict):
        return None
    # Most messages have none of these: one look-up in C tells.
    for key in () if _NAMES.isdisjoint(value) else ID_KEYS:
        if isinstance(named := value.get(key), str):
            return named
    function = value.get("function")
    named = function.get("name") if isinstance(function, dict) else None
    return named if isinstance(named, str) else None


def ending(value: JSON) -> str | None:
    """Return the last characters of an item's text, None where there are few."""
    text = _text(value)
    return text[-_EDGE:] if len(text) >= _EDGE else None


def beginning(value: JSON) -> str | None:
    """Return the first characters of an item's text, None where there are few."""
    text = _text(value)
    return text[:_EDGE] if len(text) >= _EDGE else None


def label(value: JSON) -> Hashable:
    """Return what sort of item this is: its type in JSON and, of a message, who says it."""
    if not isinstance(value, dict):
        return type(value).__name__
    said, sort, name = value.get("role"), value.get("type"), value.get("name")
    return (
        said if isinstance(said, str) else "",
        sort if isinstance(sort, str) else "",
        name if isinstance(name, str) else "",
    )


def sketch(value: JSON) -> frozenset[str]:
    """Return the words that an item begins with."""
    texts: list[str] = []
    room = _SKETCHED
    for text in strings(value):
        texts.append(text[:room])
        room -= len(text)
        if room <= 0:
            break
    return frozenset(" ".join(texts).split())


def _text(value: JSON) -> str:
    """Return the text of a message, of a content part, or of a string."""
    if isinstance(value, dict):
        content = value["content"] if "content" in value else value.get("text", value.get("output"))
        last = content[-1] if isinstance(content, list) and content else None
        value = last.get("text") if isinstance(last, dict) else content
    return value if isinstance(value, str) else ""
