"""Whether two requests are equal: key order is free, JSON in strings is compared as JSON, ids up to renaming.

The walk is lazy (it goes down only where two parts are not the same, and ends at the first difference) and uses no
recursion of its own, so that depth is no limit.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TypeAlias

from pytest_oao.diff.ignore import NOTHING, Ignore
from pytest_oao.diff.naming import UNORDERED, item_at, paired_by_name, placed, reordered
from pytest_oao.diff.paths import Path, shown
from pytest_oao.diff.renaming import Pair, Renaming, Trial
from pytest_oao.diff.sameness import ABSENT, Absent, same
from pytest_oao.diff.texts import equal_texts, parsed
from pytest_oao.model.jsontypes import JSON

EXACT = frozenset({"model", "name", "role", "type"})
"""Keys whose strings are names, not ids, however random they look."""

Part: TypeAlias = tuple[Path, JSON | Absent, JSON | Absent]
"""Two values that stand at the same place; ABSENT where one side has none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two requests are equal; where the first difference is, or which new ids stand for which."""

    equal: bool
    path: str = ""
    """The first place that differs, in document order; empty when equal."""
    notes: tuple[str, ...] = ()
    """What is different and does not count: tools in another order."""
    pairs: tuple[Pair, ...] = ()
    """What to `Renaming.commit` when this comparison is the one that holds; empty when not equal."""


@dataclass(slots=True)
class _Walk:
    trial: Trial
    ignore: Ignore
    unordered: Collection[str]
    notes: list[str] = field(default_factory=list)


def equal(
    expected: JSON,
    actual: JSON,
    renaming: Renaming,
    ignore: Ignore = NOTHING,
    unordered: Collection[str] = UNORDERED,
) -> Verdict:
    """Compare a recorded request with a live one; `renaming` stays as it is."""
    walk = _Walk(Trial(renaming), ignore, unordered)
    path = _first_difference(expected, actual, walk)
    if path is None and walk.trial.contradicted():
        path = ()
    if path is not None:
        return Verdict(equal=False, path=shown(path), notes=tuple(walk.notes))
    return Verdict(equal=True, notes=tuple(walk.notes), pairs=walk.trial.pairs)


def _first_difference(expected: JSON, actual: JSON, walk: _Walk) -> Path | None:
    stack: list[Iterator[Part]] = [iter([((), expected, actual)])]
    while stack:
        part = next(stack[-1], None)
        if part is None:
            stack.pop()
            continue
        path, left, right = part
        if same(left, right):
            walk.trial.saw(None if isinstance(left, Absent) else left)
            continue
        if walk.ignore.covers(path):
            continue
        parts = _parts(path, left, right, walk)
        if parts is None:
            return path
        stack.append(parts)
    return None


def _parts(path: Path, left: JSON | Absent, right: JSON | Absent, walk: _Walk) -> Iterator[Part] | None:
    """Return what is left to compare of two values that are not the same, None when they differ for good."""
    if isinstance(left, dict) and isinstance(right, dict):
        return keyed(path, left, right)
    if isinstance(left, list) and isinstance(right, list):
        return _items(path, left, right, walk)
    if isinstance(left, str) and isinstance(right, str):
        return _texts(path, left, right, walk.trial)
    return None


def keyed(path: Path, left: dict[str, JSON], right: dict[str, JSON]) -> Iterator[Part]:
    """Yield the values of two objects key by key: in the order of `left`, then what only `right` has."""
    for key, value in left.items():
        yield (*path, key), value, right.get(key, ABSENT)
    for key, value in right.items():
        if key not in left:
            yield (*path, key), ABSENT, value


def _items(path: Path, left: list[JSON], right: list[JSON], walk: _Walk) -> Iterator[Part]:
    if len(path) == 1 and path[0] in walk.unordered:
        matches = paired_by_name(left, right)
        if matches is not None:
            if reordered(matches):
                walk.notes.append(f"{shown(path)} came in another order (their order is not compared)")
            return ((placed(path, match), item_at(left, match[0]), item_at(right, match[1])) for match in matches)
    return numbered(path, left, right)


def numbered(path: Path, left: list[JSON], right: list[JSON]) -> Iterator[Part]:
    """Yield the items of two lists index by index."""
    for index, (one, other) in enumerate(zip_longest(left, right, fillvalue=ABSENT)):
        yield (*path, index), one, other


def _texts(path: Path, left: str, right: str, trial: Trial) -> Iterator[Part] | None:
    if path and path[-1] in EXACT:
        return None
    if equal_texts(left, right, trial):
        return iter(())
    one, other = parsed(left), parsed(right)
    if one is None or other is None:
        return None
    return iter([(path, one, other)])
