"""Keys that list items are aligned by: equal for items that are alike, cheap to make."""

from collections.abc import Hashable

from pytest_oao.diff.ids import blanked
from pytest_oao.diff.sameness import strings
from pytest_oao.model.jsontypes import JSON

_DEEPEST = 60
"""Levels that are looked at; items that differ below that only are compared as a pair, which finds it."""
_SHORT = 256
"""Ids are blanked in strings shorter than this: a scan of all text would cost more than the rest of a comparison."""
_LONGEST = 1_000
"""Items of an inner list that are looked at; the same holds for these."""
_EDGE = 48
_SKETCHED = 600
"""Characters of an item that its sketch is made of."""

_IDENTITIES = ("tool_call_id", "tool_use_id", "call_id", "toolUseId", "id")


def fingerprint(value: JSON, depth: int = _DEEPEST) -> Hashable:
    """Return a key that is the same for equal items: key order free, ids in short strings blanked."""
    if isinstance(value, str):
        return blanked(value) if len(value) < _SHORT else value
    if not depth:
        return "…"
    if isinstance(value, dict):
        return tuple((key, fingerprint(value[key], depth - 1)) for key in sorted(value))
    if isinstance(value, list):
        ends = value if len(value) <= _LONGEST else [*value[: _LONGEST // 2], len(value), *value[-_LONGEST // 2 :]]
        return ("[", *(fingerprint(item, depth - 1) for item in ends))
    return (type(value) is bool, value)


def identity(value: JSON) -> Hashable:
    """Return what an item is called, for items that have an id or a name; else None, which aligns nothing."""
    if not isinstance(value, dict):
        return None
    named = next((value[key] for key in _IDENTITIES if isinstance(value.get(key), str)), None)
    function = value.get("function")
    if named is None and isinstance(function, dict):
        named = function.get("name")
    return (label(value), named) if isinstance(named, str) else None


def ending(value: JSON) -> Hashable:
    """Return the label of an item and the last characters of its text, None where there are few."""
    text = _text(value)
    return (label(value), text[-_EDGE:]) if len(text) >= _EDGE else None


def beginning(value: JSON) -> Hashable:
    """Return the label of an item and the first characters of its text, None where there are few."""
    text = _text(value)
    return (label(value), text[:_EDGE]) if len(text) >= _EDGE else None


def label(value: JSON) -> Hashable:
    """Return what sort of item this is: its type in JSON and, of a message, who says it."""
    if not isinstance(value, dict):
        return type(value).__name__
    return tuple(word if isinstance(word := value.get(key), str) else "" for key in ("role", "type", "name"))


def sketch(value: JSON) -> frozenset[str]:
    """Return the words that an item begins with."""
    words: list[str] = []
    room = _SKETCHED
    for text in strings(value):
        words += text[:room].split()
        room -= len(text)
        if room <= 0:
            break
    return frozenset(words)


def _text(value: JSON) -> str:
    """Return the text of a message, of a content part, or of a string."""
    if isinstance(value, dict):
        content = value.get("content", value.get("text", value.get("output")))
        last = content[-1] if isinstance(content, list) and content else None
        value = last.get("text") if isinstance(last, dict) else content
    return value if isinstance(value, str) else ""
