"""Own time and own chance for a session: everything in place that routes to it, and taken out again."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from pytest_oao.adapters.counters import Counters
from pytest_oao.adapters.entropy import Entropy
from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.numpy_randomness import NumpyRandomness
from pytest_oao.adapters.own_names import OwnNames
from pytest_oao.adapters.randomness import Randomness
from pytest_oao.adapters.sleeps import Sleeps
from pytest_oao.adapters.uuids import Uuids
from pytest_oao.adapters.wall_clock import WallClock
from pytest_oao.ports import Adapter
from pytest_oao.runtime.callers import Callers
from pytest_oao.runtime.worlds import World, enter_world, leave_world

ROUTING: tuple[Adapter, ...] = (
    WallClock(),
    Counters(),
    Sleeps(),
    Entropy(),
    Randomness(),
    Uuids(),
    NumpyRandomness(),
)
"""No part of the table of adapters: these are in place while a session wants them, not for a whole run."""


@contextmanager
def own_world(world: World) -> Iterator[None]:
    """Have the agent's own code live in a world, and put all back afterwards."""
    installation = Installation(ROUTING)
    names = _names_of(world.callers)
    try:
        installation.require()
        names.join()
        enter_world(world)
        try:
            yield
        finally:
            leave_world(world)
            names.leave()
    finally:
        installation.uninstall()


@lru_cache(maxsize=16)
def _names_of(callers: Callers) -> OwnNames:
    return OwnNames(callers)
