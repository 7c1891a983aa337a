"""Threads and tasks that go on after the session they were started in: where it was confined, they are stopped."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

from pytest_oao.errors import EscapedCall
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import Lane, here, performing
from pytest_oao.runtime.network_guard import passes, watch
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Refusal

_AFTER: WeakKeyDictionary[Lane, Callable[[Lane], Gateway]] = WeakKeyDictionary()
"""What makes the gateway of such strands, by the root of their session: gone with the last of them."""


def confine(gateway: Gateway) -> None:
    """Have the strands of a session stopped, at their next call or connection, once it is over and no other runs."""
    header, passthrough = gateway.header, gateway.passthrough
    scribe = Scribe(gateway.scribe.redactor, gateway.scribe.project)
    source = Refusal(lambda call: _stopped(f"a call ({scribe.redactor.url(call.target)})", header.test))
    _AFTER[gateway.root] = lambda root: Gateway(header, source, scribe, passthrough, root=root)
    watch(_stop_connections)


def outlived() -> Gateway | None:
    """Return the gateway of code that goes on after its confined session, None for all other code.

    What started the session is none of its strands: it has a life of its own afterwards.
    """
    lane = here()
    make = _AFTER.get(lane.root) if lane is not None and lane is not lane.root else None
    return make(lane.root) if make is not None and lane is not None else None


def _stop_connections(event: str, address: str) -> None:
    """Raise EscapedCall: after a script's replay, no seam and no guard is left that would."""
    gateway = outlived()
    if gateway is not None and not performing() and not passes(address, gateway.passthrough):
        raise _stopped(f"a connection to {address} ({event})", gateway.header.test)


def _stopped(what: str, test: str) -> EscapedCall:
    return EscapedCall(
        f"{what} was made after the {'test' if test else 'session'} that started it had ended, and stopped",
        where=test,
        remedy="inside it, wait for the threads and tasks that are started there",
    )
