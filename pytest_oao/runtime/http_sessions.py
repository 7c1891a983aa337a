"""Sessions of HTTP alone: clients of HTTP see them, and nothing else of a run is their affair.

Tools, processes, clocks and chance of their tests are the machine's own, as in tests that nobody manages.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import current

_OPEN: list[Gateway] = []


@contextmanager
def running_for_http(gateway: Gateway) -> Iterator[Gateway]:
    """Have the HTTP requests of this process pass a gateway, wherever no whole session is running."""
    _OPEN.append(gateway)
    try:
        yield gateway
    finally:
        _OPEN.remove(gateway)
        gateway.close()


def current_for_http() -> Gateway | None:
    """Return the gateway that an HTTP request of the running code must pass, None where it is nobody's affair."""
    return current() or session_of_http()


def session_of_http() -> Gateway | None:
    """Return the latest session of HTTP alone; None where a whole session is running, or none at all."""
    sessions = tuple(_OPEN)  # other threads may look while one is opened or closed
    return sessions[-1] if sessions and current() is None else None
