"""A call, and what came back, in a line or a few."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeAlias

from pytest_oao.diff.bodies import content
from pytest_oao.diff.messages import latest
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import MCP
from pytest_oao.model.outcomes import Outcome, Raised, Streamed
from pytest_oao.ports import Reply
from pytest_oao.providers.compared import imported_request
from pytest_oao.providers.fields import records
from pytest_oao.providers.neutral import MEDIA_TYPE, failure_of
from pytest_oao.providers.payloads import quick_loads
from pytest_oao.providers.stream_ends import said_all
from pytest_oao.report import mcp_text
from pytest_oao.report.printable import one_line
from pytest_oao.report.value_text import readable
from pytest_oao.runtime.overruns import was_cancelled

Replies: TypeAlias = Callable[[Exchange], Reply]
"""What a model said in an exchange; an empty reply of calls that are no model's."""

_READ = 20_000
"""Characters of a body from which one line is made."""
_NAMED = 60
_ESCAPE = len("\\u12ab")


def subject(call: Call) -> str:
    """Return what a call is about: `chat gpt-5-mini`, `execute_tool search`, `mcp tools/call search`, `http GET …`."""
    name = call.target if call.kind == MCP else call.model or tool_name(call) or call.target
    return f"{call.kind} {name}"


def tool_name(call: Call) -> str:
    """Return the name of the tool that a call runs, or the empty string."""
    return str(call.attributes.get(TOOL_NAME) or "")


def subject_and_target(call: Call) -> str:
    """Return the subject of a call and, where that is not its target, the target."""
    short = subject(call)
    return short if short.endswith(call.target) else f"{short}  ({call.target})"


def headed(call: Call) -> str:
    """Return the subject of a call and, of a tool, what it was given."""
    return f"{subject(call)}({asked(call)})" if tool_name(call) else subject(call)


def asks(call: Call) -> list[str]:
    """Return what a call asks: of a model each thing that is new to it, from a user or a tool; else what was sent."""
    request = imported_request(call) or content(call.body)
    if isinstance(request, bytes) or tool_name(call):
        return [asked(call)]
    new = [f"{tool} → {text}" if tool else f"“{text}”" for tool, text in latest(request)]
    return new or [_unsaid(request) or asked(call)]


def asks_briefly(call: Call) -> str:
    """Return what a call asks, for a line."""
    return " · ".join(asks(call))


def _unsaid(request: JSON) -> str:
    """Return what the last message holds, where that is no text: a picture, a tool that is wanted."""
    last = records(request.get("messages"))[-1:] if isinstance(request, dict) else []
    return "".join(json.dumps(one, ensure_ascii=False) for one in last)


def placed(site: Site | None) -> str:
    """Return where in the code a call was made, or the empty string."""
    if site is None:
        return ""
    return ", from ".join(part for part in (site.agent, site.test) if part)


def asked(call: Call) -> str:
    """Return what a tool or another call was asked for, as text."""
    given = mcp_text.asked(call) if call.kind == MCP else None
    return body_text(call.body) if given is None else given


def answered(outcome: Outcome) -> str:
    """Return what came back, as text: the failure, else the body."""
    if isinstance(outcome, Raised):
        return f"raised {outcome.type}: {outcome.message}"
    status = f"HTTP {outcome.head.status} " if outcome.head and outcome.head.failed else ""
    if outcome.body.media_type == MEDIA_TYPE and (failure := failure_of(quick_loads(outcome.body.data))):
        return status + ": ".join(filter(None, (failure.type, failure.message)))
    return status + body_text(outcome.body) + ended(outcome)


def came(exchange: Exchange) -> str:
    """Return what came back from a call, as text that is easy to read where its kind has such."""
    told = mcp_text.came(exchange.outcome) if exchange.call.kind == MCP else None
    return answered(exchange.outcome) if told is None else told


def _in_lines(text: str) -> str:
    """Return the text that a JSON string of several lines says, be it cut short; any other text as it is."""
    if text.startswith('"') and "\\n" in text:
        for one in (text, *(f'{text[: len(text) - cut]}"' for cut in range(_ESCAPE))):
            with suppress(ValueError):
                return str(json.loads(one))
    return text


def ended(outcome: Outcome) -> str:
    """Return how a stream ended, where it was not read to its end; an agent may leave where all was said."""
    if not isinstance(outcome, Streamed) or outcome.end == "complete":
        return ""
    whole, end = said_all(outcome.body.data), outcome.end
    if isinstance(end, Raised) and not was_cancelled(end):
        return f" (broke after its last event: {end.type})" if whole else f" (broke: {end.type})"
    return "" if whole else " (closed early)" if end == "closed" else " (cancelled)"


def body_text(body: Body) -> str:
    """Return a body as text, of a long one the first part and how much is left; of other bytes, their length."""
    data = body.data
    text = data[:_READ].decode(errors="replace")
    # The cut may fall into a character; more than a few that do not decode tell that this is no text.
    if "\0" in text or text.count("\ufffd") > 1 + len(text) // 100:
        return f"({len(data):,} bytes, {body.media_type or 'binary'})"
    more = f"… ({len(data) - _READ:,} more bytes)" if len(data) > _READ else ""
    return (_in_lines(readable(text)) if "json" in body.media_type else text) + more


def gist(exchange: Exchange, replies: Replies | None, width: int) -> Iterator[str]:
    """Yield what happened in an exchange, in lines of `width`: what the model said and asked for, or what came back."""
    reply = replies(exchange) if replies else Reply()
    if reply == Reply():
        yield from _plain(exchange, width)
        return
    for text in (reply.reasoning, reply.text):
        if text.strip():
            yield f"“{one_line(text, width - 2)}”"
    for call in reply.tool_calls:
        yield one_line(f"→ {call.name[:_NAMED]}({call.arguments[:_READ]})", width)


def _plain(exchange: Exchange, width: int) -> Iterator[str]:
    yield one_line(f"→ {came(exchange)}", width)
