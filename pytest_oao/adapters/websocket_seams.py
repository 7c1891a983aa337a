"""What the seams of tasks and of threads have in common: how a websocket is opened, and how an answer is handed on."""

import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from pytest_oao.adapters.websocket_frames import closing_of_connection, exception_of, recorded_closing
from pytest_oao.adapters.websocket_peers import Library, Peer
from pytest_oao.adapters.websocket_wires import Wire, passes_by
from pytest_oao.errors import OaoHalt, SeamMissing
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome, Raised, Returned, Streamed
from pytest_oao.providers.websocket_calls import BINARY, Closing, close_body, closing_of, connect_call
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import current


def library() -> Library:
    """Return the modules of the library that a peer is made of."""
    from websockets import frames, http11, server  # noqa: PLC0415 - late: this library is imported, others pay nothing

    return Library(server, http11, frames)


def opening(url: str) -> Gateway | None:
    """Return the session that a connection to `url` belongs to, None where it is nobody's affair."""
    gateway = current()
    return None if gateway is None or passes_by(urlsplit(url).hostname or "", gateway) else gateway


def call_of(url: str, headers: Any, gateway: Gateway) -> Call:
    """Return the call that opening a connection is."""
    return connect_call(url, _pairs(headers), gateway.lane.path)


def _pairs(headers: Any) -> Headers:
    if headers is None:
        return ()
    items: Iterable[Any] = headers.items() if hasattr(headers, "items") else headers
    items = headers.raw_items() if hasattr(headers, "raw_items") else items
    return tuple((str(name), str(value)) for name, value in items)


def peer_of(recorded: Exchange, gateway: Gateway) -> Peer:
    """Return the peer that shakes hands as was recorded; raises what was recorded in its place."""
    outcome = recorded.outcome
    if isinstance(outcome, Raised):
        raise rebuilt(outcome)
    if not isinstance(outcome, Returned) or outcome.head is None:
        remedy = "the cassette was edited: take it from version control, or record it again"
        raise gateway.halt(OaoHalt("the recorded connection has no status", where=gateway.header.id, remedy=remedy))
    return Peer(outcome, library())


def rebuilt(outcome: Raised) -> BaseException:
    """Return a recorded exception."""
    return exception_of(outcome, sys.modules["websockets.exceptions"])


def serve(wire: Wire, outcome: Outcome) -> None:
    """Have the connection get a recorded frame, or end as recorded; raises the recorded exception that is no end."""
    line = wire.line
    assert line is not None
    closing = recorded_closing(outcome)
    if isinstance(outcome, Raised) and closing is None:
        raise rebuilt(outcome)
    wire.received += 1
    if closing is not None:
        line.hang_up(closing)
    elif isinstance(outcome, Returned):
        line.peer.frame(outcome.body, outcome.body.data, first=True, last=True)
        line.deliver()
    wire.passed()


class Fragments:
    """A recorded frame on its way to an agent that takes it in fragments: one is said each time it asks."""

    def __init__(self, wire: Wire, exchange: Exchange, outcome: Streamed) -> None:
        self._wire, self._exchange, self._outcome = wire, exchange, outcome
        self._left = list(outcome.chunks())
        wire.received += 1
        wire.passed()
        self._first = True

    def say_next(self) -> None:
        """Have the peer say the next fragment, or what came in its place."""
        line, end = self._wire.line, self._outcome.end
        assert line is not None
        if self._left:
            chunk = self._left.pop(0)
            last = not self._left and end == "complete"
            line.peer.frame(self._outcome.body, chunk, first=self._first, last=last)
            self._first = False
            line.deliver()
        elif end == "closed":
            cause = "the agent stopped here to take the frame's fragments while recording; it now takes more"
            self._wire.gateway.overrun(self._exchange, cause)
        elif isinstance(end, Raised):
            self._break_off(end)

    def say_all(self) -> None:
        """Have the peer say all at once, to an agent that takes the frame whole."""
        while self._left:
            self.say_next()
        if self._outcome.end != "complete":
            self.say_next()

    def _break_off(self, end: Raised) -> None:
        closing = recorded_closing(end)
        if closing is None:
            raise rebuilt(end)
        assert self._wire.line is not None
        self._wire.line.hang_up(closing)


def closed(wire: Wire, outcome: Outcome) -> None:
    """Have the connection be closed as recorded; raises the exception that was."""
    assert wire.line is not None
    if isinstance(outcome, Raised):
        closing = recorded_closing(outcome)
        wire.line.hang_up(closing or Closing())
        if closing is None:
            raise rebuilt(outcome)
        return
    wire.line.hang_up(closing_of(outcome.body.json() if outcome.body.data else None))


def closing_call(wire: Wire, code: Any, reason: str) -> Call:
    """Return the call that closing a connection is."""
    wire.closes = True
    return wire.sending("close", close_body(int(code), reason))


def is_open(connection: Any) -> bool:
    """Whether a connection is not closed, and is not being closed."""
    return bool(connection.protocol.state.name == "OPEN")


def ended(connection: Any) -> Returned:
    """Return what closing a connection came to."""
    return Returned(closing_of_connection(connection.protocol).body())


def sending_verb(body: Body, *, fragment: bool) -> str:
    """Return what sending a frame, or a fragment of one, is called."""
    return f"{'fragment' if fragment else 'send'}{'-binary' if body.media_type == BINARY else ''}"


def inner(owner: Any, *names: str) -> str:
    """Return the first of the names that a class has; raises SeamMissing."""
    for name in names:
        if hasattr(owner, name):
            return name
    raise SeamMissing(
        f"websockets {sys.modules['websockets'].version.version} is of an unknown generation: "
        f"{owner.__qualname__} has none of {', '.join(names)}",
        where="websockets",
        remedy="upgrade pytest-oao, or pin websockets to a version that its docs name",
    )


def undelayed(connecter: Any, gateway: Gateway) -> None:
    """Have a client that connects again wait only as long as the session says."""
    delays = getattr(connecter, "reconnect_delays", None)
    if delays is not None and not hasattr(delays, "oao_told"):
        connecter.reconnect_delays = told_delays(delays, gateway)


def told_delays(delays: Callable[..., Iterable[float]], gateway: Gateway | None = None) -> Callable[..., Any]:
    """Return delays as long as the session says, that of the running code where none is given."""

    def told(*args: Any, **kwargs: Any) -> Any:
        for seconds in delays(*args, **kwargs):
            asked = gateway or current()
            yield seconds if asked is None else asked.source.delay(seconds)

    told.oao_told = True  # type: ignore[attr-defined]  # not to be told again
    return told
