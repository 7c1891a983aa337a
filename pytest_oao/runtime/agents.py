"""Agents that have a name: policies may tell them apart, and records name them."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_oao.runtime.lanes import Lane, entered, here
from pytest_oao.runtime.running import current


@contextmanager
def agent(name: str) -> Iterator[None]:
    """Have the calls that are made inside be those of an agent of this name, in threads and tasks begun inside, too.

    A policy says under `agents` what holds for it besides. Inside it another agent may be named.
    """
    gateway = current()
    lane = gateway.lane if gateway is not None else here() or Lane()
    with entered(lane.of_agent(name)):
        yield
