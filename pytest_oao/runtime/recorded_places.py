"""Which calls of a record lie within which others, as the lanes of a live run tell it."""

from collections import Counter, defaultdict
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
    """Which call of its kind each call of a record is, from 1; those that a policy denied were not made."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._numbers: dict[int, int] = {}
        made: Counter[str] = Counter()
        for one in exchanges:
            if not was_denied(one.outcome):
                made[one.call.kind] += 1
                self._numbers[one.seq] = made[one.call.kind]

    def of(self, exchange: Exchange) -> int:
        """Return the number of a call, 0 of one that is not in the record."""
        return self._numbers.get(exchange.seq, 0)


class Inner:
    """Which calls of a record were made during which others: those of a tool are not made where it is answered."""

    def __init__(self) -> None:
        self._by_parent: dict[int, list[Exchange]] | None = None

    def of(self, exchange: Exchange, record: Session) -> Iterator[Exchange]:
        """Yield the calls below one, in the order in which they were made."""
        if self._by_parent is None:
            self._by_parent = defaultdict(list)
            for one in without_readings(record.exchanges):
                if one.call.parent is not None and not was_denied(one.outcome):
                    self._by_parent[one.call.parent].append(one)
        for one in self._by_parent.get(exchange.seq, ()):
            yield one
            yield from self.of(one, record)
