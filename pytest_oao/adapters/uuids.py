"""UUIDs made of the time: of the time that the agent lives in, and of no machine's address.

`uuid4` is made of random bytes alone (adapters/entropy.py). The others never tell a time twice: the module remembers
the latest, which may have been another's, and real.
"""

import sys
from collections.abc import Callable
from threading import RLock
from types import ModuleType
from typing import Any

from pytest_oao.adapters.routing import Routes
from pytest_oao.runtime.worlds import World, drawn_by

_LATEST = ("_last_timestamp", "_last_timestamp_v6", "_last_timestamp_v7")
_ONE_AT_A_TIME = RLock()
_GROUP = 1 << 40
"""The bit of an address that no network card has."""


class Uuids:
    """Patches `uuid1`, and from Python 3.14 on `uuid6` and `uuid7`."""

    name = "uuids"
    modules = ("uuid",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch them."""
        routes, library = Routes(), sys.modules[module]
        for name in ("uuid1", "uuid6"):
            routes.route(library, name, lambda original: _of_address(original, library))
        routes.route(library, "uuid7", lambda original: _of_time(original, library))
        return routes.undo


def _of_address(original: Callable[..., Any], library: ModuleType) -> Callable[..., Any]:
    def make(node: int | None = None, clock_seq: int | None = None) -> Any:
        world = drawn_by(sys._getframe(1))  # noqa: SLF001 - the caller is all that tells
        if world is None:
            return original(node, clock_seq)
        node = _address(world) if node is None else node
        clock_seq = world.streams.bytes.getrandbits(14) if clock_seq is None else clock_seq
        with _ONE_AT_A_TIME:
            _forget(library)
            return original(node, clock_seq)

    return make


def _of_time(original: Callable[[], Any], library: ModuleType) -> Callable[[], Any]:
    def make() -> Any:
        if drawn_by(sys._getframe(1)) is None:  # noqa: SLF001 - as above
            return original()
        with _ONE_AT_A_TIME:
            _forget(library)
            return original()

    return make


def _address(world: World) -> int:
    return int(world.streams.other("address", lambda seed: seed % (1 << 48) | _GROUP))


def _forget(library: ModuleType) -> None:
    """Have the module forget which time it told last."""
    vars(library).update({name: None for name in _LATEST if hasattr(library, name)})
