"""One call of a session: a line of facts, then what was asked and what came back."""

from collections.abc import Iterable, Iterator
from sys import maxsize
from typing import TypeAlias

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome, Raised, Streamed, was_denied, was_made
from pytest_oao.ports import Reply
from pytest_oao.report.call_text import Replies, asks, came, ended, placed, subject
from pytest_oao.report.layout import block, row
from pytest_oao.report.printable import one_line
from pytest_oao.report.request_text import request_texts
from pytest_oao.report.session_facts import duration, tokens
from pytest_oao.report.verdict_text import verdict_texts

_LINES = (1, 12, maxsize)
"""Lines of each text of a call, by verbosity."""
Told: TypeAlias = dict[tuple[str, str], str]
"""Each part of a request that was told, its label before it → the number of the call that it was told with."""

_WHOLE = 2
"""The verbosity at which requests are told whole."""
_INDENT = 6
_SUBJECT = 40
"""Columns of what a call is about; its facts stand after them."""


def exchange_lines(
    exchange: Exchange, verbosity: int, replies: Replies | None, width: int, told: Told
) -> Iterator[str]:
    """Yield a call: short at 0, whole messages at 1, everything at 2, but for what was `told` of an earlier one."""
    facts = (_vouched(exchange), _status(exchange.outcome), duration(exchange.duration), tokens(exchange.usage))
    yield _head(f"#{exchange.seq}", exchange.call, facts, width)
    yield from _place(exchange.call, verbosity, width)
    for text in verdict_texts(exchange.verdicts, verbosity):
        yield from _said("policy", text, verbosity, width)
    yield from _asked(f"#{exchange.seq}", exchange.call, verbosity, width, told)
    for label, text in _answer(exchange, replies):
        yield from _said(label, text, verbosity, width)


def doubt_lines(call: Call, verbosity: int, width: int, told: Told) -> Iterator[str]:
    """Yield a call of which nobody knows what it came to: what it asks, and from where."""
    yield _head("?", call, (), width)
    yield from _place(call, verbosity, width)
    yield from _asked("?", call, verbosity, width, told)


def _head(number: str, call: Call, facts: Iterable[str], width: int) -> str:
    lane = f"lane {call.lane}" if call.lane != "0" else ""
    origin = f"asked for by #{call.caused_by}" if call.caused_by else ""
    inside = f"within #{call.parent}" if call.parent else ""
    head = one_line(subject(call), _SUBJECT)
    told = one_line(" · ".join(filter(None, (lane, origin, inside, *facts))), width)
    return f"{number:<{_INDENT - 1}} {head:<{_SUBJECT}}  {told}".rstrip()


def _place(call: Call, verbosity: int, width: int) -> Iterator[str]:
    if verbosity:
        yield from _said("at", placed(call.site), 0, width)


def _asked(number: str, call: Call, verbosity: int, width: int, told: Told) -> Iterator[str]:
    for part in request_texts(call) if verbosity >= _WHOLE else ():
        label, text = part
        first = told.setdefault(part, number)
        yield from _said(label, text if first == number or not text else f"as in {first}", verbosity, width)
    for text in asks(call):
        yield from _said("asks", text, verbosity, width)


def _answer(exchange: Exchange, replies: Replies | None) -> Iterator[tuple[str, str]]:
    """Yield what came back, each text with its label."""
    if was_denied(exchange.outcome):
        return
    reply = replies(exchange) if replies else Reply()
    if isinstance(exchange.outcome, Raised) or reply == Reply():
        yield "came", came(exchange)
        return
    yield "reasoning", reply.reasoning
    yield "said", reply.text
    for call in reply.tool_calls:
        yield "calls", f"{call.name}({call.arguments})"


def _said(label: str, text: str, verbosity: int, width: int) -> Iterator[str]:
    if not text.strip():
        return
    if verbosity == 0 or "\n" not in text.strip():
        # One line as it is where that fits; a long one whole once more is asked for.
        yield row(label, text, width if not verbosity else len(text) + width, _INDENT)
        return
    yield row(label, "", width, _INDENT)
    yield from block(text.strip(), _LINES[min(verbosity, 2)], _INDENT + 2)


def _vouched(exchange: Exchange) -> str:
    """Return what an import made up or lost of an exchange."""
    told = exchange.provenance
    if told is None:
        return ""
    parts = [*(f"{one} inferred" for one in told.inferred), *(f"{one} cut off" for one in told.truncated)]
    return ", ".join(parts)


def _status(outcome: Outcome) -> str:
    if not was_made(outcome):
        return "not made"
    if isinstance(outcome, Raised):
        return f"raised {outcome.type}"
    status = str(outcome.head.status) if outcome.head else ""
    return (status + (" streamed" if isinstance(outcome, Streamed) else "") + ended(outcome)).strip()
