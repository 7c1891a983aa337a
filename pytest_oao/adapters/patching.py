"""Replace attributes of foreign classes and modules, and put them back."""

from collections.abc import Callable
from typing import Any

from pytest_oao.errors import SeamMissing


class Patches:
    """Attributes replaced, to be restored in reverse order."""

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any]] = []

    def wrap(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace `owner.name` by `make(original)`; raises SeamMissing where there is no such attribute."""
        original = vars(owner).get(name)
        if original is None:
            label = str(getattr(owner, "__qualname__", None) or getattr(owner, "__name__", repr(owner)))
            raise SeamMissing(
                f"{getattr(owner, '__module__', '')}.{label} has no {name!r}: its calls cannot be seen",
                where=label,
                remedy="this version of the library is not known to pytest-oao: upgrade pytest-oao, or pin the library",
            )
        self._undo.append((owner, name, original))
        setattr(owner, name, make(original))

    def undo(self) -> None:
        """Put every original back."""
        while self._undo:
            setattr(*self._undo.pop())
