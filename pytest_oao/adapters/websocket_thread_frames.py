"""What a thread sends and receives on a websocket: a call each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from time import sleep
from typing import Any

from pytest_oao.adapters.websocket_frames import BYTES, body_of, failure_of, received_body
from pytest_oao.adapters.websocket_seams import (
    Fragments,
    closed,
    closing_call,
    ended,
    is_open,
    sending_verb,
    serve,
)
from pytest_oao.adapters.websocket_turns import in_thread, received, sent
from pytest_oao.adapters.websocket_wires import Wait, Wire, wire_of
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned, Streamed

Original = Callable[..., Any]
_NAP = 0.01
"""Seconds at most that a thread really waits for what will not come: others have their turn."""


def sending(original: Original) -> Original:
    """Have frames that the agent sends be calls."""

    def send(self: Any, message: Any, text: bool | None = None) -> Any:  # noqa: FBT001 - the library's own
        options = () if text is None else (text,)
        wire = wire_of(self)
        if wire is None or isinstance(message, Mapping):
            return original(self, message, *options)
        if isinstance(message, (str, *BYTES)):
            with _Sent(wire, message, text, fragment=False):
                return original(self, message, *options)
        if isinstance(message, Iterable):
            message = _fragments(wire, message, text)
        return original(self, message, *options)

    return send


def _fragments(wire: Wire, message: Iterable[Any], text: bool | None) -> Iterator[Any]:  # noqa: FBT001
    """Pass the fragments of a message on, each a frame."""
    for fragment in message:
        if isinstance(fragment, (str, *BYTES)):
            with _Sent(wire, fragment, text, fragment=True):
                yield fragment
        else:
            yield fragment  # the library refuses it


class _Sent:
    """A frame that is being sent: written down before, and settled after; in replay, answered before."""

    def __init__(self, wire: Wire, frame: Any, text: bool | None, *, fragment: bool) -> None:  # noqa: FBT001
        body = body_of(frame, text=text)
        self._wire, self._call = wire, wire.sending(sending_verb(body, fragment=fragment), body)
        self._admission: Any = None

    def __enter__(self) -> None:
        if self._wire.line is None:
            self._admission = self._wire.gateway.admit(self._call)
            self._wire.sent += 1
            return
        outcome = in_thread(self._wire, sent(self._wire, self._call)).outcome
        if isinstance(outcome, Raised):
            closed(self._wire, outcome)

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if self._admission is not None:
            self._wire.gateway.settle(self._admission, Returned() if error is None else failure_of(error))


def receiving(original: Original) -> Original:
    """Have frames that the agent receives be calls, written down when they have arrived."""

    def recv(self: Any, timeout: float | None = None, decode: bool | None = None) -> Any:  # noqa: FBT001
        options = {} if decode is None else {"decode": decode}
        wire = wire_of(self)
        if wire is None:
            return original(self, timeout, **options)
        if wire.line is not None:
            exchange = due(self, wire, timeout)
            if isinstance(exchange.outcome, Streamed):
                Fragments(wire, exchange, exchange.outcome).say_all()
            return original(self, None, **options)
        wait = Wait(wire, "receive")
        try:
            frame = original(self, timeout, **options)
        except BaseException as error:
            wait.failed(error)
            raise
        wait.over(Returned(received_body(frame, decode)), passed=True)
        return frame

    return recv


def due(connection: Any, wire: Wire, timeout: float | None) -> Exchange:
    """Return the recorded exchange of what the agent waits for, once it is due; whole frames have arrived then."""
    call = wire.receiving("receive")
    turn = wire.gateway.turn(call)
    if timeout is not None and turn.exchange is None and turn.over and is_open(connection):
        sleep(min(max(timeout, 0.0), _NAP))  # nothing had come any more, however often it looked
        raise TimeoutError(f"timed out in {timeout:.1f}s")
    exchange = in_thread(wire, received(wire, call, is_open=lambda: is_open(connection)))
    if not isinstance(exchange.outcome, Streamed):
        serve(wire, exchange.outcome)
    return exchange


def closing(original: Original) -> Original:
    """Have the agent's first closing of a connection be a call."""

    def close(self: Any, code: Any = 1000, reason: str = "") -> Any:
        wire = wire_of(self)
        if wire is None or wire.closes:
            return original(self, code, reason)
        call = closing_call(wire, code, reason)
        if wire.line is not None:
            closed(wire, in_thread(wire, sent(wire, call)).outcome)
            return original(self, code, reason)
        admission = wire.gateway.admit(call)
        wire.sent += 1
        try:
            original(self, code, reason)
        except BaseException as error:
            wire.gateway.settle(admission, failure_of(error))
            raise
        wire.gateway.settle(admission, ended(self))
        return None

    return close
