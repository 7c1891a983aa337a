"""Lists that grow from call to call: "the first n items of call k's list, then these"."""

from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONEncoder
from operator import is_
from typing import TypeGuard

from pytest_oao.model.jsontypes import JSON, JSONObject

FIRST, OF, THEN = "$first", "$of", "$then"
_LEAST = 100
"""Characters, encoded as JSON, from which on what two lists share is worth naming."""
_encode = JSONEncoder().encode


@dataclass(frozen=True, slots=True)
class Told:
    """A request body that the file holds: the `seq` of its exchange, the body, and how it is stored."""

    seq: int
    body: JSON
    stored: JSON


def share(body: JSON, earlier: Told) -> tuple[JSON, JSON]:
    """Return the body with as much of it as possible taken from an earlier one, and how it is then stored.

    The first is `body` itself where both are made of the same objects; else it is equal to it by `==`, which takes 1,
    1.0 and True for the same: the caller checks its bytes.
    """
    return _share(body, earlier.body, earlier.stored, earlier.seq)


def _share(new: JSON, old: JSON, stored: JSON, seq: int) -> tuple[JSON, JSON]:
    if new is old:
        return new, stored
    if isinstance(new, list) and isinstance(old, list):
        return _share_list(new, old, stored, seq)
    if isinstance(new, dict) and isinstance(old, dict) and isinstance(stored, dict):
        pairs = {
            key: _share(value, old[key], stored[key], seq) if key in old else (value, value)
            for key, value in new.items()
        }
        return _like(new, {key: pair[0] for key, pair in pairs.items()}), {key: pair[1] for key, pair in pairs.items()}
    return new, new


def _like(new: JSONObject, made: JSONObject) -> JSONObject:
    """Return the very object where one like it is made of the same values."""
    return new if all(map(is_, made.values(), new.values())) else made


def _share_list(new: list[JSON], old: list[JSON], stored: JSON, seq: int) -> tuple[JSON, JSON]:
    n = _common(new, old)
    same = all(map(is_, new[:n], old))
    if n == len(new) == len(old):
        return new if same else old, stored
    if not _named_before(stored, n) and not _worth(old[:n]):
        return new, new
    then = new[n:]
    return new if same else old[:n] + then, {FIRST: n, OF: seq, THEN: then}


def _common(new: list[JSON], old: list[JSON]) -> int:
    n = min(len(new), len(old))
    if new[:n] == old[:n]:
        return n
    return next(i for i, (a, b) in enumerate(zip(new, old, strict=False)) if a != b)


def _named_before(stored: JSON, n: int) -> bool:
    """Whether some of the first n items were worth naming when the earlier list was stored."""
    return is_marker(stored) and isinstance(named := stored[FIRST], int) and named <= n


def _worth(items: list[JSON]) -> bool:
    size = 0
    for item in items:
        size += len(_encode(item))
        if size >= _LEAST:
            return True
    return False


def is_marker(node: JSON) -> TypeGuard[JSONObject]:
    """Whether a node stands for a list that begins as an earlier one does."""
    return isinstance(node, dict) and FIRST in node


def whole(stored: JSON, told: Mapping[int, JSON]) -> JSON:
    """Return a body from how it is stored; `told` maps the `seq` of earlier exchanges to how theirs are.

    Raises ValueError for a marker that points nowhere.
    """
    return _whole(stored, told, ())


def _whole(node: JSON, told: Mapping[int, JSON], path: tuple[str, ...]) -> JSON:
    if is_marker(node):
        return _items(node, told, path)
    if isinstance(node, dict):
        return {key: _whole(value, told, (*path, key)) for key, value in node.items()}
    return node


def _items(marker: JSONObject, told: Mapping[int, JSON], path: tuple[str, ...]) -> list[JSON]:
    """Follow a chain of markers, not by recursion: it is as long as the session."""
    parts: list[list[JSON]] = []
    node: JSON = marker
    want: int | None = None
    before: int | None = None
    while is_marker(node):
        first, seq, then = _facts(node, before)
        parts.append(then if want is None else then[: max(0, want - first)])
        _check(want is None or want <= first + len(then), node)
        want = first if want is None else min(want, first)
        before = seq
        node = _at(told, seq, path)
    _check(isinstance(node, list) and want is not None and want <= len(node), marker)
    assert isinstance(node, list)
    parts.append(node[:want])
    return [item for part in reversed(parts) for item in part]


def _facts(marker: JSONObject, before: int | None) -> tuple[int, int, list[JSON]]:
    first, seq, then = marker[FIRST], marker.get(OF), marker.get(THEN)
    _check(type(first) is int and first >= 0 and len(marker) == len((FIRST, OF, THEN)), marker)
    _check(type(seq) is int and isinstance(then, list), marker)
    assert isinstance(first, int)
    assert isinstance(seq, int)
    assert isinstance(then, list)
    _check(before is None or seq < before, marker)
    return first, seq, then


def _at(told: Mapping[int, JSON], seq: int, path: tuple[str, ...]) -> JSON:
    node: JSON = told.get(seq)
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _check(holds: bool, marker: JSONObject) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ValueError(f"{FIRST}: {marker.get(FIRST)!r:.20} of call {marker.get(OF)!r:.20} points at no such list")
