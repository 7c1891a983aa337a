"""A violation as a failing test shows it: the rule, the call that broke it, and what was spent until then."""

from collections.abc import Iterator

from pytest_oao.model.calls import Call
from pytest_oao.model.ledgers import Line
from pytest_oao.model.violations import Spent, Violation
from pytest_oao.report.call_text import Replies, asks_briefly, gist, headed, placed, tool_name
from pytest_oao.report.layout import LABEL, page, row, rows, whole_rows
from pytest_oao.report.ledger_text import ledger_lines
from pytest_oao.report.printable import one_line
from pytest_oao.report.session_facts import tokens
from pytest_oao.report.spending_facts import UNKNOWN, cost

_BEFORE = (3, 8)
"""Calls before the one that broke the rule that are shown at verbosity 0 and 1; above that, all."""
_ROWS = (8, 20)
"""Rows of the ledger, in the same way."""
_ALL = 1_000
_WHEN = {
    "before": "the call was not made",
    "during": "its stream was stopped",
    "after": "it was answered, and then the run was stopped",
    "found": "nothing stopped it: the rule was asked afterwards",
}


def render_violation(
    violation: Violation, *, replies: Replies | None = None, verbosity: int = 0, width: int = 100
) -> str:
    """Return the report of a violation in lines of about `width` columns; `replies` reads what models said."""
    lines = [headline(violation)]
    for part in (
        list(_call(violation, width)),
        list(_before(violation, verbosity, replies, width)),
        _ledger(violation, verbosity, width),
        list(_remedies(violation)),
    ):
        lines += [*part, ""] if part else []
    return page(lines).rstrip()


def headline(violation: Violation) -> str:
    """Return the one line that says which rule was broken, by what, and at which call."""
    breach, call = violation.breach, violation.call
    lane = f", lane {call.lane}" if call else ""
    place = f" (call {violation.number} of the run{lane})" if violation.number else ""
    return f"oao: policy violation — {breach.rule}: {breach.found}, {breach.limit}{place}"


def _call(violation: Violation, width: int) -> Iterator[str]:
    if violation.policy:
        yield row("policy", violation.policy, width)
    if violation.call:
        yield from rows("call", _told(violation.call, _WHEN[violation.when]), width)
    if violation.breach.estimated:
        yield row("estimate", "the number is partly an estimate: not all of it was told by the provider", width)


def _told(call: Call, when: str) -> Iterator[str]:
    """Yield what a call is, what it asks_briefly, where it was made, and what became of it."""
    yield headed(call)
    if not tool_name(call) and (told := asks_briefly(call)):
        yield told
    if placed(call.site):
        yield placed(call.site)
    yield when


def _before(violation: Violation, verbosity: int, replies: Replies | None, width: int) -> Iterator[str]:
    most = _BEFORE[verbosity] if verbosity < len(_BEFORE) else len(violation.before)
    for number, spent in enumerate(violation.before[-most:]):
        yield from _spent("" if number else "before", spent, replies, width)


def _spent(label: str, spent: Spent, replies: Replies | None, width: int) -> Iterator[str]:
    """Yield a call with what it cost, which is never cut, and what happened in it."""
    facts = "".join(f" · {fact}" for fact in _costs(spent.line))
    room = width - LABEL - 2 - len(facts)
    yield row(label, one_line(f"#{spent.exchange.seq} {headed(spent.exchange.call)}", room) + facts, width)
    yield from (f"{' ' * (LABEL + 5)}{line}" for line in gist(spent.exchange, replies, width - LABEL - 5))


def _costs(line: Line) -> Iterator[str]:
    if told := tokens(line.usage):
        yield told
    if line.is_model or line.cost or line.unpriced:
        yield f"cost {UNKNOWN}" if line.unpriced else cost(line)


def _ledger(violation: Violation, verbosity: int, width: int) -> list[str]:
    most = _ROWS[verbosity] if verbosity < len(_ROWS) else _ALL
    return whole_rows("spent", ledger_lines(violation.ledger, width - LABEL - 2, most))


def _remedies(violation: Violation) -> Iterator[str]:
    yield from whole_rows("then", violation.breach.remedy.splitlines())
    if violation.where:
        yield from whole_rows("run", (violation.where,))
    yield from whole_rows("more", ("oao explain policy-violation",))
