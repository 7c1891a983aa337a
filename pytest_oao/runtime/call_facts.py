"""What rules have to know of a call, read out of it; and its line of the ledger, once it is over."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import AGENT, CLOCK, MCP, MODEL, RANDOM, TOOL, WEBSOCKET, runs_a_tool
from pytest_oao.model.ledgers import Line
from pytest_oao.model.outcomes import Outcome, Raised, Streamed
from pytest_oao.policy.facts import Facts, Names
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.tally import Settled
from pytest_oao.ports import Reply
from pytest_oao.providers.description import reply
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.session_description import described_call, described_exchange
from pytest_oao.runtime.lanes import AGENT_NAME, Within

_NO_STEPS = frozenset({CLOCK, RANDOM})
_MCP_STEPS = ("tools/call ", "prompts/get ", "resources/read ")
_CONNECT = "connect "
_MCP_ERROR = b'"isError":true'
"""How the result of an MCP server's tool says that it failed."""
_FREE = Decimal(0)
FEWEST = 5
"""Bytes of a request that make at least one token: English has four characters a token, JSON and other scripts less."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_=-]{512,}")
"""Images and files, whose tokens are not counted by their length."""


def facts_of(call: Call, within: Within, at: float | None = None) -> Facts:
    """Return what is known of a call before it is made."""
    is_tool = runs_a_tool(call) and not (call.kind == MCP and within.in_tool)
    is_model = call.kind in MODEL
    return Facts(
        call,
        tool=tool_name(call) if is_tool else "",
        is_model=is_model,
        is_step=_is_step(call) and not within.in_tool,
        agent=within.agent if is_model else str(call.attributes.get(AGENT_NAME) or within.agent),
        depth=within.depth,
        at=at,
        names=partial(_asked_names, call),
        read_arguments=partial(arguments_of, call),
        read_host=partial(_host_of, call),
        at_least=partial(_at_least, call),
    )


def rationale_of(said: Reply) -> str:
    """Return what a model said and thought when it asked for a tool."""
    return "\n".join(filter(None, (said.reasoning.strip(), said.text.strip())))


def tool_name(call: Call) -> str:
    """Return the name of the tool that a call runs."""
    return str(call.attributes.get("gen_ai.tool.name") or call.target.rpartition(" ")[2])


def arguments_of(call: Call) -> Mapping[str, Any]:
    """Return what a tool is given."""
    body = loads(call.body.data) if call.body.data else {}
    if call.kind == MCP and isinstance(body, dict):
        body = body.get("arguments") or {}
    return body if isinstance(body, dict) else {"input": body}


def settled_of(exchange: Exchange, facts: Facts, prices: Prices) -> Settled:
    """Return what an exchange came to; of a model's answer without usage, estimates of its tokens besides."""
    ended = None if facts.at is None else exchange.started_at + exchange.duration
    if not facts.is_model:
        return Settled(exchange, facts, _line(exchange, facts, _name(exchange.call, facts)), ended=ended)
    exchange = described_exchange(exchange)
    names, usage = _answering_names(exchange), exchange.usage
    told = usage.input_tokens is not None or usage.output_tokens is not None
    untold = not told and _was_answered(exchange.outcome)
    cost = prices.cost(names.models, names.provider, usage) if told else None if untold else _FREE
    line = _line(exchange, facts, next(filter(None, names.models), ""))
    line = line.priced(usage, cost, untold=untold)
    guessed = (_at_least(exchange.call), _at_least_answered(exchange)) if untold else (0, 0)
    return Settled(exchange, facts, line, names, ended, *guessed)


def _line(exchange: Exchange, facts: Facts, name: str) -> Line:
    return Line(
        exchange.call.kind,
        name,
        steps=int(facts.is_step),
        is_tool=bool(facts.tool),
        is_model=facts.is_model,
        failed=int(_failed(exchange.outcome)),
        retries=int(facts.failed > 0),
    )


def _name(call: Call, facts: Facts) -> str:
    if runs_a_tool(call) or call.kind == AGENT:
        return tool_name(call)
    return facts.host or call.target


def _is_step(call: Call) -> bool:
    """Whether a call is one that an agent decides on: no reading of a clock, no frame, nothing of MCP's protocol."""
    if call.kind == MCP:
        return call.target.startswith(_MCP_STEPS)
    if call.kind == WEBSOCKET:
        return call.target.startswith(_CONNECT)
    return call.kind not in _NO_STEPS


def _failed(outcome: Outcome) -> bool:
    if isinstance(outcome, Raised):
        return outcome.type != "Cancelled"
    if isinstance(outcome, Streamed) and isinstance(outcome.end, Raised):
        return True
    if outcome.head is None:
        return _MCP_ERROR in outcome.body.data
    return outcome.head.failed


def _asked_names(call: Call) -> Names:
    call = described_call(call)
    provider = str(call.attributes.get("gen_ai.provider.name") or "")
    return Names((call.model,) if call.model else (), provider)


def _answering_names(exchange: Exchange) -> Names:
    asked = _asked_names(exchange.call)
    answered = str(exchange.attributes.get("gen_ai.response.model") or "")
    return Names((answered, *(asked.models or ("",))), asked.provider)


def _host_of(call: Call) -> str:
    if call.kind in {TOOL, AGENT} or (call.kind == MCP and not call.url):
        return ""
    try:
        return urlsplit(call.url or call.target.rpartition(" ")[2]).hostname or ""
    except ValueError:
        return ""


def _at_least(call: Call) -> int:
    data = call.body.data
    return len(_BASE64.sub(b"", data)) // FEWEST


def _at_least_answered(exchange: Exchange) -> int:
    said = reply(exchange.call, exchange.outcome)
    texts = (said.text, said.reasoning, *(call.arguments for call in said.tool_calls))
    return sum(map(len, texts)) // FEWEST


def _was_answered(outcome: Outcome) -> bool:
    """Whether a model said something, which is paid for: an error is not, a stream that broke is."""
    return not isinstance(outcome, Raised) and not (outcome.head is not None and outcome.head.failed)
