"""How a run grew: what there is more of than is recorded, and at which steps."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from pytest_oao.model.ledgers import Line, tokens_of
from pytest_oao.model.violations import Spent
from pytest_oao.policy.budgets import Excess
from pytest_oao.report.call_text import subject
from pytest_oao.report.printable import one_line
from pytest_oao.report.spending_facts import cost, money

Step: TypeAlias = tuple[Spent | None, Spent | None]
"""A call as it is recorded, and as it was made now; None where the other run has no such call."""
_MOST = 30
"""How many steps are told."""
_SUBJECT = 48


def told(excess: Sequence[Excess]) -> str:
    """Return what there is more of, in one line: `14 calls (11 recorded), $0.42 ($0.31 recorded)`."""
    return ", ".join(
        f"{_amount(one, one.now)}{'' if one.what == 'cost' else f' {one.what}'} ({_amount(one, one.recorded)} recorded)"
        for one in excess
    )


def steps_that_grew(steps: Sequence[Step]) -> Iterator[str]:
    """Yield a line for each step that is new, or takes more tokens than it did."""
    grown = [text for step in steps if (text := _grown(*step))]
    yield from grown[:_MOST]
    if len(grown) > _MOST:
        yield f"and {len(grown) - _MOST} more steps"


def _grown(before: Spent | None, now: Spent | None) -> str:
    if now is None or (before is not None and tokens_of(now.line.usage) <= tokens_of(before.line.usage)):
        return ""
    label = one_line(f"#{now.exchange.seq} {subject(now.exchange.call)}", _SUBJECT)
    was = "new" if before is None else _spent(before.line)
    return f"{label:<{_SUBJECT}}  {was} → {_spent(now.line)}" if _spent(now.line) else f"{label:<{_SUBJECT}}  {was}"


def _spent(line: Line) -> str:
    return f"{tokens_of(line.usage):,} tokens, {cost(line)}" if line.is_model and not line.untold else ""


def _amount(one: Excess, value: Decimal) -> str:
    return money(value) if one.what == "cost" else f"{int(value):,}"
