"""Calls, exchanges and whole sessions with what their bytes tell, read only when somebody asks for it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from pytest_oao.model.attributes import AGENT_NAME, ReadAttributes
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Session
from pytest_oao.providers.description import describe
from pytest_oao.providers.http_calls import attributes_of


def described_call(call: Call) -> Call:
    """Return a call with the attributes that its request tells; those that it was given stay."""
    return call if _told(call) else replace(call, attributes=ReadAttributes(partial(_told_by, call)))


def _told_by(call: Call) -> Mapping[str, JSON]:
    """Return what a request tells, and who made it, which no bytes tell."""
    return {**attributes_of(call), **call.attributes}


def answer_attributes(call: Call, outcome: Outcome) -> ReadAttributes:
    """Return the attributes that an outcome tells."""
    return ReadAttributes(partial(describe, call, outcome))


def described_session(session: Session) -> Session:
    """Return a session with the attributes that its bytes tell, as they come from a recording or a journal without."""
    exchanges = tuple(map(described_exchange, session.exchanges))
    return replace(session, exchanges=exchanges, in_doubt=tuple(map(described_call, session.in_doubt)))


def described_exchange(exchange: Exchange) -> Exchange:
    """Return an exchange with the attributes that its bytes tell; the same one where it has them."""
    if _told(exchange.call) and _told(exchange):
        return exchange
    call = described_call(exchange.call)
    attributes = exchange.attributes if _told(exchange) else answer_attributes(call, exchange.outcome)
    return replace(exchange, call=call, attributes=attributes)


def _told(one: Call | Exchange) -> bool:
    """Whether attributes are there or can be read; to look whether those say something would read them."""
    return isinstance(one.attributes, ReadAttributes) or bool(one.attributes.keys() - {AGENT_NAME})
