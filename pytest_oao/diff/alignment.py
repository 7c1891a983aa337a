"""Which item of one list stands for which of another: equal ones first, then similar ones between them."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise

from pytest_oao.diff.effort import Effort
from pytest_oao.diff.fingerprints import Fingerprints, beginning, called, ending, label
from pytest_oao.diff.likeness import most_alike
from pytest_oao.diff.naming import Match, Matches
from pytest_oao.diff.patience import Anchors, gaps_between, refined, unique
from pytest_oao.diff.sameness import same, strings
from pytest_oao.model.jsontypes import JSON

_TABLE = 144
"""Cells of the table in which a gap's most similar pairs are looked for; larger gaps are paired in order."""
_CELLS = 500
"""Cells of all tables of an aligner: these gaps fill a report with changes; later ones are paired in order."""
_KEYED = 4
"""Steps that it takes to find which item of a list is equal to which, or at least alike."""
_SHORT = 20
"""Items more that a short list costs as much as."""

_TELLING = 40
"""Characters of an item, names of fields too, from which on it does not occur twice by chance."""


class Aligner:
    """Pairs the items of lists; one for all lists of a comparison, so that it knows what it has cost so far."""

    __slots__ = ("_cells", "_effort", "_fingerprints")

    def __init__(self, effort: Effort | None = None) -> None:
        self._cells = _CELLS
        self._effort = effort or Effort()
        self._fingerprints = Fingerprints(self._effort)

    def align(self, expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches:
        """Pair the items of two lists, in document order; an item without a partner is paired with None."""
        labels = _labels(expected, actual)
        if _one_by_one(*labels) or self._fingerprints.alike(expected, actual):
            return [(n, n) for n in range(len(expected))]
        both = range(len(expected)), range(len(actual))
        pairs = _one_of_each(*labels)
        if len(pairs) < min(map(len, both)):
            pairs = _unmistakable(_same_ends(expected, actual), *labels)
        if len(pairs) < min(map(len, both)):
            pairs = self._equal_and_alike(pairs, expected, actual)
        return list(_with_singles(pairs, *both))

    def _equal_and_alike(self, pairs: Anchors, expected: Sequence[JSON], actual: Sequence[JSON]) -> Anchors:
        """Add the pairs of equal items, then those of similar ones; pair in order where that would cost too much."""
        if not self._effort.affords(_KEYED * (_SHORT + len(expected) + len(actual))):
            return _in_order(pairs, len(expected), len(actual))
        self._fingerprints.short = False
        keys = _keys(pairs, expected, actual, self._fingerprints.gist, self._fingerprints.of)
        if self._fingerprints.short:
            return _in_order(pairs, len(expected), len(actual))
        pairs = refined(pairs, *keys)
        moved = [(i, j) for i, j in _crossing(pairs, *keys) if _tells_enough(expected[i])]
        return self._completed(pairs, moved, expected, actual)

    def _completed(self, pairs: Anchors, moved: Anchors, expected: Sequence[JSON], actual: Sequence[JSON]) -> Anchors:
        """Add the pairs of items that are not equal; those that moved get no other partner."""
        gone, come = {i for i, _ in moved}, {j for _, j in moved}
        rows = [i for i in range(len(expected)) if i not in gone]
        columns = [j for j in range(len(actual)) if j not in come]
        places, others = ({index: n for n, index in enumerate(indices)} for indices in (rows, columns))
        pairs = [(places[i], others[j]) for i, j in pairs]
        pairs = self._alike(pairs, [expected[i] for i in rows], [actual[j] for j in columns])
        return [(rows[i], columns[j]) for i, j in pairs]

    def _alike(self, pairs: Anchors, expected: Sequence[JSON], actual: Sequence[JSON]) -> Anchors:
        """Add the pairs of items that have something in common, the name first, or at least the place."""
        labels = _labels(expected, actual)
        pairs = _unmistakable(pairs, *labels)
        # The surest keys come first; each later one only fills the gaps of the earlier ones.
        for rough in (called, ending, beginning):
            if len(pairs) < min(len(expected), len(actual)):
                keys = _keys(pairs, expected, actual, rough, label)
                pairs = _unmistakable(refined(pairs, *keys), *labels)
        return [(i, j) for i, j in self.filled(pairs, expected, actual) if i is not None and j is not None]

    def filled(self, pairs: Anchors, expected: Sequence[JSON], actual: Sequence[JSON]) -> Iterator[Match]:
        """Yield anchors and, in the gaps between them, pairs of similar items and items without a partner, in order."""
        a = c = 0
        for b, d in (*pairs, (len(expected), len(actual))):
            rows, columns = range(a, b), range(c, d)
            if self._affords(len(rows) * len(columns)):
                found = [(a + i, c + j) for i, j in most_alike(expected[a:b], actual[c:d])]
            else:
                found = list(zip(rows, columns, strict=False))
            yield from _with_singles(found, rows, columns)
            if b < len(expected) and d < len(actual):
                yield b, d
            a, c = b + 1, d + 1

    def _affords(self, cells: int) -> bool:
        """Whether a table of so many cells may be made, which is then on the bill."""
        affordable = 0 < cells <= min(_TABLE, self._cells)
        self._cells -= cells if affordable else 0
        return affordable

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


def _in_order(pairs: Anchors, rows: int, columns: int) -> Anchors:
    """Pair what stands in the gaps between anchors, one by one."""
    gaps = gaps_between(pairs, rows, columns)
    return sorted([*pairs, *(pair for a, b, c, d in gaps for pair in zip(range(a, b), range(c, d), strict=False))])


def _one_by_one(labels: Sequence[Hashable], others: Sequence[Hashable]) -> bool:
    """Whether two lists hold the same sorts of items, one of each: most lists of parts and of tool calls do."""
    return labels == others and len(set(labels)) == len(labels)


def _one_of_each(labels: Sequence[Hashable], others: Sequence[Hashable]) -> Anchors:
    places, partners = ({name: place for place, name in enumerate(names)} for names in (labels, others))
    if len(places) < len(labels) or len(partners) < len(others):
        return []
    found = [(i, partners[name]) for name, i in places.items() if name in partners]
    return found if all(j < k for (_, j), (_, k) in pairwise(found)) else []


def _keys(
    pairs: Anchors,
    expected: Sequence[JSON],
    actual: Sequence[JSON],
    rough: Callable[[JSON], Hashable],
    fine: Callable[[JSON], Hashable],
) -> tuple[list[Hashable], list[Hashable]]:
    """Return the keys of the items that have no partner yet: the fine one is only made where both sides have the rough.

    All other items, and those with a rough key of None, have the key None, which pairs with nothing.
    """
    known, partners = {i for i, _ in pairs}, {j for _, j in pairs}
    ours = [None if i in known else rough(item) for i, item in enumerate(expected)]
    theirs = [None if j in partners else rough(item) for j, item in enumerate(actual)]
    both = set(ours).intersection(theirs) - {None}
    return (
        [(key, fine(item)) if key in both else None for key, item in zip(ours, expected, strict=True)],
        [(key, fine(item)) if key in both else None for key, item in zip(theirs, actual, strict=True)],
    )


def _crossing(pairs: Anchors, ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Anchors:
    """Return the pairs of equal items, one on each side, that anchors leave over: they stand in another order."""
    known, partners = {i for i, _ in pairs}, {j for _, j in pairs}
    places = unique([None if i in known else key for i, key in enumerate(ours)])
    others = unique([None if j in partners else key for j, key in enumerate(theirs)])
    return [(i, others[key]) for key, i in places.items() if key in others]


def _tells_enough(item: JSON) -> bool:
    """Whether an item is known by what it says: a `yes` here may well be another one than that there."""
    return sum(map(len, strings(item))) >= _TELLING


def _labels(expected: Sequence[JSON], actual: Sequence[JSON]) -> tuple[list[Hashable], list[Hashable]]:
    return list(map(label, expected)), list(map(label, actual))


def _with_singles(pairs: Anchors, rows: range, columns: range) -> Iterator[Match]:
    """Yield pairs and, in their places, what they leave over of the rows and columns."""
    i, j = rows.start, columns.start
    for row, column in (*pairs, (rows.stop, columns.stop)):
        yield from ((n, None) for n in range(i, row))
        yield from ((None, n) for n in range(j, column))
        if row < rows.stop and column < columns.stop:
            yield row, column
        i, j = row + 1, column + 1
