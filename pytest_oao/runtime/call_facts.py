"""What rules have to know of a call, read out of it; and its line of the ledger, once it is over."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from pytest_oao.model.attributes import AGENT_NAME, TOOL_NAME
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange, Usage
from pytest_oao.model.kinds import (
    AGENT,
    APPROVAL,
    CLOCK,
    EMBEDDINGS,
    HUMAN,
    MCP,
    MODEL,
    RANDOM,
    TOOL,
    WEBSOCKET,
    runs_a_tool,
)
from pytest_oao.model.ledgers import Line
from pytest_oao.model.outcomes import Raised, Returned, Streamed
from pytest_oao.policy.facts import Facts, Names, Reads
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.tally import Settled
from pytest_oao.ports import Reply
from pytest_oao.providers.description import reply
from pytest_oao.providers.http_calls import host_of
from pytest_oao.providers.payloads import quick_loads
from pytest_oao.providers.request_texts import text_length
from pytest_oao.providers.session_description import answer_attributes, described_call
from pytest_oao.providers.stream_ends import said_all
from pytest_oao.providers.stream_texts import CHARACTERS
from pytest_oao.runtime.lanes import Within
from pytest_oao.values.plain_views import plain_view
from pytest_oao.values.unkept import TAG

_NO_STEPS = frozenset({CLOCK, RANDOM})
_MCP_STEPS = ("tools/call ", "prompts/get ", "resources/read ")
_CONNECT = "connect "
_MCP_ERROR = b'"isError":true'
"""How the result of an MCP server's tool says that it failed."""
_NOWHERE = frozenset({AGENT, MCP})
"""Kinds whose targets are names."""
_FREE = Decimal(0)


def facts_of(call: Call, within: Within, at: float | None = None) -> Facts:
    """Return what is known of a call before it is made."""
    is_tool = runs_a_tool(call) and not _is_wrapped(call, within)
    is_model = call.kind in MODEL
    return Facts(
        call,
        tool=tool_name(call) if is_tool else "",
        is_model=is_model,
        is_step=_is_step(call) and not within.in_tool,
        agent=str(call.attributes.get(AGENT_NAME) or within.agent),
        depth=within.depth,
        at=at,
        reads=READS,
    )


def _is_wrapped(call: Call, within: Within) -> bool:
    """Whether a tool of an MCP server is what a framework's tool of its name does: that one is the agent's tool.

    It is given the same; what has the name only is a tool of its own.
    """
    outer = within.call
    if call.kind != MCP or not within.in_tool or outer is None:
        return False
    return _letters(tool_name(outer)).endswith(_letters(tool_name(call))) and arguments_of(call) == arguments_of(outer)


def _letters(name: str) -> str:
    """Return what frameworks leave of a name, which they put a server's before."""
    return "".join(filter(str.isalnum, name)).lower()


def rationale_of(said: Reply) -> str:
    """Return what a model said and thought when it asked for a tool."""
    return "\n".join(filter(None, (said.reasoning.strip(), said.text.strip())))


def tool_name(call: Call) -> str:
    """Return the name of the tool that a call runs."""
    return str(call.attributes.get(TOOL_NAME) or call.target.rpartition(" ")[2])


def arguments_of(call: Call) -> Mapping[str, Any]:
    """Return what a tool is given."""
    body = quick_loads(call.body.data) if call.body.data else {}
    if call.kind == MCP and isinstance(body, dict):
        body = body.get("arguments") or {}
    if TAG.encode() in call.body.data:
        body = plain_view(body)
    return body if isinstance(body, dict) else {"input": body}


def settled_of(exchange: Exchange, facts: Facts, prices: Prices) -> Settled:
    """Return what an exchange came to; of a model's answer without usage, estimates of its tokens besides."""
    ended = None if facts.at is None else facts.at + exchange.duration
    if not facts.is_model:
        return Settled(exchange, facts, _line_of(exchange, facts, _name(exchange.call, facts)), ended=ended)
    exchange = _told(exchange)
    names, usage, cut = _answering_names(exchange, facts.models), exchange.usage, _is_cut(exchange)
    told = _is_told(usage, exchange.call)
    untold = (cut or not told) and _was_answered(exchange)
    cost = None if untold else prices.cost(names.models, names.provider, usage) if told else _FREE
    line = _line_of(exchange, facts, next(filter(None, names.models), "")).priced(usage, cost, untold=untold)
    guessed = _beyond(usage, exchange) if untold else (0, 0)
    return Settled(exchange, facts, line, names, ended, *guessed, is_cut=cut)


