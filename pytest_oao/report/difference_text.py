"""Two sessions side by side, as `oao diff` prints them: how many calls differ, and what differs in the first ones."""

import re
from collections.abc import Iterator

from pytest_oao.diff.headers import header_changes
from pytest_oao.diff.ignore import NOTHING, Ignore
from pytest_oao.diff.renaming import Renaming
from pytest_oao.diff.sessions import paired
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Session
from pytest_oao.report.call_text import Replies
from pytest_oao.report.couple_text import View, couple_lines
from pytest_oao.report.layout import counted, page, row
from pytest_oao.report.session_facts import ending, tokens

_HEADER = 12
"""Differences of the headers that are shown."""
_HASH = re.compile(r"[0-9a-f]{64}")
_SHOWN = (3, 20, 1_000)
"""Differing calls that are shown, by verbosity; the others are counted."""


def render_difference(
    a: Session,
    b: Session,
    *,
    ignore: Ignore = NOTHING,
    replies: Replies | None = None,
    verbosity: int = 0,
    width: int = 100,
) -> str:
    """Return how two sessions compare in lines of about `width` columns."""
    parts = list(_parts(a, b, View(ignore, replies, verbosity, width)))
    lines = [f"oao: {a.header.id} → {b.header.id}", *_facts(a, b, len(parts), width)]
    most = _SHOWN[min(verbosity, len(_SHOWN) - 1)]
    for part in parts[:most]:
        lines += ["", *part]
    if len(parts) > most:
        lines += ["", f"  … {counted(len(parts) - most, 'more differing call')} (-v shows more)"]
    return page(lines)


def differs(a: Session, b: Session, *, ignore: Ignore = NOTHING, replies: Replies | None = None) -> bool:
    """Whether a call, what came back, or how the session ended is another one; tokens and times are not compared."""
    return ending(a) != ending(b) or any(_parts(a, b, View(ignore, replies)))


def _parts(a: Session, b: Session, view: View) -> Iterator[list[str]]:
    """Yield the lines of each call that differs, in order."""
    renaming = Renaming()
    for couple in paired(without_readings(a.exchanges), without_readings(b.exchanges)):
        part = list(couple_lines(couple, renaming, view))
        if part:
            yield part


def _facts(a: Session, b: Session, differing: int, width: int) -> Iterator[str]:
    one, other = (len(without_readings(session.exchanges)) for session in (a, b))
    calls = f"{counted(one, 'call')} → {other:,}"
    yield row("calls", calls + (f", {differing:,} of them differ" if differing else ", all the same"), width)
    for label, then, now in (("tokens", tokens(a.usage), tokens(b.usage)), ("ended", ending(a), ending(b))):
        if then != now:
            yield row(label, f"{then or 'unknown'} → {now or 'unknown'}", width)
    for change in header_changes(a.header, b.header)[:_HEADER]:
        yield row("ran", f"{change.path}: {_brief(change.expected)} → {_brief(change.actual)}", width)


def _brief(value: JSON) -> str:
    """Return a value of a header as a row shows it; hashes by their first digits."""
    text = "nothing" if value in (None, "") else str(value)
    return text[:12] if _HASH.fullmatch(text) else text
