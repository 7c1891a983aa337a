"""Names that the project's own modules have for a routed function, as of `from time import monotonic`."""

import sys
from collections.abc import Iterator
from threading import Lock
from types import ModuleType
from typing import Any

from pytest_oao.adapters.routing import ROUTERS
from pytest_oao.runtime.callers import Callers

_Names = dict[str, Any]


class OwnNames:
    """The names of one project: replaced for as long as some session wants it, and then put back wherever they are."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._users = 0
        self._known: set[str] = set()
        """The names of all modules that were looked at."""
        self._sizes: dict[str, tuple[int, int]] = {}
        """By name, which namespace each own module had, and how many names were in it when they were looked through."""
        self._bound: dict[str, list[str]] = {}
        """By own module, its names of functions that can be routed."""
        self._routers: dict[int, Any] = {}
        self._replaced: list[tuple[_Names, str, Any, Any]] = []
        self._lock = Lock()

    def join(self) -> None:
        """Have the names routed, once more."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._routers = {id(router): original for original, router in ROUTERS.values()}
                for name, names in self._modules():
                    self._route(name, names)

    def leave(self) -> None:
        """Put the names back when nobody wants them routed any more, also those that were bound meanwhile."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
            while self._replaced:
                names, name, original, router = self._replaced.pop()
                if names.get(name) is router:
                    names[name] = original
            self._routers |= {id(router): original for original, router in ROUTERS.values()}
            for name, module in self._new():
                _free(vars(module), self._routers)
                self._note(name, module)

    def _modules(self) -> Iterator[tuple[str, _Names]]:
        """Yield the project's own modules."""
        for name, module in self._new():
            self._note(name, module)
        for name in tuple(self._sizes):
            known = sys.modules.get(name)
            if isinstance(known, ModuleType):
                yield name, vars(known)
            else:
                del self._sizes[name]
                self._known.discard(name)

    def _new(self) -> Iterator[tuple[str, ModuleType]]:
        """Yield the modules that were not looked at so far."""
        for name in sys.modules.keys() - self._known:
            module = sys.modules.get(name)
            if isinstance(module, ModuleType):
                yield name, module

    def _note(self, name: str, module: ModuleType) -> None:
        """Remember whose a module is."""
        self._known.add(name)
        file = vars(module).get("__file__")  # getattr could run code: modules may be lazy
        if isinstance(file, str) and self._callers.owns(file):
            self._sizes[name] = 0, 0

    def _route(self, module: str, names: _Names) -> None:
        """Replace the names of one module; where they are as many as before, they are taken to be the same."""
        if self._sizes[module] != (id(names), len(names)):
            self._bound[module] = [name for name, value in names.items() if id(value) in ROUTERS]
            self._sizes[module] = id(names), len(names)
        for name in self._bound[module]:
            original, router = ROUTERS.get(id(names.get(name)), (None, None))
            if original is not None and names[name] is original:
                names[name] = router
                self._replaced.append((names, name, original, router))


def _free(names: _Names, routers: dict[int, Any]) -> None:
    """Put the originals back in a module that was imported while they were routed."""
    for name, value in tuple(names.items()):
        if id(value) in routers:
            names[name] = routers[id(value)]
