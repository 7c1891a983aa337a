"""Sessions for the tests of adapters: one that is recorded, and one that is replayed."""

import json
from pathlib import Path

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.orders import ORDERS
from pytest_oao.runtime.per_kind import answered, answers_of
from pytest_oao.runtime.replayer import Replayer
from pytest_oao.runtime.running import running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder

REDACTOR = Redactor.of(environment={})
SCRIBE = Scribe(REDACTOR, Project(Path("nowhere")))


def call(number):
    """Return the call with a number."""
    body = {"model": "m", "messages": [{"role": "user", "content": f"call {number}"}]}
    return Call("chat", "POST /chat/completions", Body(json.dumps(body).encode(), "application/json"))


def replay(calls=20, **kinds):
    """Replay a session of so many calls."""
    outcome = Returned(Body(b"{}", "application/json"), Head(200))
    exchanges = tuple(Exchange(seq, call(seq), outcome) for seq in range(1, calls + 1))
    session = Session(Header("s"), exchanges, Ending("passed"))
    replayer = Replayer(session, Matcher(REDACTOR, ()), ORDERS["lane"](exchanges))
    return running(Gateway(session.header, answered(replayer, answers_of(kinds, "here")), SCRIBE))


class Nowhere:
    """A sink that keeps nothing."""

    def started(self, seq, call):
        pass

    def settled(self, exchange):
        pass


def recording():
    """Record a session into nothing."""
    return running(Gateway(Header("x"), Recorder(), Scribe(REDACTOR, Project(Path("nowhere")), Nowhere())))
