"""Attributes of modules replaced by routers, which tell whose code calls them; and which original each stands for."""

from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches

ROUTERS: dict[int, tuple[Any, Any]] = {}
"""By the `id` of an original: it and its router, while that is in place."""


class Routes(Patches):
    """Patches whose originals may be bound to other names, as by `from time import monotonic`."""

    def __init__(self) -> None:
        super().__init__()
        self._routed: list[tuple[Any, str, Any, Any]] = []
        self._originals: list[int] = []

    def route(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace the function `owner.name` by `make(original)`, wherever it is bound; nothing where it has none."""
        original = getattr(owner, name, None)
        if original is None:
            return
        router = make(original)
        router.__name__, router.__qualname__, router.__doc__ = name, name, original.__doc__
        router.__module__, router.__wrapped__ = getattr(original, "__module__", None), original
        setattr(owner, name, router)
        self._routed.append((owner, name, original, router))
        if id(original) not in ROUTERS:
            ROUTERS[id(original)] = original, router
            self._originals.append(id(original))

    def undo(self) -> None:
        """Put every original back, but where a fixture that outlives the test has put something else meanwhile."""
        super().undo()
        while self._routed:
            owner, name, original, router = self._routed.pop()
            if getattr(owner, name, None) is router:
                setattr(owner, name, original)
        while self._originals:
            del ROUTERS[self._originals.pop()]
