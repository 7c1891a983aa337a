"""When a frame of a recorded connection is handed out: after what the agent had sent before it, and then at once.

The waits are told as data, for tasks and threads wait in their own ways; each of them ends.
"""

import asyncio
from collections.abc import Callable, Generator
from threading import Event
from time import monotonic
from typing import NamedTuple

from pytest_oao.adapters.websocket_wires import Wire
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.providers.websocket_calls import after
from pytest_oao.runtime.overruns import SLACK, recorded_seconds

_PATIENCE = 1.0
"""Seconds that sending waits for the agent to take frames that it had taken before; then it goes on without."""
_LOOK = 0.1
"""Seconds after which those who wait look whether the session was stopped."""


class Until(NamedTuple):
    """A wait: until `ready()`, or for so many seconds at most."""

    ready: Callable[[], bool]
    seconds: float


Steps = Generator[Until, bool, Exchange]
"""Yields waits, is sent whether what was waited for came, and returns the exchange that answers."""


def received(wire: Wire, call: Call, *, is_open: Callable[[], bool]) -> Steps:
    """Return the recorded frame that is due, once it is; raises Diverged."""
    gateway = wire.gateway
    turn = gateway.turn(call)
    if turn.exchange is None:
        if turn.over and is_open():  # nothing had come any more: the agent waits until it is stopped, or closes
            yield Until(lambda: not is_open(), _longest(wire))
    else:
        due = after(turn.exchange.call)
        wire.due.append(due)
        try:
            came = yield Until(lambda: wire.sent >= due, _longest(wire))
        finally:
            wire.due.remove(due)
            wire.passed()
        if not came:
            cause = f"a frame came after the agent had sent {due}; it has sent {wire.sent}, and waits for the frame"
            gateway.stalled(turn.exchange, cause)
    return wire.answer(call)


def sent(wire: Wire, call: Call) -> Steps:
    """Return the recorded exchange of a frame that the agent sends; raises Diverged.

    It waits for the frames that had been received before it, and for those who wait for a frame that it brings, so that
    they are not left behind: the agent may close the connection, or stop its receiver, next.
    """
    due = wire.gateway.turn(call).exchange
    if due is not None and wire.patient:
        before = after(due.call)
        wire.patient = yield Until(lambda: wire.received >= before, _PATIENCE)
    exchange = wire.answer(call)
    wire.sent += 1
    wire.passed()
    yield Until(lambda: all(due > wire.sent for due in wire.due), _PATIENCE)
    return exchange


def _longest(wire: Wire) -> float:
    return (recorded_seconds(wire.gateway) if wire.gateway.exchanges else 0.0) + SLACK


async def in_task(wire: Wire, steps: Steps) -> Exchange:
    """Take the steps, waiting as tasks do."""
    came = None
    try:
        while True:
            until = steps.send(came)  # type: ignore[arg-type]  # None starts it
            came = await _task_waits(wire, until)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


async def _task_waits(wire: Wire, until: Until) -> bool:
    last = monotonic() + until.seconds
    while not until.ready():
        wire.gateway.require_unhalted()
        left = last - monotonic()
        if left <= 0:
            return False
        woken = asyncio.get_running_loop().create_future()
        wire.wakes(lambda woken=woken: woken.done() or woken.set_result(None))  # type: ignore[misc]
        await asyncio.wait([woken], timeout=min(left, _LOOK))
    return True


def in_thread(wire: Wire, steps: Steps) -> Exchange:
    """Take the steps, waiting as threads do."""
    came = None
    try:
        while True:
            until = steps.send(came)  # type: ignore[arg-type]  # None starts it
            came = _thread_waits(wire, until)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def _thread_waits(wire: Wire, until: Until) -> bool:
    last = monotonic() + until.seconds
    while not until.ready():
        wire.gateway.require_unhalted()
        left = last - monotonic()
        if left <= 0:
            return False
        woken = Event()
        wire.wakes(woken.set)
        if not until.ready():  # it may have passed meanwhile
            woken.wait(min(left, _LOOK))
    return True
