"""What the tests of a run spent, and what their replay saved: a row for each test that called models, and the sum."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from pytest_oao.model.ledgers import Line
from pytest_oao.report.layout import counted
from pytest_oao.report.spending_facts import amount, cost, whole_cost
from pytest_oao.report.table import table

_MOST = 20
"""Tests that are shown without `-v`."""
_OTHERS = 40
"""Columns of the numbers."""
_HEAD = ("", "steps", "tokens", "cost", "saved")


@dataclass(frozen=True, slots=True)
class Spending:
    """What a test, or many, came to: what `spending_record` tells."""

    steps: int = 0
    models: int = 0
    """Model calls."""
    tokens: int = 0
    untold: int = 0
    """Model calls whose tokens are not known."""
    live: int = 0
    """Model calls that were made for real."""
    cost: str = "0"
    """US dollars, of calls that were made for real."""
    unpriced: int = 0
    """How many of those have a cost that is not known."""
    saved: str = "0"
    """US dollars, of calls that the record answered."""
    unsaved: int = 0
    """How many of those have a cost that is not known."""

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(*(_sum(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)))

    @property
    def replayed(self) -> int:
        """Model calls that the record answered."""
        return self.models - self.live

    @property
    def told_cost(self) -> Line:
        """What was spent, as reports tell a cost."""
        return Line("", "", cost=Decimal(self.cost), unpriced=self.unpriced)

    @property
    def told_saved(self) -> Line:
        """What was saved, in the same way."""
        return Line("", "", cost=Decimal(self.saved), unpriced=self.unsaved)

    @property
    def told_tokens(self) -> str:
        """The tokens, as far as they are known."""
        return amount(self.tokens or None, self.untold) or "0"


def spending_lines(records: Iterable[tuple[str, str, Mapping[str, Any]]], verbosity: int, width: int) -> Iterator[str]:
    """Yield the table, the dearest test first, or its sum alone with `-q`; nothing where no model was called.

    A record is a test's id, the name that it is shown by, and what it spent; a test that was run more than once has
    spent each time.
    """
    tests: dict[str, Spending] = {}
    names: dict[str, str] = {}
    for test, name, record in records:
        tests[test] = tests.get(test, Spending()) + Spending(**record)
        names[test] = name
    total = sum(tests.values(), Spending())
    if not total.models:
        return
    if verbosity < 0:
        yield _sentence(total)
        return
    rows = sorted(((one, names[test]) for test, one in tests.items() if one.models), key=_dearest_first)
    shown = rows if verbosity else rows[:_MOST]
    room = max(width - _OTHERS, _OTHERS)
    lines = table(_HEAD, [*(_row(_end(name, room), one) for one, name in shown), _row("total", total)], width)
    yield from lines[:-1]
    if len(rows) > len(shown):
        yield f"… and {counted(len(rows) - len(shown), 'more test')} (-v shows all)"
    yield lines[-1]


def _end(name: str, room: int) -> str:
    """Return a test's name, its end where it is too long: that tells tests apart."""
    return name if len(name) <= room else f"…{name[1 - room :]}"


def _sentence(total: Spending) -> str:
    spent = f"spent {whole_cost(total.told_cost)}" if total.live else ""
    saved = f"saved {whole_cost(total.told_saved)}" if total.replayed else ""
    return ", ".join(filter(None, (counted(total.steps, "step"), f"{total.told_tokens} tokens", spent, saved)))


def _row(name: str, one: Spending) -> tuple[str, ...]:
    saved = cost(one.told_saved) if one.replayed else ""
    return name, f"{one.steps:,}", one.told_tokens, cost(one.told_cost), saved


def _dearest_first(row: tuple[Spending, str]) -> tuple[Decimal, int, int, str]:
    one, name = row
    return -Decimal(one.cost) - Decimal(one.saved), -one.tokens, -one.steps, name


def _sum(one: Any, other: Any) -> Any:  # noqa: ANN401 - a number, or dollars as text
    return str(Decimal(one) + Decimal(other)) if isinstance(one, str) else one + other
