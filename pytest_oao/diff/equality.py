"""Whether two requests are equal: key order is free, JSON in strings is compared as JSON, ids up to renaming."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from pytest_oao.diff.ignore import NOTHING, Ignore
from pytest_oao.diff.naming import by_name, reordered
from pytest_oao.diff.paths import Path, shown
from pytest_oao.diff.renaming import Pair, Renaming, Trial
from pytest_oao.diff.walk import Difference, Part, Walk, numbered, paired
from pytest_oao.model.jsontypes import JSON


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two requests are equal; where the first difference is, or which new ids stand for which."""

    equal: bool
    path: str = ""
    """The first place that differs, in document order; empty when equal."""
    first: Difference | None = field(default=None, compare=False)
    """What differs there; None where all that differs is which id stands for which."""
    notes: tuple[str, ...] = ()
    """What is different and does not count: tools in another order."""
    pairs: tuple[Pair, ...] = ()
    """What to `Renaming.commit` when this comparison is the one that holds; empty when not equal."""


def equal(expected: JSON, actual: JSON, renaming: Renaming, ignore: Ignore = NOTHING) -> Verdict:
    """Compare a recorded request with a live one; `renaming` stays as it is."""
    trial, notes = Trial(renaming), list[str]()
    walk = Walk(trial, ignore, partial(_items, notes))
    first = next(walk.differences(expected, actual), None)
    if first or trial.contradicted():
        return Verdict(equal=False, path=shown(first.path if first else ()), first=first, notes=tuple(notes))
    return Verdict(equal=True, notes=tuple(notes), pairs=trial.pairs)


def _items(notes: list[str], path: Path, left: list[JSON], right: list[JSON]) -> Iterable[Part]:
    matches = by_name(path, left, right)
    if matches is None:
        return numbered(left, right)
    if reordered(matches):
        notes.append(f"{shown(path)} came in another order (their order is not compared)")
    return paired(left, right, matches)
