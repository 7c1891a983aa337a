"""The module `random`: what the agent's own code draws comes from the streams of its lane.

The functions of the module are methods of one hidden generator. That one is left as it is: others draw from it too, and
seed it, as pytest-randomly does before each phase of a test.
"""

import sys
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from pytest_oao.adapters.routing import Routes
from pytest_oao.runtime.worlds import drawn_by


class Randomness:
    """Patches the functions of `random`, and how its generators are seeded that are given no seed."""

    name = "random"
    modules = ("random",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch them."""
        routes, library = Routes(), sys.modules[module]
        for name in _functions(library):
            routes.route(library, name, partial(_drawn, name))
        routes.wrap(library.Random, "seed", _seeded)
        return routes.undo


def _functions(library: ModuleType) -> list[str]:
    """Return the names of the functions that are methods of the hidden generator."""
    hidden = vars(library)["_inst"]
    return [name for name, value in vars(library).items() if getattr(value, "__self__", None) is hidden]


def _drawn(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def draw(*args: Any, **kwargs: Any) -> Any:
        world = drawn_by(sys._getframe(1))  # noqa: SLF001 - the caller is all that tells
        function = original if world is None else getattr(world.streams.random, name)
        return function(*args, **kwargs)

    return draw


def _seeded(original: Callable[..., None]) -> Callable[..., None]:
    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        if a is None:
            world = drawn_by(sys._getframe(1))  # noqa: SLF001 - as above
            if world is not None:
                a = world.streams.bytes.getrandbits(128)
        original(self, a, version)

    return seed
