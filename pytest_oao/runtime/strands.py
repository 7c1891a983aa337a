"""The recorded calls that a live call may be answered from: one lane in order, or all of them in any order."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from pytest_oao.model.exchanges import Exchange

ORDERS = ("lane", "any")
"""How calls may come: in the recorded order within each lane, or in any."""


class Strand(Protocol):
    """A row of recorded exchanges, some of them taken."""

    skipped: list[Exchange]
    """Exchanges that were passed over: a later one was taken before them."""

    def expected(self) -> Exchange | None:
        """Return the exchange that should be next, or None at the end."""

    def pop(self) -> Exchange:
        """Take the exchange that should be next; there is one."""

    def candidates(self) -> Iterator[int]:
        """Yield the positions that may answer the next call, the expected one first."""

    def at(self, position: int) -> Exchange:
        """Return the exchange at a position."""

    def take(self, position: int) -> Exchange:
        """Take the exchange at a position."""

    def left(self) -> Sequence[Exchange]:
        """Return what was never taken, in order."""


class InOrder:
    """One lane: its calls come in the recorded order."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.exchanges = exchanges
        self.skipped: list[Exchange] = []
        self._next = 0

    def expected(self) -> Exchange | None:
        """Return the exchange that should be next, or None at the end."""
        return self.exchanges[self._next] if self._next < len(self.exchanges) else None

    def pop(self) -> Exchange:
        """Take the exchange that should be next."""
        exchange = self.exchanges[self._next]
        self._next += 1
        return exchange

    def candidates(self) -> Iterator[int]:
        """Yield the next position and then those after it."""
        yield from range(self._next, len(self.exchanges))

    def at(self, position: int) -> Exchange:
        """Return the exchange at a position."""
        return self.exchanges[position]

    def take(self, position: int) -> Exchange:
        """Take an exchange; those before it that were not taken are skipped."""
        self.skipped += self.exchanges[self._next : position]
        self._next = position + 1
        return self.exchanges[position]

    def left(self) -> Sequence[Exchange]:
        """Return the skipped exchanges and those after the last one taken."""
        return [*self.skipped, *self.exchanges[self._next :]]


class AnyOrder:
    """All calls of a session: each is taken once, whenever its equal comes."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.exchanges = exchanges
        self.skipped: list[Exchange] = []
        self._left = dict.fromkeys(range(len(exchanges)))

    def expected(self) -> Exchange | None:
        """Return the first exchange that is left."""
        return next((self.exchanges[position] for position in self._left), None)

    def pop(self) -> Exchange:
        """Take the first exchange that is left."""
        return self.take(next(iter(self._left)))

    def candidates(self) -> Iterator[int]:
        """Yield every position that is left."""
        yield from tuple(self._left)

    def at(self, position: int) -> Exchange:
        """Return the exchange at a position."""
        return self.exchanges[position]

    def take(self, position: int) -> Exchange:
        """Take an exchange."""
        del self._left[position]
        return self.exchanges[position]

    def left(self) -> Sequence[Exchange]:
        """Return what was never taken."""
        return [self.exchanges[position] for position in self._left]
