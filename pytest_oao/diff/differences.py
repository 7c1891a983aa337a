"""Every place where two requests differ, in document order, lazily."""

from collections.abc import Iterable, Iterator
from functools import partial

from pytest_oao.diff.alignment import align
from pytest_oao.diff.fingerprints import fingerprint
from pytest_oao.diff.ignore import Ignore
from pytest_oao.diff.naming import Matches, by_name
from pytest_oao.diff.paths import Path
from pytest_oao.diff.renaming import Renaming, Trial
from pytest_oao.diff.sameness import same
from pytest_oao.diff.walk import Difference, Part, Walk, numbered, paired
from pytest_oao.model.jsontypes import JSON

_MOST_STEPS = 30_000
"""Parts that are looked at; what differs beyond is not counted."""
_LONGEST = 20_000
"""Items of lists that are aligned; longer ones (token arrays, embeddings) are compared index by index."""


def differences(expected: JSON, actual: JSON, renaming: Renaming, ignore: Ignore) -> Iterator[Difference]:
    """Yield the differences: lists aligned, JSON in strings taken as JSON, ids up to renaming."""
    walk = Walk(Trial(renaming), ignore, partial(_items, ignore), _MOST_STEPS)
    return walk.differences(expected, actual)


def _items(ignore: Ignore, path: Path, left: list[JSON], right: list[JSON]) -> Iterable[Part]:
    if max(len(left), len(right)) > _LONGEST:
        return numbered(left, right)
    matches = by_name(path, left, right)
    if matches is None:
        matches = _aligned(ignore, path, left, right)
    return paired(left, right, matches, _moves(left, right, matches))


def _aligned(ignore: Ignore, path: Path, left: list[JSON], right: list[JSON]) -> Matches:
    if not ignore.patterns:
        return align(left, right)
    # What is left out must not keep equal items apart; items that are left out whole fall away at the end.
    one, other = ignore.pruned(left, path), ignore.pruned(right, path)
    return align(one, other) if isinstance(one, list) and isinstance(other, list) else []


def _moves(left: list[JSON], right: list[JSON], matches: Matches) -> dict[int, int]:
    """Return where the items that were removed here and added there, the same, stand now."""
    removed = [expected for expected, actual in matches if expected is not None and actual is None]
    added = [actual for expected, actual in matches if expected is None and actual is not None]
    if not removed or not added:
        return {}
    places = {fingerprint(right[index]): index for index in added}
    moves = {}
    for index in removed:
        key = fingerprint(left[index])
        if key in places and same(left[index], right[places[key]]):
            moves[index] = places.pop(key)
    return moves
