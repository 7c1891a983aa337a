"""Threads and tasks that go on after the session they were started in: where it was confined, they are stopped."""

from functools import partial
from threading import Lock

from pytest_oao.errors import EscapedCall
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.hosts import passes
from pytest_oao.runtime.lanes import Lane, here, performing
from pytest_oao.runtime.network_guard import watch
from pytest_oao.runtime.reach import Reach
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Refusal
from pytest_oao.runtime.terms import Terms

_MAKING = Lock()


def confine(gateway: Gateway) -> None:
    """Have the strands of a session stopped, at their next call or connection, once it is over and no other runs."""
    header, scribe = gateway.header, Scribe(gateway.scribe.redactor, gateway.scribe.project)
    gateway.root.after = partial(_afterlife, header, scribe, gateway.terms.passthrough, gateway.terms.reach)
    watch(_stop_connections)


def _afterlife(header: Header, scribe: Scribe, passthrough: frozenset[str], reach: Reach, *, root: Lane) -> Gateway:
    """Return what refuses the calls of the strands of a session that is over."""
    source = Refusal(lambda call: _stopped(f"a call ({scribe.redactor.url(call.target)})", header.test, scribe))
    return Gateway(header, source, scribe, Terms(passthrough, reach, root=root))


def outlived() -> Gateway | None:
    """Return the gateway of code that goes on after its confined session, None for all other code.

    What started the session is none of its strands: it has a life of its own afterwards.
    """
    lane = here()
    if lane is None or lane is lane.root:
        return None
    root = lane.root
    if isinstance(root.after, partial):
        with _MAKING:
            if isinstance(root.after, partial):  # made when a strand asks for it, since it would hold on to itself
                root.after = root.after(root=root)
    return root.after if isinstance(root.after, Gateway) else None


def _stop_connections(event: str, address: str) -> None:
    """Raise EscapedCall: after a script's replay, no seam and no guard is left that would."""
    gateway = outlived()
    if gateway is not None and not performing() and not passes(address, gateway.terms.open_hosts):
        raise _stopped(f"a connection to {address} ({event})", gateway.header.test, gateway.scribe)


def _stopped(what: str, test: str, scribe: Scribe) -> EscapedCall:
    return EscapedCall(
        f"{what}{scribe.project.place()} was made after the {'test' if test else 'session'} that started it had ended, "
        "and stopped",
        where=test,
        remedy="inside it, wait for the threads and tasks that are started there",
    )
