"""Every place where two requests differ, in document order, lazily."""

from collections.abc import Iterable, Iterator
from functools import partial

from pytest_oao.diff.alignment import Aligner
from pytest_oao.diff.effort import Effort
from pytest_oao.diff.ignore import Ignore
from pytest_oao.diff.naming import by_name
from pytest_oao.diff.paths import Path
from pytest_oao.diff.renaming import Renaming, Trial
from pytest_oao.diff.walk import Difference, Part, Walk, numbered, paired
from pytest_oao.model.jsontypes import JSON

_EACH = 20
"""Steps that it takes to align a list, however short."""
_LONGEST = 20_000
"""Items of lists that are aligned; longer ones (token arrays, embeddings) are compared index by index."""


def differences(
    expected: JSON, actual: JSON, renaming: Renaming, ignore: Ignore, effort: Effort
) -> Iterator[Difference]:
    """Yield the differences, as many as `effort` allows: lists aligned, JSON in strings as JSON, ids up to renaming."""
    walk = Walk(Trial(renaming), ignore, partial(_items, Aligner(effort), effort, ignore), effort)
    return walk.differences(expected, actual)


def _items(
    aligner: Aligner, effort: Effort, ignore: Ignore, path: Path, left: list[JSON], right: list[JSON]
) -> Iterable[Part]:
    if max(len(left), len(right)) > _LONGEST or not effort.affords(_EACH + len(left) + len(right)):
        return numbered(left, right)
    matches = by_name(path, left, right)
    if matches is None:
        # What is left out must not keep equal items apart; items that are left out whole fall away at the end.
        matches = aligner.align(_without(ignore, path, left), _without(ignore, path, right))
    return paired(left, right, matches, aligner.moves(left, right, matches))


def _without(ignore: Ignore, path: Path, items: list[JSON]) -> list[JSON]:
    pruned = ignore.pruned(items, path) if ignore.patterns else items
    assert isinstance(pruned, list)
    return pruned
