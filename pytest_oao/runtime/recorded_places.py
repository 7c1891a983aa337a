"""Which calls of a record lie within which others, as the lanes of a live run tell it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import was_denied
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Session
from pytest_oao.runtime.lanes import OUTERMOST, Within, within


class Places:
    """The calls of a session so far, each with what it lies within."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[Exchange, Within]] = {}

    def add(self, exchange: Exchange) -> None:
        """Take note of a call that others may lie within."""
        self._places[exchange.seq] = (exchange, self.within(exchange))

    def within(self, exchange: Exchange) -> Within:
        """Return what a call lies within."""
        parent = exchange.call.parent
        if parent is None or parent not in self._places:
            return OUTERMOST
        outer, around = self._places[parent]
        return within(around, outer.seq, outer.call)


class Numbers:
    """Which call of its kind each call of a record is, from 1."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._numbers: dict[int, int] = {}
        made: Counter[str] = Counter()
        for one in exchanges:
            made[one.call.kind] += 1
            self._numbers[one.seq] = made[one.call.kind]

    def of(self, exchange: Exchange) -> int:
        """Return the number of a call, 0 of one that is not in the record."""
        return self._numbers.get(exchange.seq, 0)


class Inner:
    """Which calls of a record were made during which others: those of a tool are not made where it is answered."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._below: dict[int, list[Exchange]] = {}
        for one in exchanges:
            if one.call.parent is not None:
                self._below.setdefault(one.call.parent, []).append(one)

    def of(self, exchange: Exchange) -> Iterator[Exchange]:
        """Yield the calls below one, each before those below it; none twice, should two lie within each other."""
        waiting, passed = self._below.get(exchange.seq, [])[::-1], {exchange.seq}
        while waiting:
            one = waiting.pop()
            if one.seq not in passed:
                passed.add(one.seq)
                yield one
                waiting += self._below.get(one.seq, [])[::-1]


def made(record: Session) -> tuple[Exchange, ...]:
    """Return the calls of a record that a policy looks at: no readings of clocks, and none that were denied."""
    return tuple(one for one in without_readings(record.exchanges) if not was_denied(one.outcome))
