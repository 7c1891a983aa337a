"""What the tests of transcripts ask of a session: its calls as plain facts."""

import os
from pathlib import Path

import pytest

from pytest_oao.model.attributes import CALL_ID
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
corpus = pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")


def models(session):
    return [one for one in session.exchanges if one.call.kind == "chat"]


def tools(session):
    return [one for one in session.exchanges if one.call.kind == "execute_tool"]


def asked(exchange):
    return neutral.request_of(loads(exchange.call.body.data))


def said(exchange):
    """Return what was said before a model answered, as (role, text or names of tools or results)."""
    return [(message.role, *map(_told, _spoken(message))) for message in asked(exchange).messages]


def _spoken(message):
    """Return the parts that say something, without what a codec keeps of a message beside them."""
    return [part for part in message.parts if part["type"] != "message"]


def _told(part):
    return part.get("content") or part.get("name") or part.get("response")


def answer(exchange):
    return neutral.response_of(loads(exchange.outcome.body.data))


def failure(exchange):
    return neutral.failure_of(loads(exchange.outcome.body.data))


def ran(exchange):
    """Return a tool's name, arguments, call id, and what came of it."""
    outcome = exchange.outcome
    came = f"raised {outcome.message}" if isinstance(outcome, Raised) else loads(outcome.body.data)
    return exchange.call.target, loads(exchange.call.body.data), exchange.call.attributes.get(CALL_ID), came
