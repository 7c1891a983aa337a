"""A ledger as a table: a row for each kind and name of call, and their sum."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import Ledger, Line, tokens_of
from pytest_oao.report.layout import counted
from pytest_oao.report.printable import one_line
from pytest_oao.report.session_facts import duration
from pytest_oao.report.spending_facts import cost, gaps, shares, whole_cost
from pytest_oao.report.table import table

_HEAD = ("", "calls", "failed", "retries", "tokens in", "out", "cost")
_MOST = 20
"""Rows that are shown: beyond these, the ones that cost least stand together in one."""


def ledger_lines(ledger: Ledger, width: int = 100, most: int = _MOST) -> Iterator[str]:
    """Yield the table of a ledger, then how long the run took, and what is not known of it."""
    if not ledger.lines:
        yield "no calls"
        return
    lines = [*_shown(ledger.lines, most), replace(_one(ledger.lines), kind="total")]
    yield from table(_HEAD, [_row(line) for line in lines], width)
    if ledger.seconds:
        yield f"in {duration(ledger.seconds)}"
    yield from (one_line(gap, width) for gap in gaps(ledger))
    if ledger.prices and ledger.total.cost:
        yield ledger.prices


def by_kind(ledger: Ledger) -> str:
    """Return what was spent in one line: the cost where models were called, then the calls by kind."""
    kinds: dict[str, int] = {}
    for line in ledger.lines:
        kinds[line.kind] = kinds.get(line.kind, 0) + line.calls
    paid = (whole_cost(ledger.total),) if _pays(_one(ledger.lines)) else ()
    return " · ".join((*paid, ", ".join(f"{calls:,} {kind}" for kind, calls in kinds.items())))


def _row(line: Line) -> tuple[str, ...]:
    tokens, paid = (shares(line), cost(line)) if _pays(line) else (("", ""), "")
    return (
        f"{line.kind} {line.name}".strip(),
        f"{line.calls:,}",
        _some(line.failed),
        _some(line.retries),
        *tokens,
        paid,
    )


def _pays(line: Line) -> bool:
    """Whether calls cost tokens: those of models do, and whatever else told some."""
    return line.is_model or line.unpriced > 0 or line.cost > 0 or line.usage != Usage()


def _some(number: int) -> str:
    return f"{number:,}" if number else ""


def _shown(lines: Sequence[Line], most: int) -> Sequence[Line]:
    """Return the lines in their order; where they are too many, the dearest ones, and the others as one."""
    if len(lines) <= most:
        return lines
    dearest = sorted(lines, key=_weight, reverse=True)
    chosen, others = dearest[: most - 1], dearest[most - 1 :]
    rest = replace(_one(others), kind=f"… {counted(len(others), 'other')}")
    return [*(line for line in lines if line in chosen), rest]


def _one(lines: Sequence[Line]) -> Line:
    """Return lines as one, of models where one of them is."""
    return replace(Ledger(tuple(lines)).total, is_model=any(line.is_model for line in lines))


def _weight(line: Line) -> tuple[bool, Decimal, int, int]:
    return line.unpriced > 0, line.cost, tokens_of(line.usage), line.calls
