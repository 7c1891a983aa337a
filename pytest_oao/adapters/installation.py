"""Install adapters: at once into what is imported already, into the rest when it is imported."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pytest_oao.errors import SeamMissing
from pytest_oao.ports import Adapter


@dataclass(slots=True)
class _Seam:
    """A module patched once in this process, however many installations want it."""

    undo: Callable[[], None]
    users: int = 0


_SEAMS: dict[tuple[str, str], _Seam] = {}


class Installation:
    """Adapters in place. What could not be installed is kept in `failures` and fails whoever runs a session."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self.failures: dict[str, SeamMissing] = {}
        self._held: list[tuple[str, str]] = []
        self._active = True
        for adapter in adapters:
            for module in adapter.modules:
                self._watch(adapter, module)

    def _watch(self, adapter: Adapter, module: str) -> None:
        if module in sys.modules:
            self._install(adapter, module)
            return
        import wrapt  # noqa: PLC0415 - late: costs more than the rest of the plugin together

        wrapt.register_post_import_hook(lambda _: self._install(adapter, module), module)

    def _install(self, adapter: Adapter, module: str) -> None:
        if not self._active:  # wrapt cannot forget a hook
            return
        key = (adapter.name, module)
        try:
            seam = _SEAMS.get(key) or _SEAMS.setdefault(key, _Seam(adapter.install(module)))
        except SeamMissing as error:
            self.failures[module] = error
            return
        seam.users += 1
        self._held.append(key)

    def uninstall(self) -> None:
        """Take out every adapter that no other installation needs."""
        self._active = False
        while self._held:
            key = self._held.pop()
            _SEAMS[key].users -= 1
            if not _SEAMS[key].users:
                _SEAMS.pop(key).undo()
