"""A session as `oao show` prints it: what is known of it, its calls in order, what is in doubt."""

from collections.abc import Iterator

from pytest_oao.model.ledgers import Ledger
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Session
from pytest_oao.report.call_text import Replies
from pytest_oao.report.exchange_text import Told, doubt_lines, exchange_lines
from pytest_oao.report.layout import LABEL, counted, page, row, whole_rows, wrapped_rows
from pytest_oao.report.ledger_text import by_kind, ledger_lines
from pytest_oao.report.session_facts import (
    agent,
    calls,
    ending,
    given,
    known,
    lanes,
    origin,
    policy,
    tags,
    task,
    tokens,
)
from pytest_oao.runtime.session_facts import date_of


def render_session(
    session: Session,
    verbosity: int = 0,
    *,
    replies: Replies | None = None,
    ledger: Ledger | None = None,
    width: int = 100,
) -> str:
    """Return a session in lines of about `width` columns: short at 0, whole messages at 1, everything at 2.

    `ledger` is what was spent in it, where that is to be shown.
    """
    told: Told = {}
    lines = [*_header(session, verbosity, width), *_spent(ledger, verbosity, width), ""]
    for exchange in session.exchanges if verbosity else without_readings(session.exchanges):
        lines += exchange_lines(exchange, verbosity, replies, width, told)
    lines += _doubted(session, verbosity, width, told)
    return page(lines).rstrip()


def _header(session: Session, verbosity: int, width: int) -> Iterator[str]:
    header = session.header
    yield f"oao: session {header.id}"
    if header.test:
        yield row("test", header.test, width)
    yield from wrapped_rows("origin", [origin(header)], width)
    facts = {
        "input": given(header),
        "task": task(header),
        "agent": agent(header),
        "tags": tags(header),
        "date": date_of(session) if verbosity else "",
        "policy": policy(session, verbosity),
        "calls": calls(session),
        "lanes": lanes(session),
        "tokens": tokens(session.usage),
        "ended": ending(session),
        "with": ", ".join(f"{name} {version}" for name, version in header.runtime.items()),
    }
    yield from (row(label, text, width) for label, text in facts.items() if text)
    if verbosity:
        yield from wrapped_rows("known", known(header), width)


def _doubted(session: Session, verbosity: int, width: int, told: Told) -> Iterator[str]:
    """Yield the calls that may have happened, like the others as far as they got."""
    if not session.in_doubt:
        return
    number = len(session.in_doubt)
    were, they = ("was", "it") if number == 1 else ("were", "they")
    if session.exchanges:
        yield ""
    yield row(
        "in doubt", f"{counted(number, 'call')} {were} started and never settled: {they} may have happened", width
    )
    for call in session.in_doubt:
        yield from doubt_lines(call, verbosity, width, told)


def _spent(ledger: Ledger | None, verbosity: int, width: int) -> list[str]:
    """Return what was spent: in one line, with more verbosity as a table."""
    if ledger is None or not ledger.lines:
        return []
    if not verbosity:
        return [row("spent", by_kind(ledger), width)]
    return whole_rows("spent", ledger_lines(ledger, width - LABEL - 2, len(ledger.lines)))
