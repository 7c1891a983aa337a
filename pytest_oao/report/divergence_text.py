"""A divergence as a failing test shows it: what was expected, what came, what differs, why, and what to do."""

from collections.abc import Iterator

from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Divergence
from pytest_oao.model.exchanges import Exchange
from pytest_oao.report.call_text import Replies, answered, asks_briefly, gist, headed, placed, subject_and_target
from pytest_oao.report.change_text import change_lines
from pytest_oao.report.layout import LABEL, page, row, rows, whole_rows, wrapped_rows

_BEFORE = (2, 5)
"""Exchanges before the divergence that are shown at verbosity 0 and 1; above that, all."""


def render(divergence: Divergence, *, verbosity: int = 0, replies: Replies | None = None, width: int = 100) -> str:
    """Return the report of a divergence in lines of about `width` columns; `replies` reads what models said."""
    lines = [headline(divergence)]
    for part in (
        wrapped_rows("because", _cause(divergence), width),
        list(_calls(divergence, width)),
        list(change_lines(divergence.explanation, width, verbosity)),
        list(_before(divergence, verbosity, replies, width)),
        wrapped_rows("note", divergence.notes, width),
        list(_remedies(divergence, width)),
    ):
        if part:
            lines += [*part, ""]
    return page(lines).rstrip()


def render_beside(divergence: Divergence, width: int = 100) -> str:
    """Return what to tell of calls that were not made beside a test's own failure: the failure comes first.

    What was asked until then was answered as recorded: to record it anew would fail as well.
    """
    because = wrapped_rows("because", _cause(divergence), width)
    then = whole_rows("then", (f"oao show -v {divergence.cassette}   # what it did",))
    return page((*because, *_calls(divergence, width), *then, *_places(divergence))).rstrip()


def headline(divergence: Divergence) -> str:
    """Return the one line that says what happened and at which call."""
    number, total = divergence.number, divergence.total
    return f"oao: {divergence.name} — call {number} of {total}, lane {divergence.lane}"


def _cause(divergence: Divergence) -> tuple[str, ...]:
    cause = divergence.explanation.cause
    return (cause,) if cause else ()


def _calls(divergence: Divergence, width: int) -> Iterator[str]:
    expected, actual = divergence.expected, divergence.actual
    alone = not divergence.explanation.changes
    if expected:
        yield from _call("expected", expected.call, width, alone=alone)
    else:
        yield row("expected", "no further call in this lane", width)
    if divergence.outcome is not None and expected:
        yield from rows("recorded", (answered(expected.outcome),), width)
        yield from rows("came", (answered(divergence.outcome),), width)
    elif actual:
        yield from _call("came", actual, width, alone=alone)
    elif divergence.name == "call missing":
        yield row("came", "no call: the run ended before it was made", width)


def _call(label: str, call: Call, width: int, *, alone: bool) -> Iterator[str]:
    """Yield what a call is, where it was made and, where no change tells it, what it asks."""
    yield row(label, subject_and_target(call), width)
    yield from wrapped_rows("", [placed(call.site)], width)
    if alone and (told := asks_briefly(call)):
        yield row("", told, width)


def _before(divergence: Divergence, verbosity: int, replies: Replies | None, width: int) -> Iterator[str]:
    most = _BEFORE[verbosity] if verbosity < len(_BEFORE) else len(divergence.before)
    for number, exchange in enumerate(divergence.before[-most:]):
        yield from _exchange("" if number else "before", exchange, replies, width)


def _exchange(label: str, exchange: Exchange, replies: Replies | None, width: int) -> Iterator[str]:
    yield row(label, f"#{exchange.seq} {headed(exchange.call)}", width)
    yield from (f"{' ' * (LABEL + 5)}{line}" for line in gist(exchange, replies, width - LABEL - 5))


def _remedies(divergence: Divergence, width: int) -> Iterator[str]:
    # Commands and paths are never cut.
    yield from whole_rows("then", (line for one in divergence.remedies for line in _command(one, width - LABEL - 2)))
    yield from _places(divergence)


def _places(divergence: Divergence) -> Iterator[str]:
    if divergence.cassette:
        yield from whole_rows("cassette", (divergence.cassette,))
    yield from whole_rows("more", (f"oao explain {divergence.name}",))


def _command(remedy: str, width: int) -> Iterator[str]:
    """Yield a command and what it does: on one line where that fits."""
    command, sign, comment = remedy.partition("   #")
    if len(remedy) <= width or not sign:
        yield remedy
    else:
        yield f"# {comment.strip()}"
        yield command
