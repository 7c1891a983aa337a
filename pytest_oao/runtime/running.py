"""Which session is running: that of the code's own strand, else the latest of this process.

Threads that C code starts, workers that outlive a test and fixtures of wider scope run on behalf of no session that is
running; a call of theirs must reach one all the same, never the network.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytest_oao.runtime.copies import watch_copies
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import enter, here
from pytest_oao.runtime.outliving import confine, outlived
from pytest_oao.runtime.runaways import at_work

_RUNNING: list[Gateway] = []


def current() -> Gateway | None:
    """Return the gateway that the running code's calls must pass, or None when they are nobody's affair."""
    sessions = tuple(_RUNNING)  # other threads start and stop theirs meanwhile
    if not sessions:
        return outlived()
    lane = here()
    if lane is not None:
        for gateway in sessions:
            if gateway.root is lane.root:
                return gateway
    return sessions[-1]


def enclosing() -> Gateway | None:
    """Return the session that takes in what is recorded here: a test's, one that is answered, or one under a policy.

    None elsewhere. A recording of its own would take its calls out of the policy.
    """
    gateway = current()
    takes_in = gateway is not None and (gateway.header.test or not gateway.writes or gateway.warden.policy is not None)
    return gateway if takes_in else None


def start(gateway: Gateway) -> None:
    """Make a session's gateway the one of this process."""
    watch_copies(_RUNNING)
    gateway.runaways.runs = True
    _RUNNING.append(gateway)


def stop(gateway: Gateway) -> None:
    """End what `start` began, and the session with it; strands of it that go on are free."""
    _RUNNING.remove(gateway)
    gateway.close()


def shut(gateway: Gateway) -> None:
    """End what `start` began, and the session with it; strands of it that go on are stopped."""
    confine(gateway)
    stop(gateway)


@contextmanager
def running(gateway: Gateway, end: Callable[[Gateway], None] = stop) -> Iterator[Gateway]:
    """Run a session in this context, and as the latest one of this process; `end` is `stop` or `shut`."""
    outer = here()
    gateway.runaways.home = at_work()
    start(gateway)
    if outer is not None:
        gateway.root.within = gateway.root.within._replace(agent=outer.within.agent)
    enter(gateway.root)
    try:
        yield gateway
    finally:
        if here() is gateway.root:  # fixtures may be taken down in another context than they were set up in
            enter(outer)
        end(gateway)
