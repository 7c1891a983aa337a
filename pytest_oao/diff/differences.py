"""Every place where two requests differ, in document order, lazily."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import chain, starmap
from typing import Literal

from pytest_oao.diff.alignment import align
from pytest_oao.diff.equality import EXACT, keyed, numbered
from pytest_oao.diff.fingerprints import fingerprint
from pytest_oao.diff.ignore import Ignore
from pytest_oao.diff.naming import UNORDERED, Matches, item_at, paired_by_name, placed
from pytest_oao.diff.paths import Path
from pytest_oao.diff.renaming import Renaming, Trial
from pytest_oao.diff.sameness import ABSENT, Absent, same
from pytest_oao.diff.texts import equal_texts, parsed
from pytest_oao.model.jsontypes import JSON

_MOST_STEPS = 30_000
"""Parts that are looked at; what differs beyond is not counted."""
_LONGEST = 20_000
"""Items of lists that are aligned; longer ones (token arrays, embeddings) are compared index by index."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place: `expected` was recorded, `actual` came; ABSENT on the side that has nothing there."""

    path: Path
    kind: Literal["changed", "added", "removed", "moved"]
    expected: JSON | Absent = ABSENT
    actual: JSON | Absent = ABSENT
    place: int | None = None
    """Of an added item: the index in `expected` of the next item that has a partner. Of a moved one: its new index."""


def differences(expected: JSON, actual: JSON, renaming: Renaming, ignore: Ignore) -> Iterator[Difference]:
    """Yield the differences: lists aligned, JSON in strings taken as JSON, ids up to renaming."""
    trial = Trial(renaming)
    stack = [iter([Difference((), "changed", expected, actual)])]
    for _ in range(_MOST_STEPS):
        if not stack:
            return
        top = next(stack[-1], None)
        if top is None:
            stack.pop()
        elif not ignore.covers(top.path) and (top.kind != "changed" or not same(top.expected, top.actual)):
            inner = _inside(top, trial, ignore)
            if inner is None:
                yield top
            else:
                stack.append(inner)
    # Too much differs to look at all of it, but a field at the top (the model, the tools) must not go unseen.
    for top in chain.from_iterable(stack[1:2]):
        if not ignore.covers(top.path) and not same(top.expected, top.actual):
            yield top


def _inside(top: Difference, trial: Trial, ignore: Ignore) -> Iterator[Difference] | None:
    """Return the parts of two values that are not the same, None when the values themselves differ."""
    path, left, right = top.path, top.expected, top.actual
    if top.kind != "changed":
        return None
    if isinstance(left, dict) and isinstance(right, dict):
        return starmap(_between, keyed(path, left, right))
    if isinstance(left, list) and isinstance(right, list):
        return _items(path, left, right, ignore)
    if isinstance(left, str) and isinstance(right, str):
        return _texts(path, left, right, trial)
    return None


def _between(path: Path, left: JSON | Absent, right: JSON | Absent, place: int | None = None) -> Difference:
    if isinstance(left, Absent):
        return Difference(path, "added", left, right, place)
    return Difference(path, "removed" if isinstance(right, Absent) else "changed", left, right)


def _items(path: Path, left: list[JSON], right: list[JSON], ignore: Ignore) -> Iterator[Difference]:
    if max(len(left), len(right)) > _LONGEST:
        return starmap(_between, numbered(path, left, right))
    found: list[Difference] = []
    following = len(left)
    for match in reversed(_matches(path, left, right, ignore)):
        expected, actual = match
        found.append(_between(placed(path, match), item_at(left, expected), item_at(right, actual), following))
        following = expected if expected is not None and actual is not None else following
    return iter(_with_moves(found[::-1]))


def _matches(path: Path, left: list[JSON], right: list[JSON], ignore: Ignore) -> Matches:
    if len(path) == 1 and path[0] in UNORDERED:
        by_name = paired_by_name(left, right)
        if by_name is not None:
            return by_name
    if not ignore.patterns:
        return align(left, right)
    # What is left out must not keep equal items apart; items that are left out whole fall away at the end.
    one, other = ignore.pruned(left, path), ignore.pruned(right, path)
    return align(one, other) if isinstance(one, list) and isinstance(other, list) else []


def _with_moves(found: list[Difference]) -> list[Difference]:
    """Turn an item that was removed here and added there into one that moved."""
    added = {
        fingerprint(one.actual): one for one in found if one.kind == "added" and not isinstance(one.actual, Absent)
    }
    kept: list[Difference] = []
    gone: set[Path] = set()
    for one in found if added else ():
        other = _elsewhere(one, added)
        if other and other.path not in gone:
            gone.add(other.path)
            index = other.path[-1]
            assert isinstance(index, int)
            kept.append(Difference(one.path, "moved", one.expected, other.actual, index))
        else:
            kept.append(one)
    return [one for one in kept if one.kind != "added" or one.path not in gone] if gone else found


def _elsewhere(one: Difference, added: dict[Hashable, Difference]) -> Difference | None:
    """Return where a removed item was added again, the same; else None."""
    if one.kind != "removed" or isinstance(one.expected, Absent):
        return None
    other = added.get(fingerprint(one.expected))
    return other if other and same(one.expected, other.actual) else None


def _texts(path: Path, left: str, right: str, trial: Trial) -> Iterator[Difference] | None:
    if path and path[-1] in EXACT:
        return None
    if equal_texts(left, right, trial):
        return iter(())
    one, other = parsed(left), parsed(right)
    if one is None or other is None:
        return None
    return iter([Difference(path, "changed", one, other)])