def _told(exchange: Exchange) -> Exchange:
    """Return a model's answer with what it tells, read when it is asked for."""
    if exchange.attributes:
        return exchange
    told = answer_attributes(exchange.call, exchange.outcome)
    return Exchange(
        exchange.seq, exchange.call, exchange.outcome, exchange.started_at, exchange.duration, told, exchange.verdicts
    )


def _line_of(exchange: Exchange, facts: Facts, name: str) -> Line:
    failed, retried = _failed(exchange), facts.failed > 0
    return _line(exchange.call.kind, name, facts.is_step, bool(facts.tool), facts.is_model, failed, retried)


@lru_cache(maxsize=1024)
def _line(kind: str, name: str, *is_: bool) -> Line:
    """Return the line of one call; most calls of a run have the same ones."""
    is_step, is_tool, is_model, failed, retried = is_
    return Line(kind, name, 1, int(is_step), is_tool, is_model, int(failed), int(retried))


def _name(call: Call, facts: Facts) -> str:
    if runs_a_tool(call) or call.kind == AGENT:
        return tool_name(call)
    return facts.host or call.target


def _is_step(call: Call) -> bool:
    """Whether a call is one that an agent decides on.

    That is no reading of a clock, no frame, nothing of MCP's protocol, and no question whether a tool may run.
    """
    if call.kind == HUMAN:
        return call.target != APPROVAL
    if call.kind == MCP:
        return call.target.startswith(_MCP_STEPS)
    if call.kind == WEBSOCKET:
        return call.target.startswith(_CONNECT)
    return call.kind not in _NO_STEPS


def _failed(exchange: Exchange) -> bool:
    outcome = exchange.outcome
    if isinstance(outcome, Raised):
        return outcome.type != "Cancelled"
    if isinstance(outcome, Streamed) and isinstance(outcome.end, Raised):
        return True
    if exchange.call.kind == MCP:
        return _MCP_ERROR in outcome.body.data
    return _is_error(exchange)


def _asked_names(call: Call) -> Names:
    call = described_call(call)
    provider = str(call.attributes.get("gen_ai.provider.name") or "")
    return Names((call.model,) if call.model else (), provider)


def _answering_names(exchange: Exchange, asked: Names) -> Names:
    answered = str(exchange.attributes.get("gen_ai.response.model") or "")
    return Names((answered, *(asked.models or ("",))), asked.provider)


def _host_of(call: Call) -> str:
    if call.kind == TOOL:
        return ""
    if call.url:
        return host_of(call)
    if call.kind in _NOWHERE:
        return ""
    try:
        return urlsplit(call.target.rpartition(" ")[2]).hostname or ""
    except ValueError:
        return ""


def _at_least(call: Call) -> int:
    return text_length(call.body.data) // CHARACTERS


def _at_least_answered(exchange: Exchange) -> int:
    said = reply(exchange.call, exchange.outcome)
    texts = (said.text, said.reasoning, *(call.arguments for call in said.tool_calls))
    return sum(map(len, texts)) // CHARACTERS


def _is_told(usage: Usage, call: Call) -> bool:
    """Whether a provider told the tokens of a call; one that embeds texts has no output."""
    return usage.input_tokens is not None and (usage.output_tokens is not None or call.kind == EMBEDDINGS)


def _is_cut(exchange: Exchange) -> bool:
    """Whether a stream was left, or broke, before the model had said all: what it tells of its tokens is not all."""
    outcome = exchange.outcome
    if not isinstance(outcome, Streamed) or outcome.end == "complete":
        return False
    return not (exchange.attributes.get("gen_ai.response.finish_reasons") or said_all(outcome.body.data))


def _beyond(usage: Usage, exchange: Exchange) -> tuple[int, int]:
    """Return how many tokens of input and output a call took at least beyond those that are told, by estimate."""
    return (
        max(0, _at_least(exchange.call) - (usage.input_tokens or 0)),
        max(0, _at_least_answered(exchange) - (usage.output_tokens or 0)),
    )


def _was_answered(exchange: Exchange) -> bool:
    """Whether a model said something, which is paid for: an error is not, a stream that broke is."""
    return not isinstance(exchange.outcome, Raised) and not _is_error(exchange)


def _is_error(exchange: Exchange) -> bool:
    """Whether an error came in place of an answer; of an import's, the status may not be known."""
    outcome = exchange.outcome
    if isinstance(outcome, Raised):
        return False
    if outcome.head is None and exchange.call.kind in MODEL and isinstance(outcome, Returned):
        return "error.type" in exchange.attributes
    return outcome.head is not None and outcome.head.failed


READS = Reads(_asked_names, arguments_of, _host_of, _at_least)
TOLD = READS._replace(at_least=lambda _: 0)
"""Of a finished session: what its requests took is told."""
