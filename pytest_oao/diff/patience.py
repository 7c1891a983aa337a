"""Which items of two sequences are the same ones, in order: patience, in n log n time however the sequences look."""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import TypeAlias

Gap: TypeAlias = tuple[int, int, int, int]
"""`left[a:b]` against `right[c:d]`, as (a, b, c, d)."""
Anchors: TypeAlias = list[tuple[int, int]]
"""Pairs of indices, both ascending."""

_ROUNDS = 8
"""How often a gap is looked into again: what is unique in a part need not be in the whole."""


def anchors(left: Sequence[Hashable], right: Sequence[Hashable]) -> Anchors:
    """Pair the equal items that are certain: common ends, and what occurs once on both sides of a gap.

    A key of None pairs with nothing.
    """
    found: Anchors = []
    gaps: list[Gap] = [(0, len(left), 0, len(right))]
    for _ in range(_ROUNDS):
        # A gap without a new anchor is done; the others fall apart into smaller ones.
        gaps = [part for gap in gaps for part in _narrowed(left, right, gap, found)]
    return sorted((i, j) for i, j in found if left[i] is not None)


def refined(pairs: Anchors, left: Sequence[Hashable], right: Sequence[Hashable]) -> Anchors:
    """Add to anchors the pairs that further keys give in the gaps between them; a key of None pairs with nothing."""
    more = [
        (a + i, c + j)
        for a, b, c, d in gaps_between(pairs, len(left), len(right))
        if set(left[a:b]).intersection(right[c:d]) - {None}
        for i, j in anchors(left[a:b], right[c:d])
    ]
    return sorted(pairs + more) if more else pairs


def gaps_between(pairs: Anchors, left: int, right: int) -> list[Gap]:
    """Return what lies between anchors, for sequences of `left` and `right` items; empty gaps left out."""
    gaps, a, c = [], 0, 0
    for b, d in (*pairs, (left, right)):
        if a < b or c < d:
            gaps.append((a, b, c, d))
        a, c = b + 1, d + 1
    return gaps


def _narrowed(left: Sequence[Hashable], right: Sequence[Hashable], gap: Gap, found: Anchors) -> list[Gap]:
    a, b, c, d = gap
    while a < b and c < d and left[a] == right[c]:
        found.append((a, c))
        a, c = a + 1, c + 1
    while a < b and c < d and left[b - 1] == right[d - 1]:
        b, d = b - 1, d - 1
        found.append((b, d))
    if a == b or c == d:
        return []
    chain = _chain(left[a:b], right[c:d])
    return [(a + e, a + f, c + g, c + h) for e, f, g, h in _around(chain, b - a, d - c)] if chain else []


def _around(chain: Anchors, left: int, right: int) -> list[Gap]:
    """Cut a gap before each anchor of a chain, so that the anchor begins its part and its neighbours are seen."""
    starts = [(0, 0), *chain, (left, right)]
    return [(a, b, c, d) for (a, c), (b, d) in pairwise(starts) if a < b and c < d]


def _chain(left: Sequence[Hashable], right: Sequence[Hashable]) -> Anchors:
    """Return the longest ascending chain of the items that occur once on each side."""
    places = unique(right)
    return _ascending([(index, places[item]) for item, index in unique(left).items() if item in places])


def unique(items: Sequence[Hashable]) -> dict[Hashable, int]:
    """Return where the items are that occur once, None apart, in order."""
    places: dict[Hashable, int] = {}
    for place, item in enumerate(items):
        places[item] = -1 if item in places else place
    places.pop(None, None)
    return {item: place for item, place in places.items() if place >= 0}


def _ascending(pairs: Anchors) -> Anchors:
    """Return the longest part of `pairs` (ascending by the first) that ascends by the second too: patience sorting."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [place]
        piles[pile : pile + 1] = [number]
    chain, number = [], piles[-1] if piles else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]
