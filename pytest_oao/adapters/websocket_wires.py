"""What is known of each websocket of the agent's: its session, what has passed on it, and its peer in replay."""

from collections import Counter
from collections.abc import Callable
from time import perf_counter, time
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from pytest_oao.adapters.websocket_frames import failure_of
from pytest_oao.adapters.websocket_peers import Peer
from pytest_oao.errors import EscapedCall, OaoHalt
from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome, Raised
from pytest_oao.providers.websocket_calls import GIVEN_UP, Closing, address_of_frames, frame_call
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import performing
from pytest_oao.runtime.running import current

_WIRE = "_oao_wire"
_MADE: "WeakKeyDictionary[Gateway, Counter[tuple[str, str]]]" = WeakKeyDictionary()
"""How many connections each strand of a session has made to an address."""


class Line(Protocol):
    """What leads from a replayed connection to its peer."""

    @property
    def peer(self) -> Peer:
        """The other end."""

    def deliver(self) -> None:
        """Hand on what the peer has said."""

    def hang_up(self, closing: Closing) -> None:
        """End the connection as it had ended."""


class Wire:
    """A websocket of the agent's that a session records or answers."""

    def __init__(self, gateway: Gateway, url: str) -> None:
        self.gateway = gateway
        self.address = _address(gateway, url)
        self.line: Line | None = None
        """In replay, what leads to the peer."""
        self.sent = 0
        """Frames that the agent has begun to send; a close counts as one."""
        self.received = 0
        """Frames that the agent was handed, and the news that the connection is closed."""
        self.due: list[int] = []
        """After how many frames sent those who wait in replay will get theirs."""
        self.patient = True
        """Whether what is sent still waits for what was received before it."""
        self.closes = False
        """Whether the agent has closed the connection."""
        self._waiting: list[Callable[[], object]] = []

    def sending(self, verb: str, body: Body) -> Call:
        """Return the call that sending a frame is."""
        return frame_call(verb, self.address, body, self.gateway.lane.path, self.received)

    def receiving(self, verb: str) -> Call:
        """Return the call that receiving a frame is."""
        return frame_call(verb, self.address, EMPTY, self.gateway.lane.path, self.sent)

    def answer(self, call: Call) -> Exchange:
        """Return the recorded exchange of a frame; raises OaoHalt."""
        recorded = self.gateway.admit(call).recorded
        if recorded is None:
            remedy = "let the connection be live as well: name the kind, or its host, and not the frame"
            halt = OaoHalt("a frame of a connection that is answered from the record cannot be live", remedy=remedy)
            raise self.gateway.halt(halt)
        return recorded

    def passed(self) -> None:
        """Have those look again who wait for what passes."""
        waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()

    def wakes(self, wake: Callable[[], object]) -> None:
        """Have `wake` called once when something passes."""
        self._waiting.append(wake)


class Wait:
    """The agent waits for a frame: written down when it is over, for until then nothing has passed."""

    def __init__(self, wire: Wire, verb: str) -> None:
        self._wire, self._verb = wire, verb
        self._began, self._clock = time(), perf_counter()

    def begin(self) -> Admission:
        """Write down that a frame begins to arrive."""
        call = self._wire.receiving(self._verb)
        return self._wire.gateway.admit(call)._replace(started_at=self._began, clock=self._clock)

    def over(self, outcome: Outcome, *, passed: bool) -> None:
        """Write down what came, or that nothing came before the agent stopped to wait."""
        gateway = self._wire.gateway
        if not passed and gateway.halted is not None:
            return  # the agent is stopped because the session is
        gateway.settle(self.begin(), outcome)
        self._wire.received += passed

    def failed(self, error: BaseException) -> None:
        """Write down that the agent was told of the end, or stopped to wait."""
        outcome = failure_of(error)
        gave_up = isinstance(outcome, Raised) and outcome.type in GIVEN_UP
        self.over(outcome, passed=not gave_up)


def tie(connection: Any, wire: Wire | None) -> None:
    """Say which wire a connection is, or that it is nobody's affair."""
    vars(connection)[_WIRE] = wire


def wire_of(connection: Any) -> Wire | None:
    """Return the wire of a connection, None where its frames are nobody's affair; raises EscapedCall."""
    known = vars(connection)
    wire: Wire | None = known.get(_WIRE)
    if wire is None and _WIRE in known:
        return None
    gateway = current()
    if wire is not None and wire.line is not None and gateway is None and connection.protocol.state.name == "OPEN":
        wire.line.hang_up(Closing())  # nobody is left who could answer
    if gateway is None or passes_by(_host_of(connection), gateway):
        return None
    if wire is None or wire.gateway is not gateway:
        gateway.unseen(_stranger(connection, gateway))
        return None
    return wire


def passes_by(host: str, gateway: Gateway) -> bool:
    """Whether connections to a host are nobody's affair here."""
    return performing() or host in gateway.terms.passthrough


def _host_of(connection: Any) -> str:
    protocol = connection.protocol
    uri = getattr(protocol, "uri", None) or getattr(protocol, "wsuri", None)
    return str(getattr(uri, "host", ""))


def _stranger(connection: Any, gateway: Gateway) -> EscapedCall:
    host = _host_of(connection)
    return EscapedCall(
        f"a frame passes on a websocket to {host} that was opened before the session began, or in another one",
        where=gateway.header.test,
        remedy="open the connection inside the test; if the host is part of the test's own set-up, name it: "
        f"oao_passthrough_hosts = {host}",
    )


def _address(gateway: Gateway, url: str) -> str:
    made = _MADE.setdefault(gateway, Counter())
    place = gateway.lane.path, address_of_frames(url, 1)
    made[place] += 1
    return address_of_frames(url, made[place])
