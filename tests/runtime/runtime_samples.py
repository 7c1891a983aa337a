"""Calls, sessions and gateways for the tests of the runtime."""

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
from pytest_oao.runtime.policing import policing_of
from pytest_oao.runtime.replayer import Replayer
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder

REDACTOR = Redactor.of(environment={})
POLICING = policing_of(Path("nowhere"), {})


def call(asked="hi", lane="0", kind="chat", target="POST /chat/completions", **more):
    """Return a call; `asked` is a text or a whole body."""
    body = (
        asked if isinstance(asked, dict) else {"model": "m", "messages": [{"role": "user", "content": asked}], **more}
    )
    return Call(
        kind,
        target,
        Body(json.dumps(body).encode(), "application/json"),
        lane,
        "http://127.0.0.1:1/v1/chat/completions",
    )


def answer(text):
    body = {"choices": [{"message": {"content": text}}]}
    return Returned(Body(json.dumps(body).encode(), "application/json"), Head(200))


def said(outcome):
    return json.loads(outcome.body.data)["choices"][0]["message"]["content"]


def session(*calls):
    """Return a session of calls, each answered with its number."""
    exchanges = [Exchange(seq, one, answer(f"answer {seq}")) for seq, one in enumerate(calls, 1)]
    return Session(Header("s"), tuple(exchanges), Ending("passed"))


def replayer(recorded, *, order="lane", ignore=(), redactor=REDACTOR, **options):
    return Replayer(recorded, Matcher(redactor, ignore), ORDERS[order](recorded.exchanges), **options)


def replaying(recorded, **options):
    """Return a gateway that replays a session."""
    return Gateway(recorded.header, replayer(recorded, **options), Scribe(REDACTOR, Project(Path("nowhere"))))


class Sink:
    """Keeps what it is told; `fail` is raised at the next event."""

    def __init__(self):
        self.events, self.fail = [], None

    def started(self, seq, one):
        self._take("started", seq, one)

    def settled(self, exchange):
        self._take("settled", exchange.seq, exchange)

    def _take(self, *event):
        if self.fail is not None:
            raise self.fail
        self.events.append(event)


def recording(sink=None, redactor=REDACTOR):
    """Return a gateway that records into a sink."""
    return Gateway(Header("s"), Recorder(), Scribe(redactor, Project(Path("nowhere")), sink))
