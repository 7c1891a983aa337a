"""Agents that have a name: policies may tell them apart, and records name them."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_oao.runtime.lanes import Lane, entered, here


@contextmanager
def agent(name: str) -> Iterator[None]:
    """Have the calls that are made inside be those of an agent of this name, in threads and tasks begun inside, too.

    A policy says under `agents` what holds for it besides. Inside it another agent may be named.
    """
    with entered((here() or Lane()).of_agent(name)):
        yield
