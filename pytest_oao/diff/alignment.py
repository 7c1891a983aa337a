"""Which item of one list stands for which of another: equal ones first, then similar ones between them."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial

from pytest_oao.diff.fingerprints import beginning, ending, fingerprint, identity, label, sketch
from pytest_oao.diff.naming import Match, Matches
from pytest_oao.diff.patience import Anchors, Gap, anchors, gaps_between
from pytest_oao.model.jsontypes import JSON

_TABLE = 144
"""Cells of the table in which a gap's most similar pairs are looked for; larger gaps are paired in order."""
_ALIKE = 0.5
"""Words in common (of all words) from which two items of different sorts are the same one, changed."""

_KEYS: tuple[Callable[[JSON], Hashable], ...] = (fingerprint, identity, ending, beginning)
"""What items are paired by, the surest first; each later key only fills the gaps of the earlier ones."""


def align(expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches:
    """Pair the items of two lists, in document order; an item without a partner is paired with None."""
    pairs: Anchors = []
    for key in _KEYS:
        pairs = refined(pairs, list(map(key, expected)), list(map(key, actual)))
        if len(pairs) == min(len(expected), len(actual)):
            break
    return list(filled(pairs, expected, actual))


def refined(pairs: Anchors, left: Sequence[Hashable], right: Sequence[Hashable]) -> Anchors:
    """Add to anchors the pairs that further keys give in the gaps between them."""
    more = [
        (a + i, c + j)
        for a, b, c, d in gaps_between(pairs, len(left), len(right))
        if a < b and c < d
        for i, j in anchors(left[a:b], right[c:d])
    ]
    return sorted(pairs + more)


def filled(pairs: Anchors, expected: Sequence[JSON], actual: Sequence[JSON]) -> Iterator[Match]:
    """Yield anchors and, in the gaps between them, pairs of similar items and items without a partner, in order."""
    a = c = 0
    for b, d in (*pairs, (len(expected), len(actual))):
        yield from _similar((a, b, c, d), expected, actual)
        if b < len(expected) and d < len(actual):
            yield b, d
        a, c = b + 1, d + 1


def _similar(gap: Gap, expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches:
    a, b, c, d = gap
    rows, columns = b - a, d - c
    if not rows or not columns or rows * columns > _TABLE:
        return _in_order(gap)
    likeness = partial(_likeness, {}, expected, actual)
    return _best_chain(gap, likeness)


def _in_order(gap: Gap) -> Matches:
    a, b, c, d = gap
    both = min(b - a, d - c)
    paired: Matches = [(a + n, c + n) for n in range(both)]
    return paired + [(i, None) for i in range(a + both, b)] + [(None, j) for j in range(c + both, d)]


def _best_chain(gap: Gap, likeness: Callable[[int, int], float]) -> Matches:
    """Pair a gap's items so that the likenesses sum up to the most, in order."""
    a, b, c, d = gap
    score = [[0.0] * (d - c + 1) for _ in range(b - a + 1)]
    like = {(i, j): likeness(i, j) for i in range(a, b) for j in range(c, d)}
    for i in range(b - 1, a - 1, -1):
        for j in range(d - 1, c - 1, -1):
            row, column = i - a, j - c
            taken = score[row + 1][column + 1] + like[i, j]
            score[row][column] = max(taken, score[row + 1][column], score[row][column + 1])
    return _traced(gap, score, like)


def _traced(gap: Gap, score: list[list[float]], like: dict[tuple[int, int], float]) -> Matches:
    a, b, c, d = gap
    matches: Matches = []
    i, j = a, c
    while i < b and j < d:
        best = score[i - a][j - c]
        if like[i, j] and best == score[i - a + 1][j - c + 1] + like[i, j]:
            matches.append((i, j))
            i, j = i + 1, j + 1
        elif best == score[i - a + 1][j - c]:
            matches.append((i, None))
            i += 1
        else:
            matches.append((None, j))
            j += 1
    return matches + [(n, None) for n in range(i, b)] + [(None, n) for n in range(j, d)]


def _likeness(
    sketches: dict[int, frozenset[str]], expected: Sequence[JSON], actual: Sequence[JSON], i: int, j: int
) -> float:
    """Return how alike two items are: 0 for two that are not one item changed."""
    one, other = expected[i], actual[j]
    words, others = (_sketched(sketches, item) for item in (one, other))
    shared = len(words & others) / max(1, len(words | others))
    if label(one) == label(other):
        return 1 + 2 * shared
    return 2 * shared if shared >= _ALIKE else 0.0


def _sketched(sketches: dict[int, frozenset[str]], item: JSON) -> frozenset[str]:
    if id(item) not in sketches:
        sketches[id(item)] = sketch(item)
    return sketches[id(item)]
