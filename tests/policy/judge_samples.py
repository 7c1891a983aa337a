"""Calls before a judge: what rules know of them, and what they come to."""

import json
from decimal import Decimal
from itertools import count

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange, Usage
from pytest_oao.model.ledgers import Line
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.policy.facts import Facts, Names
from pytest_oao.policy.judge import Judge
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.tally import Settled

PRICES = Prices.of(
    {"gpt": {"input": 1, "cached_input": 0.5, "output": 10, "context_window": 1000}, "old": {"input": 1}}
)
"""In US dollars per million tokens; nobody lists `unlisted`."""


def judge(**rules):
    return Judge(Policy(**rules), PRICES)


READS = Facts(Call("", "")).reads
_KNOWN = ("at", "number", "agent", "rationale", "failed")


def tool(name="search", lane="0", depth=0, **more):
    """Return what is known of a tool's call; what the judge does not know are its arguments."""
    known = {key: more.pop(key) for key in _KNOWN if key in more}
    call = Call("execute_tool", name, Body(json.dumps(more).encode(), "application/json"), lane)
    return Facts(
        call, tool=name, is_step=depth == 0, depth=depth, reads=READS._replace(arguments=lambda _: more), **known
    )


def model(name="gpt", text="hi", estimate=0, depth=0, **more):
    """Return what is known of a model's call."""
    body = Body(json.dumps({"model": name, "text": text}).encode())
    call = Call(more.pop("kind", "chat"), "POST /chat/completions", body, more.pop("lane", "0"))
    reads = READS._replace(names=lambda _: Names((name,) if name else ()), at_least=lambda _: estimate)
    return Facts(call, is_model=True, is_step=depth == 0, depth=depth, reads=reads, **more)


def request(host="example.com", at=None, lane="0", path="/"):
    call = Call("http", f"GET https://{host}{path}", lane=lane)
    return Facts(call, is_step=True, at=at, reads=READS._replace(host=lambda _: host))


_numbers = count(1)


def settled(facts, usage=None, *, failed=False, guessed=(0, 0), **came):
    """Return what a call came to; a model's that has no usage told none."""
    outcome = came.get("outcome") or (Raised("Error") if failed else Returned())
    asked = facts.models.models[:1] if facts.is_model else ()
    name = facts.tool or came.get("answered") or next(iter(asked), facts.host)
    line = Line(
        facts.call.kind,
        name,
        steps=facts.is_step,
        is_tool=bool(facts.tool),
        is_model=facts.is_model,
        failed=failed,
        retries=int(facts.failed > 0),
    )
    names = Names((name, *asked))
    if facts.is_model:
        cost = PRICES.cost(names.models, "", usage) if usage is not None else Decimal(0) if failed else None
        line = line.priced(usage or Usage(), cost, untold=usage is None and not failed)
    exchange = Exchange(facts.number or next(_numbers), facts.call, outcome)
    return Settled(exchange, facts, line, names, came.get("ended", facts.at), *guessed, is_cut=came.get("cut", False))


def made(judge, facts, usage=None, **came):
    """Have a call made and settled; return the first rule that it breaks."""
    breach = judge.before(facts) or judge.begins(facts)
    if breach is None:
        number = next(_numbers)
        judge.starts(number, facts)
        breach = judge.after(settled(facts, usage, **came), number)
    return breach


def run(judge, *calls):
    """Return the place and the rule of the first call that breaks one, None where none does."""
    for place, facts in enumerate(calls):
        breach = made(judge, facts, Usage(1, 1) if facts.is_model else None)
        if breach is not None:
            return place, breach.rule
    return None
