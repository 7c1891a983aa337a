"""numpy's global generator: what the agent's own code draws from it comes from one of its lane.

Generators of its own that it makes without a seed take theirs from `secrets` (adapters/entropy.py).
"""

import sys
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from pytest_oao.adapters.routing import Routes
from pytest_oao.runtime.worlds import drawn_by

_OTHERS = {"seed": "seed", "sample": "random_sample", "ranf": "random_sample"}
"""Functions around methods of the global generator, by name."""
_BITS = 1 << 32


class NumpyRandomness:
    """Patches the functions of `numpy.random`."""

    name = "numpy"
    modules = ("numpy.random",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch them."""
        routes, library = Routes(), sys.modules[module]
        for name, method in _functions(library).items():
            routes.route(library, name, partial(_drawn, library.RandomState, method))
        return routes.undo


def _functions(library: ModuleType) -> dict[str, str]:
    """Return the functions that draw from the global generator, each with the name of the method that it is."""
    hidden = library.mtrand._rand  # noqa: SLF001 - it has no other name
    bound = {name: name for name, value in vars(library).items() if getattr(value, "__self__", None) is hidden}
    return _OTHERS | bound


def _drawn(kind: Callable[[int], Any], method: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def draw(*args: Any, **kwargs: Any) -> Any:
        world = drawn_by(sys._getframe(1))  # noqa: SLF001 - the caller is all that tells
        if world is None:
            return original(*args, **kwargs)
        generator = world.streams.other("numpy", lambda seed: kind(seed % _BITS))
        return getattr(generator, method)(*args, **kwargs)

    return draw
