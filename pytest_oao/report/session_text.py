"""A session as `oao show` prints it, and two sessions as `oao diff` compares them."""

from collections.abc import Iterator

from pytest_oao.diff.ignore import NOTHING, Ignore
from pytest_oao.diff.renaming import Renaming
from pytest_oao.diff.sessions import paired
from pytest_oao.model.sessions import Session
from pytest_oao.report.call_text import Replies, described
from pytest_oao.report.couple_text import View, couple_lines
from pytest_oao.report.exchange_text import exchange_lines
from pytest_oao.report.layout import counted, page, row, rows
from pytest_oao.report.session_facts import calls, ending, origin, tokens

_EXPLAINED = (3, 20, 1_000)
"""Differing calls that are shown, by verbosity; the others are counted."""


def render_session(session: Session, verbosity: int = 0, *, replies: Replies | None = None, width: int = 100) -> str:
    """Return a session in lines of about `width` columns: short at 0, whole messages at 1, everything at 2."""
    lines = [*_header(session, width), ""]
    for exchange in session.exchanges:
        lines += exchange_lines(exchange, verbosity, replies, width)
    if session.in_doubt:
        doubt = [described(call) for call in session.in_doubt]
        lines += ["", *rows("in doubt", [*doubt, "started and never settled: they may have happened"], width)]
    return page(lines).rstrip()


def render_difference(
    a: Session,
    b: Session,
    *,
    ignore: Ignore = NOTHING,
    replies: Replies | None = None,
    verbosity: int = 0,
    width: int = 100,
) -> str:
    """Return what differs between two sessions in lines of about `width` columns; the empty string for nothing."""
    view, renaming = View(ignore, replies, verbosity, width), Renaming()
    couples = paired(a.exchanges, b.exchanges)
    parts = [part for couple in couples if (part := list(couple_lines(couple, renaming, view)))]
    facts = list(_differing_facts(a, b, width))
    if not parts and not facts:
        return ""
    most = _EXPLAINED[min(verbosity, len(_EXPLAINED) - 1)]
    number = f"{counted(len(a.exchanges), 'call')} → {len(b.exchanges):,}, {len(parts):,} of them differ"
    lines = [f"oao: {a.header.id} → {b.header.id}", row("calls", number, width), *facts]
    for part in parts[:most]:
        lines += ["", *part]
    if len(parts) > most:
        lines += ["", f"  … {counted(len(parts) - most, 'more differing call')} (-v shows more)"]
    return page(lines)


def _header(session: Session, width: int) -> Iterator[str]:
    header = session.header
    yield f"oao: session {header.id}"
    facts = {
        "test": header.test,
        "origin": origin(header),
        "calls": calls(session),
        "tokens": tokens(session.usage),
        "ended": ending(session),
        "with": ", ".join(f"{name} {version}" for name, version in header.runtime.items()),
    }
    yield from (row(label, text, width) for label, text in facts.items() if text)


def _differing_facts(a: Session, b: Session, width: int) -> Iterator[str]:
    for label, one, other in (("tokens", tokens(a.usage), tokens(b.usage)), ("ended", ending(a), ending(b))):
        if one != other:
            yield row(label, f"{one or 'unknown'} → {other or 'unknown'}", width)
