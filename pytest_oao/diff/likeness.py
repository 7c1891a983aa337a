"""Which items are each other, changed, where none are equal: the pairs, in order, with the most words in common."""

from collections.abc import Hashable, Sequence
from typing import TypeAlias

from pytest_oao.diff.fingerprints import label, sketch
from pytest_oao.diff.patience import Anchors
from pytest_oao.model.jsontypes import JSON

_ALIKE = 0.5
"""Words in common (of all words) from which two items of different sorts are the same one, changed."""

_Table: TypeAlias = list[list[float]]
_Look: TypeAlias = tuple[Hashable, frozenset[str]]
"""What is compared of an item: its label, its sketch."""


def most_alike(expected: Sequence[JSON], actual: Sequence[JSON]) -> Anchors:
    """Pair items so that their likenesses sum up to the most; takes time and room by the product of the lengths."""
    like = _likenesses(expected, actual)
    rows, columns = len(expected), len(actual)
    score = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        here, below, likes = score[row], score[row + 1], like[row]
        best = 0.0
        for column in range(columns - 1, -1, -1):
            best = here[column] = max(best, below[column], below[column + 1] + likes[column])
    return _traced(score, like)


def _traced(score: _Table, like: _Table) -> Anchors:
    rows, columns = len(score) - 1, len(score[0]) - 1
    pairs: Anchors = []
    i = j = 0
    while i < rows and j < columns:
        best = score[i][j]
        if like[i][j] and best == score[i + 1][j + 1] + like[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best == score[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likenesses(expected: Sequence[JSON], actual: Sequence[JSON]) -> _Table:
    ours, theirs = ([(label(item), sketch(item)) for item in items] for items in (expected, actual))
    return [[_likeness(one, other) for other in theirs] for one in ours]


def _likeness(one: _Look, other: _Look) -> float:
    """Return how alike two items are: 0 for two that are not one item changed."""
    words, others = one[1], other[1]
    common = len(words & others)
    shared = common / max(1, len(words) + len(others) - common)
    if one[0] == other[0]:
        return 1 + 2 * shared
    return 2 * shared if shared >= _ALIKE else 0.0
