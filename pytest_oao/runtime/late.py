"""What is put together when somebody asks for it: of a call that is only recorded, that is beside the agent."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Late(Generic[T]):
    """A value that is made once, of what `make` holds on to until then: `size` bytes, roughly."""

    __slots__ = ("_made", "_make", "size")

    def __init__(self, make: Callable[[], T], size: int = 0) -> None:
        self.size = size
        self._make: Callable[[], T] | None = make
        self._made: T | None = None

    @classmethod
    def of(cls, made: T, size: int) -> "Late[T]":
        """Return what is there already."""
        late = cls(lambda: made, size)
        late._made = made
        return late

    def whole(self) -> T:
        """Return it; threads that ask at once may each make one, and all are equal."""
        make, made = self._make, self._made  # in this order: another thread may let go of the first meanwhile
        if make is not None and made is None:
            made = self._made = make()
            self._make = None
        assert made is not None
        return made
