"""Which session is running: of this context if it has one, else of this process.

Threads that C code starts, event loops that outlive a test and fixtures of wider scope do not inherit a context
variable; a call of theirs must reach the session all the same, never the network.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pytest_oao.runtime.gateway import Gateway

_HERE: ContextVar[Gateway | None] = ContextVar("oao_gateway", default=None)
_RUNNING: list[Gateway] = []


def current() -> Gateway | None:
    """Return the gateway that the running code's calls must pass, or None when no session is running."""
    if not _RUNNING:
        return None
    here = _HERE.get()
    return here if here is not None and here in _RUNNING else _RUNNING[-1]


def start(gateway: Gateway) -> None:
    """Make a session's gateway the one of this process."""
    _RUNNING.append(gateway)


def stop(gateway: Gateway) -> None:
    """End what `start` began, and the session with it."""
    _RUNNING.remove(gateway)
    gateway.close()


@contextmanager
def running(gateway: Gateway) -> Iterator[Gateway]:
    """Run a session in this context, and as the latest one of this process."""
    start(gateway)
    outer = _HERE.get()
    _HERE.set(gateway)
    try:
        yield gateway
    finally:
        _HERE.set(outer)  # no token: fixtures may be torn down in another context than they were set up in
        stop(gateway)
