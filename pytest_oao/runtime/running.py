"""Which session is running: that of the code's own strand, else the latest one that is the whole process's.

Threads that C code starts, workers that outlive a test and fixtures of wider scope run on behalf of no session that is
running; a call of theirs must reach a test's all the same, never the network. In production it is nobody's affair.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytest_oao.runtime.copies import watch_copies
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import Lane, enter, here
from pytest_oao.runtime.outliving import confine, outlived
from pytest_oao.runtime.runaways import at_work

_WIDE: list[Gateway] = []
"""Those that take in what runs on behalf of no session, the latest last."""
_BY_ROOT: dict[Lane, Gateway] = {}
"""All of them, by the strands that they begin with: there may be many at once."""


def current() -> Gateway | None:
    """Return the gateway that the running code's calls must pass, or None when they are nobody's affair."""
    lane = here()
    own = _BY_ROOT.get(lane.root) if lane is not None else None
    if own is not None:
        return own
    wide = _WIDE[-1:]  # other threads start and stop theirs meanwhile
    return wide[0] if wide else outlived()


def enclosing() -> Gateway | None:
    """Return the session that takes in what is recorded here: a test's, one that is answered, or one under rules.

    None elsewhere. A recording of its own would take its calls out of the policy, or from the project's own rules.
    """
    gateway = current()
    takes_in = gateway is not None and (gateway.header.test or not gateway.writes or gateway.warden.may_refuse)
    return gateway if takes_in else None


def start(gateway: Gateway) -> None:
    """Make a session's gateway that of its strands, and the one of this process where it is wide."""
    outer = here()
    if outer is not None:
        gateway.root.within = gateway.root.within._replace(agent=outer.within.agent)
    _BY_ROOT[gateway.root] = gateway
    gateway.runaways.runs = True
    if gateway.is_wide:
        watch_copies(_WIDE)
        _WIDE.append(gateway)


def stop(gateway: Gateway) -> None:
    """End what `start` began, and the session with it; strands of it that go on are free."""
    if _BY_ROOT.pop(gateway.root, None) is not None and gateway.is_wide:
        _WIDE.remove(gateway)
    gateway.close()


def shut(gateway: Gateway) -> None:
    """End what `start` began, and the session with it; strands of it that go on are stopped."""
    confine(gateway)
    stop(gateway)


@contextmanager
def running(gateway: Gateway, end: Callable[[Gateway], None] = stop) -> Iterator[Gateway]:
    """Run a session in this context, and a wide one as the latest of this process; `end` is `stop` or `shut`."""
    start(gateway)
    try:
        with on_its_strand(gateway):
            yield gateway
    finally:
        end(gateway)


@contextmanager
def on_its_strand(gateway: Gateway) -> Iterator[None]:
    """Have what is inside be of a session; its strand may be left and entered again, piece by piece."""
    outer = here()
    if gateway.may_halt:
        gateway.runaways.home = at_work()
    enter(gateway.root)
    try:
        yield
    finally:
        if here() is gateway.root:  # fixtures may be taken down in another context than they were set up in
            enter(outer)


def abandon(gateway: Gateway) -> None:
    """Have a session's strands be nobody's affair from now on, unless a policy holds them: its record is given up."""
    if not gateway.may_halt:
        _BY_ROOT.pop(gateway.root, None)
        gateway.abandon()


def _forget_parents() -> None:
    """Have a forked process know nothing of its parent's sessions, but of those that refuse what a copy does."""
    for root, gateway in tuple(_BY_ROOT.items()):
        if not gateway.is_wide:
            del _BY_ROOT[root]
            gateway.forsake()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parents)
