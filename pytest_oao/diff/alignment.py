"""Which item of one list stands for which of another: equal ones first, then similar ones between them."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise

from pytest_oao.diff.fingerprints import Fingerprints, beginning, called, ending, label
from pytest_oao.diff.likeness import most_alike
from pytest_oao.diff.naming import Match, Matches
from pytest_oao.diff.patience import Anchors, Gap, gaps_between, refined
from pytest_oao.diff.sameness import same
from pytest_oao.model.jsontypes import JSON

_TABLE = 144
"""Cells of the table in which a gap's most similar pairs are looked for; larger gaps are paired in order."""
_CELLS = 1_000
"""Cells of all tables of an aligner: more than a report shows the changes of; later gaps are paired in order."""


class Aligner:
    """Pairs the items of lists; one for all lists of a comparison, so that it knows what it has cost so far."""

    __slots__ = ("_cells", "_fingerprints")

    def __init__(self, cells: int = _CELLS) -> None:
        self._cells = cells
        self._fingerprints = Fingerprints()

    def align(self, expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches:
        """Pair the items of two lists, in document order; an item without a partner is paired with None."""
        if self._fingerprints.alike(expected, actual):
            return [(n, n) for n in range(len(expected))]
        labels, others = list(map(label, expected)), list(map(label, actual))
        both = min(len(expected), len(actual))
        pairs = _unmistakable([], labels, others)
        if len(pairs) < both:
            pairs = _same_ends(expected, actual)
        # The surest keys first; each later one only fills the gaps of the earlier ones.
        for rough, fine in (
            (self._fingerprints.gist, self._fingerprints.of),
            (called, label),
            (ending, label),
            (beginning, label),
        ):
            if len(pairs) == both:
                break
            pairs = _unmistakable(refined(pairs, expected, actual, rough, fine), labels, others)
        return list(self.filled(pairs, expected, actual))

    def filled(self, pairs: Anchors, expected: Sequence[JSON], actual: Sequence[JSON]) -> Iterator[Match]:
        """Yield anchors and, in the gaps between them, pairs of similar items and items without a partner, in order."""
        a = c = 0
        for b, d in (*pairs, (len(expected), len(actual))):
            yield from self._similar((a, b, c, d), expected, actual)
            if b < len(expected) and d < len(actual):
                yield b, d
            a, c = b + 1, d + 1

    def _similar(self, gap: Gap, expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches:
        a, b, c, d = gap
        cells = (b - a) * (d - c)
        if not cells or cells > min(_TABLE, self._cells):
            return _in_order(gap)
        self._cells -= cells
        found = most_alike(expected[a:b], actual[c:d])
        return [(None if i is None else a + i, None if j is None else c + j) for i, j in found]

    def moves(self, expected: Sequence[JSON], actual: Sequence[JSON], matches: Matches) -> dict[int, int]:
        """Return where the items that were removed here and added there, the same, stand now."""
        removed = [i for i, j in matches if i is not None and j is None]
        added = [j for i, j in matches if i is None and j is not None]
        if not removed or not added:
            return {}
        places = {self._fingerprints.of(actual[j]): j for j in added}
        moves = {}
        for i in removed:
            key = self._fingerprints.of(expected[i])
            if key in places and same(expected[i], actual[places[key]]):
                moves[i] = places.pop(key)
        return moves


def _same_ends(expected: Sequence[JSON], actual: Sequence[JSON]) -> Anchors:
    """Pair what two lists begin and end with alike: the usual case, which needs no keys."""
    rows, columns = len(expected), len(actual)
    both = min(rows, columns)
    head = next((n for n in range(both) if not same(expected[n], actual[n])), both)
    most = both - head
    tail = next((n for n in range(most) if not same(expected[rows - 1 - n], actual[columns - 1 - n])), most)
    return [(n, n) for n in range(head)] + [(rows - n, columns - n) for n in range(tail, 0, -1)]


def _unmistakable(pairs: Anchors, labels: Sequence[Hashable], others: Sequence[Hashable]) -> Anchors:
    """Pair what stands in gaps that hold one item of each sort, in the same order: most gaps hold a single one."""
    more = [
        (a + i, c + j)
        for a, b, c, d in gaps_between(pairs, len(labels), len(others))
        if a < b and c < d
        for i, j in _one_of_each(labels[a:b], others[c:d])
    ]
    return sorted(pairs + more) if more else pairs


def _one_of_each(labels: Sequence[Hashable], others: Sequence[Hashable]) -> Anchors:
    places, partners = ({name: place for place, name in enumerate(names)} for names in (labels, others))
    if len(places) < len(labels) or len(partners) < len(others):
        return []
    found = [(i, partners[name]) for name, i in places.items() if name in partners]
    return found if all(j < k for (_, j), (_, k) in pairwise(found)) else []


def _in_order(gap: Gap) -> Matches:
    a, b, c, d = gap
    both = min(b - a, d - c)
    paired: Matches = [(a + n, c + n) for n in range(both)]
    return paired + [(i, None) for i in range(a + both, b)] + [(None, j) for j in range(c + both, d)]
