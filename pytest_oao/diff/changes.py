"""What differs between two requests, as data for a report: within a budget, the first difference first.

The walk is our own: DeepDiff, even on aligned pairs, shows renamed ids and JSON in strings as changes, and its import
alone costs six times what explaining 100 KB may.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytest_oao.diff.causes import likely_cause
from pytest_oao.diff.clipping import clip
from pytest_oao.diff.differences import differences
from pytest_oao.diff.effort import Effort
from pytest_oao.diff.equality import equal
from pytest_oao.diff.ignore import NOTHING, Ignore
from pytest_oao.diff.paths import shown, value_at
from pytest_oao.diff.renaming import Renaming
from pytest_oao.diff.sameness import Absent
from pytest_oao.diff.walk import Difference
from pytest_oao.diff.words import DEFAULT, TextBudget, first_change, word_diff
from pytest_oao.model.divergences import Change, Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON

_SHORT = 40
"""Characters up to which two words are shown as values, without a diff of texts."""
_RENAMED = 200_000
"""Characters of a text in which ids are renamed before it is shown."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of an explanation is made."""

    changes: int = 20
    characters: int = 4_000
    """Of each side of a change."""
    texts: int = 8
    """Changes whose text is compared line by line and word by word; of others the first difference is shown."""
    text: TextBudget = DEFAULT


USUAL = Budget()


def explain(
    expected: JSON,
    actual: JSON,
    *,
    ignore: Ignore = NOTHING,
    renaming: Renaming | None = None,
    budget: Budget = USUAL,
    before: Sequence[Exchange] = (),
) -> Explanation:
    """Explain how a live request differs from the recorded one; no changes when they are equal.

    `before` are the exchanges just before the call, oldest first: a cause may lie in one of them.
    """
    renaming = renaming or Renaming()
    verdict = equal(expected, actual, renaming, ignore)
    if verdict.equal:
        return Explanation()
    effort = Effort()
    found = list(differences(expected, actual, renaming, ignore, effort))
    if not found and effort.stopped and verdict.first:
        # All that could be looked into differs in ids only, and what differs comes after it.
        found = [verdict.first]
    if not found:
        change = Change(verdict.path, "changed", clip(expected, budget.characters), clip(actual, budget.characters))
        return Explanation((change,), 0, "an id that stands for another one in one place stands for itself in another")
    changes = tuple(
        replace(_change(one, renaming, budget, thorough=n < budget.texts), amid=_is_amid(one, found, expected))
        for n, one in enumerate(found[: budget.changes])
    )
    cause = likely_cause(found, expected, actual, before)
    return Explanation(changes, len(found) - len(changes), cause, cut=effort.stopped)


def _change(one: Difference, renaming: Renaming, budget: Budget, *, thorough: bool) -> Change:
    expected, actual = one.expected, one.actual
    text: tuple[str, ...] = ()
    if one.kind == "moved":
        text = (f"  moved to {shown((*one.path[:-1], one.place or 0))}",)
    elif isinstance(expected, str) and isinstance(actual, str) and not _short(expected, actual):
        compare = word_diff if thorough else first_change
        text = compare(_renamed(expected, renaming), actual, budget.text)
    return Change(shown(one.path), one.kind, _clipped(expected, budget), _clipped(actual, budget), text)


def _is_amid(one: Difference, found: Sequence[Difference], expected: JSON) -> bool:
    """Whether an added item's number is that of a recorded one that is still there."""
    if one.kind != "added" or not one.path or not isinstance(one.path[-1], int):
        return False
    left_out = any(other.path == one.path and other.kind == "removed" for other in found)
    return value_at(expected, one.path) is not None and not left_out


def _renamed(text: str, renaming: Renaming) -> str:
    """Return the recorded text with the live run's ids, so that ids which are equal up to renaming do not show."""
    return renaming.rename(text) if len(text) <= _RENAMED else text


def _short(expected: str, actual: str) -> bool:
    return max(len(expected), len(actual)) <= _SHORT and not any(map(str.isspace, expected + actual))


def _clipped(value: JSON | Absent, budget: Budget) -> JSON:
    return None if isinstance(value, Absent) else clip(value, budget.characters)
