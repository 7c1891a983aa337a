"""A row of recorded exchanges that live calls are answered from: one lane's in order, or all in any order."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.runtime.matching import Matcher


class Strand(Protocol):
    """A row of recorded exchanges, some of them taken."""

    exchanges: Sequence[Exchange]
    """The whole row."""
    taken: list[Exchange]
    """Exchanges that were answered with, in the order in which they were."""
    skipped: list[Exchange]
    """Exchanges that were passed over: a later one was taken before them."""

    def expected(self) -> Exchange | None:
        """Return the exchange that should be next, or None at the end."""

    def is_over(self) -> bool:
        """Whether nothing more may be to come for a call that the row does not have."""

    def find(self, call: Call, matcher: Matcher) -> int | None:
        """Return the position of the exchange that answers a call, None where there is none."""

    def passed_over(self, position: int) -> Exchange | None:
        """Return the exchange that should come before the one at a position, None where none should."""

    def take(self, position: int) -> Exchange:
        """Take the exchange at a position."""

    def left(self) -> Sequence[Exchange]:
        """Return what was never taken."""

    def drop(self, seqs: Collection[int]) -> None:
        """Have exchanges that are to come answer no call any more: none of them is due."""


class LaneStrand:
    """One lane: its calls come in the recorded order."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.exchanges = exchanges
        self.taken: list[Exchange] = []
        self.skipped: list[Exchange] = []
        self._next = 0

    def expected(self) -> Exchange | None:
        """Return the exchange that should be next, or None at the end."""
        return self.exchanges[self._next] if self._next < len(self.exchanges) else None

    def is_over(self) -> bool:
        """Whether every exchange was taken or passed over."""
        return self._next >= len(self.exchanges)

    def find(self, call: Call, matcher: Matcher) -> int | None:
        """Return the next position where that one is alike, else that of a later one."""
        expected = self.expected()
        if expected is not None and matcher.same(expected, call):
            return self._next
        return _found(call, self.exchanges, range(self._next + 1, len(self.exchanges)), matcher)

    def passed_over(self, position: int) -> Exchange | None:
        """Return the next exchange where the position is a later one's."""
        return self.expected() if position > self._next else None

    def take(self, position: int) -> Exchange:
        """Take an exchange; those before it that were not taken are skipped."""
        self.skipped += self.exchanges[self._next : position]
        self._next = position + 1
        self.taken.append(self.exchanges[position])
        return self.exchanges[position]

    def left(self) -> Sequence[Exchange]:
        """Return the skipped exchanges and those after the last one taken."""
        return [*self.skipped, *self.exchanges[self._next :]]

    def drop(self, seqs: Collection[int]) -> None:
        """Take exchanges that are to come out of the row."""
        coming = (one for one in self.exchanges[self._next :] if one.seq not in seqs)
        self.exchanges = [*self.exchanges[: self._next], *coming]


class FreeStrand:
    """All calls of a session: each is taken once, whenever its equal comes."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.exchanges = exchanges
        self.taken: list[Exchange] = []
        self.skipped: list[Exchange] = []
        self._left = dict.fromkeys(range(len(exchanges)))

    def expected(self) -> Exchange | None:
        """Return the first exchange that is left."""
        return next((self.exchanges[position] for position in self._left), None)

    def is_over(self) -> bool:
        """Whether nothing is left, which nobody can say of the calls of one strand."""
        return True

    def find(self, call: Call, matcher: Matcher) -> int | None:
        """Return the position of any exchange that is left and alike."""
        return _found(call, self.exchanges, self._left, matcher)

    def passed_over(self, position: int) -> None:
        """Return None: no exchange has to come before another."""
        del position

    def take(self, position: int) -> Exchange:
        """Take an exchange."""
        del self._left[position]
        self.taken.append(self.exchanges[position])
        return self.exchanges[position]

    def left(self) -> Sequence[Exchange]:
        """Return what was never taken, in the recorded order."""
        return [self.exchanges[position] for position in self._left]

    def drop(self, seqs: Collection[int]) -> None:
        """Have exchanges answer no call any more."""
        for position in [one for one in self._left if self.exchanges[one].seq in seqs]:
            del self._left[position]


class AskedStrand(FreeStrand):
    """Calls that models ask for: each answers nothing before the call that asks for it was made."""

    def __init__(self, exchanges: Sequence[Exchange], is_asked: Callable[[Exchange], bool]) -> None:
        super().__init__(exchanges)
        self._is_asked = is_asked

    def find(self, call: Call, matcher: Matcher) -> int | None:
        """Return the position of any exchange that is left, asked for and alike."""
        asked = [position for position in self._left if self._is_asked(self.exchanges[position])]
        return _found(call, self.exchanges, asked, matcher)


def _found(call: Call, exchanges: Sequence[Exchange], positions: Iterable[int], matcher: Matcher) -> int | None:
    """Return at which of the positions a call is recorded: with the same bytes, else alike."""
    for alike in (matcher.identical, matcher.same):
        for position in positions:
            if alike(exchanges[position], call):
                return position
    return None
