"""Install adapters: at once into what is imported already, into the rest when it is imported."""

import sys
from collections.abc import Callable, Iterable
from threading import RLock

from pytest_oao.errors import SeamMissing
from pytest_oao.ports import Adapter


class _Seam:
    """One module of one adapter: patched once in this process, for as long as any installation wants it."""

    def __init__(self, adapter: Adapter, module: str) -> None:
        self.adapter, self.module = adapter, module
        self._users: list[Installation] = []
        self._undo: Callable[[], None] | None = None

    def join(self, user: "Installation") -> None:
        """Patch the module for one more installation, now or when it is imported."""
        with _LOCK:
            self._users.append(user)
        if _is_imported(self.module):  # outside the lock, which the hooks of the import that it waits for take
            self.patch()

    def patch(self) -> None:
        """Patch the module, which is imported, where somebody wants it and nobody did it yet."""
        with _LOCK:
            if self._undo is not None or not self._users:
                return
            try:
                self._undo = self.adapter.install(self.module)
            except SeamMissing as error:
                for user in self._users:
                    user.failures[self.module] = error

    def leave(self, user: "Installation") -> None:
        """Take the patch out when the last installation that wants it goes."""
        with _LOCK:
            self._users.remove(user)
            if not self._users and self._undo is not None:
                undo, self._undo = self._undo, None
                undo()


_LOCK = RLock()
_SEAMS: dict[tuple[str, str], _Seam] = {}
"""By adapter and module; they stay, since an import hook cannot be taken out again."""


class Installation:
    """Adapters in place. What could not be installed is kept in `failures` and fails whoever runs a session."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self.failures: dict[str, SeamMissing] = {}
        self._held = [_seam(adapter, module) for adapter in adapters for module in adapter.modules]
        for seam in self._held:
            seam.join(self)

    def require(self) -> None:
        """Raise SeamMissing where a library is in use whose calls cannot be seen."""
        for error in self.failures.values():
            raise SeamMissing(error.what, where=error.where, remedy=error.remedy)

    def uninstall(self) -> None:
        """Take out every adapter that no other installation needs."""
        while self._held:
            self._held.pop().leave(self)


def _seam(adapter: Adapter, module: str) -> _Seam:
    key = (adapter.name, module)
    with _LOCK:
        known = _SEAMS.get(key)
        if known is not None and type(known.adapter) is type(adapter):
            return known
        seam = _SEAMS[key] = _Seam(adapter, module)
    if not _is_imported(module):
        import wrapt  # noqa: PLC0415 - late: costs more than the rest of the plugin together

        wrapt.register_post_import_hook(lambda _: seam.patch(), module)  # outside the lock, since hooks take it
    return seam


def _is_imported(module: str) -> bool:
    """Whether a module is there, whole: where another thread is at its import, wait for that.

    With None in its place, as some tests do it, it cannot be imported.
    """
    spec = getattr(sys.modules.get(module), "__spec__", None)
    if getattr(spec, "_initializing", False) is True:
        __import__(module)  # waits for the thread that is at it, unless that waits for this one
    return sys.modules.get(module) is not None
