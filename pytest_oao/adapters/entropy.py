"""Random bytes: `os.urandom`, and what `secrets`, `uuid4`, `SystemRandom` and unseeded generators make of it."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.routing import Routes
from pytest_oao.runtime.worlds import drawn_by

_NAMES = {"os": "urandom", "random": "_urandom"}


class Entropy:
    """Patches `os.urandom`, and the name that `random` has for it."""

    name = "entropy"
    modules = tuple(_NAMES)

    def install(self, module: str) -> Callable[[], None]:
        """Patch it."""
        routes = Routes()
        routes.route(sys.modules[module], _NAMES[module], _drawn)
        return routes.undo


def _drawn(original: Callable[[int], bytes]) -> Callable[[int], bytes]:
    def urandom(size: Any, /) -> bytes:
        world = drawn_by(sys._getframe(1))  # noqa: SLF001 - the caller is all that tells
        if world is None or not isinstance(size, int) or size < 0:
            return original(size)
        return world.streams.bytes.randbytes(size)

    return urandom
