"""Replace attributes of foreign classes and modules, and put them back."""

from collections.abc import Callable
from typing import Any

from pytest_oao.errors import SeamMissing


class Patches:
    """Attributes replaced, to be restored in reverse order."""

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any]] = []

    def wrap(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace `owner.name`, its own or inherited, by `make(original)`; raises SeamMissing where it has none."""
        original = getattr(owner, name, None)
        if original is None:
            label = str(getattr(owner, "__qualname__", None) or getattr(owner, "__name__", repr(owner)))
            raise SeamMissing(
                f"{getattr(owner, '__module__', '')}.{label} has no {name!r}: its calls cannot be seen",
                where=label,
                remedy="this version of the library is not known to pytest-oao: upgrade pytest-oao, or pin the library",
            )
        self._undo.append((owner, name, vars(owner).get(name)))
        setattr(owner, name, make(original))

    def undo(self) -> None:
        """Put every original back."""
        while self._undo:
            owner, name, own = self._undo.pop()
            if own is None:
                delattr(owner, name)
            else:
                setattr(owner, name, own)
