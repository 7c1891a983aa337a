"""A call of one session beside the call of another: what differs in the request, and in what came back."""

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_oao.diff.bodies import explain_bodies
from pytest_oao.diff.changes import explain
from pytest_oao.diff.ignore import Ignore
from pytest_oao.diff.renaming import Pair, Renaming
from pytest_oao.diff.sessions import Couple, same_request
from pytest_oao.model.divergences import Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Raised
from pytest_oao.ports import Reply
from pytest_oao.report.call_text import Replies, answered, gist, headed, subject
from pytest_oao.report.change_text import change_lines
from pytest_oao.report.printable import one_line


@dataclass(frozen=True, slots=True)
class View:
    """How the two are read and shown."""

    ignore: Ignore
    replies: Replies | None
    verbosity: int = 0
    width: int = 100


def couple_lines(couple: Couple, renaming: Renaming, view: View) -> Iterator[str]:
    """Yield what differs between two calls; nothing when they and what came back are the same."""
    one, other = couple
    if one and other:
        yield from _both(one, other, renaming, view)
    elif one:
        yield from _alone("-", one, view)
    elif other:
        yield from _alone("+", other, view)


def _alone(sign: str, exchange: Exchange, view: View) -> Iterator[str]:
    yield f"{sign} #{exchange.seq} {one_line(headed(exchange.call), view.width - 6)}"
    yield from (f"      {line}" for line in gist(exchange, view.replies, view.width - 6))


def _both(one: Exchange, other: Exchange, renaming: Renaming, view: View) -> Iterator[str]:
    asked = Explanation()
    if not same_request(one, other, renaming, view.ignore):
        asked = explain_bodies(one.call.body, other.call.body, ignore=view.ignore, renaming=renaming)
    came = _came(one, other, renaming, view)
    if not asked.changes and not came.changes:
        return
    number = f"#{one.seq}" if one.seq == other.seq else f"#{one.seq} → #{other.seq}"
    yield f"~ {number} {subject(one.call)}" + (f": {asked.cause}" if asked.cause else "")
    yield from change_lines(asked, view.width, view.verbosity)
    if came.changes:
        yield "  what came back differs" + ("" if asked.changes else ", though the request is the same")
        yield from change_lines(came, view.width, view.verbosity)


def _came(one: Exchange, other: Exchange, renaming: Renaming, view: View) -> Explanation:
    """Explain how what came back differs: of models in what they said, since ids and times always differ."""
    if isinstance(one.outcome, Raised) or isinstance(other.outcome, Raised):
        return explain(answered(one.outcome), answered(other.outcome), renaming=renaming)
    replies = [view.replies(exchange) if view.replies else Reply() for exchange in (one, other)]
    if Reply() not in replies:
        renaming.commit(_asked_alike(*replies))
        return explain(_said(replies[0]), _said(replies[1]), renaming=renaming)
    return explain_bodies(one.outcome.body, other.outcome.body, renaming=renaming)


def _asked_alike(one: Reply, other: Reply) -> Iterator[Pair]:
    """Yield the ids of tool calls at the same place, of the same tool: later requests quote them, however they look."""
    for call, beside in zip(one.tool_calls, other.tool_calls, strict=False):
        if call.name == beside.name and call.id != beside.id and call.id and beside.id:
            yield call.id, beside.id


def _said(reply: Reply) -> JSON:
    """Return a reply without the ids of its tool calls, which the next request holds up to renaming."""
    calls: list[JSON] = [{"name": call.name, "arguments": call.arguments} for call in reply.tool_calls]
    return {"text": reply.text, "reasoning": reply.reasoning, "tool_calls": calls}
