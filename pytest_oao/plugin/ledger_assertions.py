"""What an assertion on `oao.ledger` shows when it fails: the two numbers, and the table of what was spent where."""

from decimal import Decimal
from typing import Any

import pytest

from pytest_oao.report.ledger_text import ledger_lines
from pytest_oao.report.session_facts import duration
from pytest_oao.report.spending_facts import money
from pytest_oao.runtime.seen_ledger import Count, Dollars, Seconds

_ROWS = 4
"""Rows below `-vv`, where pytest cuts what is longer than eight lines."""
_WHOLE = 2
"""The verbosity from which on all rows are shown."""
_WIDTH = 72


def explanation(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Return the lines that pytest shows of a comparison; None where it compares no number of a ledger."""
    seen = [one for one in (left, right) if isinstance(one, Count | Dollars | Seconds)]
    if not seen or not _is_number(left) or not _is_number(right):
        return None
    number, ledger = seen[0], seen[0].ledger
    whole = config.get_verbosity(config.VERBOSITY_ASSERTIONS) >= _WHOLE
    most = len(ledger.lines) if whole else _ROWS
    return [_compared(number, op, left, right), *ledger_lines(ledger, _WIDTH, most)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal)


def _compared(number: Any, op: str, left: Any, right: Any) -> str:  # noqa: ANN401 - numbers of any kind
    """Return the comparison as people write its numbers; as they are where that would make them look equal."""
    one, other = (_shown(number, value) for value in (left, right))
    if one == other and left != right:
        one, other = (f"{Decimal(str(value)).normalize():f}" for value in (left, right))
    return f"{one} {op} {other}"


def _shown(number: Any, value: Any) -> str:  # noqa: ANN401
    if isinstance(number, Dollars):
        return money(Decimal(str(float(value))))
    return duration(value) or "0 s" if isinstance(number, Seconds) else f"{value:,}"
