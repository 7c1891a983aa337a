"""Threads and tasks that go on after the session they were started in: where it was confined, they are stopped."""

from pytest_oao.errors import EscapedCall
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import here, performing
from pytest_oao.runtime.network_guard import passes, watch
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Refusal


def confine(gateway: Gateway) -> None:
    """Have the strands of a session stopped, at their next call or connection, once it is over and no other runs."""
    header, root = gateway.header, gateway.root
    scribe = Scribe(gateway.scribe.redactor, gateway.scribe.project)
    source = Refusal(lambda call: _stopped(f"a call ({scribe.redactor.url(call.target)})", header.test))
    root.after = Gateway(header, source, scribe, gateway.passthrough, root=root)
    watch(_stop_connections)


def outlived() -> Gateway | None:
    """Return the gateway of code that goes on after its confined session, None for all other code.

    What started the session is none of its strands: it has a life of its own afterwards.
    """
    lane = here()
    after = lane.root.after if lane is not None and lane is not lane.root else None
    return after if isinstance(after, Gateway) else None


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
