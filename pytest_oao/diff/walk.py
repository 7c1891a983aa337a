"""The walk over two values that tells whether they are equal and, where not, what differs: so the two agree.

It is lazy, goes down only where two parts are not the same, and does not recurse, so that depth is no limit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat, zip_longest
from typing import Literal, TypeAlias

from pytest_oao.diff.effort import Effort
from pytest_oao.diff.ignore import Ignore
from pytest_oao.diff.naming import Matches
from pytest_oao.diff.paths import Path
from pytest_oao.diff.renaming import Trial
from pytest_oao.diff.sameness import ABSENT, Absent, same
from pytest_oao.diff.texts import equal_texts, parsed
from pytest_oao.model.jsontypes import JSON

_EXACT = frozenset({"model", "name", "role", "type"})
"""Keys whose strings are names, not ids, however random they look."""

_AT_THE_TOP = 1_000
"""Fields at the top that are told when no more can be looked into: no API has as many."""
_RUN = 256
"""Parts that are compared at once: most of what is long is the same, and to look at each part takes time."""

Part: TypeAlias = tuple[Path, JSON | Absent, JSON | Absent, int | None]
"""A place below two values, what each of them has there, and `Difference.place`."""

_NO_MOVES: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """One place: `expected` was recorded, `actual` came; ABSENT on the side that has nothing there."""

    path: Path
    expected: JSON | Absent
    actual: JSON | Absent
    place: int | None = None
    """Of an added item: the index in `expected` of the next item that has a partner. Of a moved one: its new index."""

    @property
    def kind(self) -> Literal["changed", "added", "removed", "moved"]:
        """What became of the value that stood there."""
        if isinstance(self.expected, Absent):
            return "added"
        if isinstance(self.actual, Absent):
            return "removed"
        return "changed" if self.place is None else "moved"


@dataclass(frozen=True, slots=True)
class Walk:
    """How two values are compared: JSON in strings as JSON, ids up to renaming, lists as `lists` pairs their items."""

    trial: Trial
    ignore: Ignore
    lists: Callable[[Path, list[JSON], list[JSON]], Iterable[Part]]
    effort: Effort | None = None
    """What it may cost; of what comes after that, only fields at the top are told, and as a whole."""

    def differences(self, expected: JSON, actual: JSON) -> Iterator[Difference]:
        """Yield the places that differ, in document order."""
        stack = [self._unlike((), [((), expected, actual, None)])]
        for _ in repeat(None) if self.effort is None else self.effort.unlike():
            if not stack:
                return
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
                continue
            inner = self._inside(found)
            if inner is None:
                yield found
            else:
                stack.append(self._unlike(found.path, inner))
        # Too much differs to look at all of it, but a field at the top (the model, the tools) must not go unseen.
        for rest in stack[1:2]:
            yield from islice(rest, _AT_THE_TOP)

    def _unlike(self, path: Path, parts: Iterable[Part]) -> Iterator[Difference]:
        """Yield the parts that are not the same on both sides and not ignored."""
        for below, left, right, place in parts:
            if place is None and same(left, right):
                self.trial.saw(None if isinstance(left, Absent) else left)
            elif not self.ignore.covers(whole := (*path, *below)):
                yield Difference(whole, left, right, place)

    def _inside(self, found: Difference) -> Iterable[Part] | None:
        """Return what is left to compare of two values that are not the same, None when they differ for good."""
        left, right = found.expected, found.actual
        if found.place is not None:
            return None
        if isinstance(left, dict) and isinstance(right, dict):
            return _keyed(left, right)
        if isinstance(left, list) and isinstance(right, list):
            return self.lists(found.path, left, right)
        if isinstance(left, str) and isinstance(right, str):
            return self._texts(found.path, left, right)
        return None

    def _texts(self, path: Path, left: str, right: str) -> Iterable[Part] | None:
        if path and path[-1] in _EXACT:
            return None
        if equal_texts(left, right, self.trial):
            return ()
        one = parsed(left)
        other = None if one is None else parsed(right)
        return None if other is None else [((), one, other, None)]


def numbered(left: list[JSON], right: list[JSON]) -> Iterator[Part]:
    """Yield the items of two lists index by index."""
    both = min(len(left), len(right))
    yield from _in_runs(range(both), left, right)
    for index, (one, other) in enumerate(zip_longest(left[both:], right[both:], fillvalue=ABSENT), both):
        yield (index,), one, other, None


def paired(left: list[JSON], right: list[JSON], matches: Matches, moves: Mapping[int, int] = _NO_MOVES) -> list[Part]:
    """Return the items of two lists as they were matched, numbered as in `left`, added ones as in `right`.

    `moves` tells of items without a partner in `left` where they are in `right`.
    """
    arrived = set(moves.values())
    parts: list[Part] = []
    following = len(left)
    for expected, actual in reversed(matches):
        if expected is None:
            if actual is not None and actual not in arrived:
                parts.append(((actual,), ABSENT, right[actual], following))
            continue
        place = moves.get(expected)
        partner = actual if place is None else place
        parts.append(((expected,), left[expected], ABSENT if partner is None else right[partner], place))
        following = following if actual is None else expected
    return parts[::-1]


def _keyed(left: dict[str, JSON], right: dict[str, JSON]) -> Iterator[Part]:
    """Yield the values of two objects key by key: in the order of `left`, then what only `right` has."""
    if len(left) == len(right) >= _RUN and (keys := list(left)) == list(right):
        yield from _in_runs(keys, list(left.values()), list(right.values()))
        return
    for key, value in left.items():
        yield (key,), value, right.get(key, ABSENT), None
    for key, value in right.items():
        if key not in left:
            yield (key,), ABSENT, value, None


def _in_runs(keys: Sequence[str | int], left: list[JSON], right: list[JSON]) -> Iterator[Part]:
    """Yield what stands at each of the keys, a run of what is the same as one part."""
    for start in range(0, len(keys), _RUN):
        run = keys[start : start + _RUN]
        ours, theirs = left[start : start + len(run)], right[start : start + len(run)]
        if len(run) == _RUN and same(ours, theirs):
            yield (), ours, ours, None
        else:
            yield from (((key,), one, other, None) for key, one, other in zip(run, ours, theirs, strict=True))
