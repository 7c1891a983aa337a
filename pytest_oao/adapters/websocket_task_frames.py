"""What a task sends and receives on a websocket: a call each."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
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
from pytest_oao.adapters.websocket_turns import in_task, received, sent
from pytest_oao.adapters.websocket_wires import Wait, Wire, wire_of
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned, Streamed
from pytest_oao.runtime.overruns import SLACK, recorded_seconds, was_cancelled

Original = Callable[..., Any]


def sending(original: Original) -> Original:
    """Have frames that the agent sends be calls."""

    async def send(self: Any, message: Any, text: bool | None = None) -> Any:  # noqa: FBT001 - the library's own
        options = () if text is None else (text,)
        wire = wire_of(self)
        if wire is None or isinstance(message, Mapping):
            return await original(self, message, *options)
        if isinstance(message, (str, *BYTES)):
            async with _Sent(wire, message, text, fragment=False):
                return await original(self, message, *options)
        if isinstance(message, AsyncIterable | Iterable):
            message = _fragments(wire, message, text)
        return await original(self, message, *options)

    return send


async def _fragments(wire: Wire, message: Any, text: bool | None) -> AsyncIterator[Any]:  # noqa: FBT001
    """Pass the fragments of a message on, each a frame."""
    async for fragment in _each(message):
        if isinstance(fragment, (str, *BYTES)):
            async with _Sent(wire, fragment, text, fragment=True):
                yield fragment
        else:
            yield fragment  # the library refuses it


async def _each(items: Any) -> AsyncIterator[Any]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


class _Sent:
    """A frame that is being sent: written down before, and settled after; in replay, answered before."""

    def __init__(self, wire: Wire, frame: Any, text: bool | None, *, fragment: bool) -> None:  # noqa: FBT001
        body = body_of(frame, text=text)
        self._wire, self._call = wire, wire.sending(sending_verb(body, fragment=fragment), body)
        self._admission: Any = None

    async def __aenter__(self) -> None:
        if self._wire.line is None:
            self._admission = self._wire.gateway.admit(self._call)
            self._wire.sent += 1
            return
        outcome = (await in_task(self._wire, sent(self._wire, self._call))).outcome
        await _others()
        if isinstance(outcome, Raised):
            closed(self._wire, outcome)

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        if self._admission is not None:
            self._wire.gateway.settle(self._admission, Returned() if error is None else failure_of(error))


def receiving(original: Original) -> Original:
    """Have frames that the agent receives be calls, written down when they have arrived."""

    async def recv(self: Any, decode: bool | None = None) -> Any:  # noqa: FBT001 - the library's own
        options = () if decode is None else (decode,)
        wire = wire_of(self)
        if wire is None:
            return await original(self, *options)
        if wire.line is not None:
            exchange = await due(self, wire, "receive")
            if isinstance(exchange.outcome, Streamed):
                Fragments(wire, exchange, exchange.outcome).say_all()
            return await original(self, *options)
        wait = Wait(wire, "receive")
        try:
            frame = await original(self, *options)
        except BaseException as error:
            wait.failed(error)
            raise
        wait.over(Returned(received_body(frame, decode)), passed=True)
        return frame

    return recv


async def due(connection: Any, wire: Wire, verb: str) -> Exchange:
    """Return the recorded exchange of what the agent waits for, once it is due; whole frames have arrived then."""
    exchange = await _awaited(connection, wire, verb)
    if not isinstance(exchange.outcome, Streamed):
        serve(wire, exchange.outcome)
    return exchange


async def _awaited(connection: Any, wire: Wire, verb: str) -> Exchange:
    await _others()  # before, so that nobody stops the agent between the answer and its frame
    steps = received(wire, wire.receiving(verb), is_open=lambda: is_open(connection))
    exchange = await in_task(wire, steps)
    if was_cancelled(exchange.outcome):
        await until_stopped(wire, exchange)
    return exchange


async def _others() -> None:
    """Let other tasks have their turn, as a network does."""
    await asyncio.sleep(0)


async def until_stopped(wire: Wire, exchange: Exchange) -> None:
    """Wait for the agent to stop waiting, as it did then; raises Diverged when it does not."""
    await asyncio.sleep(recorded_seconds(wire.gateway) + SLACK)
    wire.gateway.overrun(exchange, "the agent stopped to wait here while recording; it now waits on")


def closing(original: Original) -> Original:
    """Have the agent's first closing of a connection be a call."""

    async def close(self: Any, code: Any = 1000, reason: str = "") -> Any:
        wire = wire_of(self)
        if wire is None or wire.closes:
            return await original(self, code, reason)
        call = closing_call(wire, code, reason)
        if wire.line is not None:
            exchange = await in_task(wire, sent(wire, call))
            await _others()
            closed(wire, exchange.outcome)
            return await original(self, code, reason)
        admission = wire.gateway.admit(call)
        wire.sent += 1
        try:
            await original(self, code, reason)
        except BaseException as error:
            wire.gateway.settle(admission, failure_of(error))
            raise
        wire.gateway.settle(admission, ended(self))
        return None

    return close


def waiting_closed(original: Original) -> Original:
    """Have the agent's wait for the other side to close be a call."""

    async def wait_closed(self: Any) -> Any:
        wire = wire_of(self)
        if wire is None:
            return await original(self)
        if wire.line is not None:
            closed(wire, (await _awaited(self, wire, "await-close")).outcome)
            wire.received += 1
            return await original(self)
        wait = Wait(wire, "await-close")
        try:
            await original(self)
        except BaseException as error:
            wait.failed(error)
            raise
        wait.over(ended(self), passed=True)
        return None

    return wait_closed
