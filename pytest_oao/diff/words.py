"""What changed in a text: its lines by alignment, a changed line by its words; bounded in size and time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from pytest_oao.diff.alignment import Aligner
from pytest_oao.diff.common_ends import common_prefix, common_suffix
from pytest_oao.diff.naming import Match
from pytest_oao.diff.patience import anchors
from pytest_oao.diff.windows import clipped, windowed

_MOST_LINES = 5_000
"""Changed lines of one side that are aligned; of more only the first difference is shown."""
_MOST_CHARACTERS = 2_000_000
"""The same, in characters of both sides."""
_NEAR = 2_000
"""Characters before and after the changes in which lines of context are looked for."""


@dataclass(frozen=True, slots=True)
class TextBudget:
    """How much of a text's diff is made."""

    lines: int = 24
    width: int = 84
    """Characters of a line."""
    context: int = 1
    """Lines that did not change, before and after each change."""


DEFAULT = TextBudget()


def word_diff(expected: str, actual: str, budget: TextBudget = DEFAULT) -> tuple[str, ...]:
    """Return the lines around what changed, each after `  `, `- ` or `+ `; empty for equal texts."""
    if expected == actual:
        return ()
    head, tail = _common_lines(expected, actual)
    one, other = expected[head : len(expected) - tail], actual[head : len(actual) - tail]
    if len(one) + len(other) > _MOST_CHARACTERS or max(one.count("\n"), other.count("\n")) > _MOST_LINES:
        return first_change(expected, actual, budget)
    before = expected[max(0, head - _NEAR) : head].split("\n")[:-1][-budget.context :]
    after = expected[len(expected) - tail + 1 :][:_NEAR].split("\n")[: budget.context] if tail else []
    line = expected.count("\n", 0, head) + 1
    place = [f"  (line {line:,})"] if line > 1 else []
    found = list(islice(_changed_lines(one.split("\n"), other.split("\n"), budget), budget.lines + 1))
    if len(found) > budget.lines:
        return (*place, *_context(before, budget), *found[: budget.lines], "  … and more lines changed")
    return (*place, *_context(before, budget), *found, *_context(after, budget))


def first_line(expected: str, actual: str) -> int:
    """Return the number of the first line that differs, from 1."""
    return expected.count("\n", 0, common_prefix(expected, actual)) + 1


def _common_lines(expected: str, actual: str) -> tuple[int, int]:
    """Return the lengths of what two texts begin and end with alike: whole lines, and from a line's end on."""
    head = expected.rfind("\n", 0, common_prefix(expected, actual)) + 1
    tail = common_suffix(expected, actual, min(len(expected), len(actual)) - head)
    end = expected.find("\n", len(expected) - tail) if tail else -1
    return head, len(expected) - end if end >= 0 else 0


def _changed_lines(left: list[str], right: list[str], budget: TextBudget) -> Iterator[str]:
    matches = Aligner().filled(anchors(left, right), left, right)
    for unchanged, run in groupby(matches, key=lambda match: _is_same(match, left, right)):
        if unchanged:
            yield from _context([left[e] for e, _ in run if e is not None], budget)
        else:
            yield from _changes(run, left, right, budget)


def _is_same(match: Match, left: list[str], right: list[str]) -> bool:
    expected, actual = match
    return expected is not None and actual is not None and left[expected] == right[actual]


def _context(lines: list[str], budget: TextBudget) -> list[str]:
    """Return lines that did not change, the middle of many left out."""
    around = budget.context
    if len(lines) > 2 * around + 1:
        cut = [f"… ({len(lines) - 2 * around:,} lines that did not change)"]
        lines = lines[:around] + cut + lines[len(lines) - around :]
    return [f"  {clipped(line, budget.width)}" for line in lines]


def _changes(run: Iterator[Match], left: list[str], right: list[str], budget: TextBudget) -> Iterator[str]:
    for expected, actual in run:
        if expected is not None and actual is not None:
            one, other = windowed(left[expected], right[actual], budget.width)
            yield f"- {one}"
            yield f"+ {other}"
        elif expected is not None:
            yield f"- {clipped(left[expected], budget.width)}"
        elif actual is not None:
            yield f"+ {clipped(right[actual], budget.width)}"


def first_change(expected: str, actual: str, budget: TextBudget) -> tuple[str, ...]:
    """Return the first difference of two different texts only: what takes no time, whatever they are."""
    place = common_prefix(expected, actual)
    start = expected.rfind("\n", 0, place) + 1
    low = max(start, place - budget.width // 3)
    cut = "… " if low > start else ""
    one, other = (text[low : low + budget.width].split("\n")[0] for text in (expected, actual))
    line = expected.count("\n", 0, start) + 1
    return (
        f"  (first change only, in line {line:,}: {len(expected):,} characters became {len(actual):,})",
        f"- {cut}{one}",
        f"+ {cut}{other}",
    )
