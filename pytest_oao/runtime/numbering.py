"""The numbers of a session's calls: those that a replay performs are numbered after all recorded ones."""

from pytest_oao.model.exchanges import Exchange, last_seq
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Verified


class Numbering:
    """Counts the calls of one session, and tells where those stand that have no recorded place."""

    def __init__(self) -> None:
        self.last = 0
        """The number of calls that were admitted or noted."""
        self.notes = 0
        """How many of them were only noted."""
        self._reached = 0
        self._beyond: int | None = None
        self._after: dict[int, int] = {}

    def note(self) -> int:
        """Return the `seq` of a call that is noted."""
        self.notes += 1
        self.last += 1
        return self.last

    def answered(self, exchange: Exchange) -> int:
        """Count a call that the record answers, and return its number."""
        self.last += 1
        self._reached = max(self._reached, exchange.seq)
        return self.last

    def performed(self, verified: Verified | None, replays: Session | None) -> int:
        """Return the `seq` of a call that is performed: the recorded one, else one after all recorded ones."""
        self.last += 1
        if verified is not None:
            return verified.exchange.seq
        if replays is None:
            return self.last
        if self._beyond is None:
            self._beyond = last_seq(replays.exchanges)
        number = self._beyond + self.last
        self._after[number] = self._reached
        return number

    def shown(self, number: int) -> int:
        """Return which call of its session a call is, for people: one that no record has is the next in its turn."""
        return self._after[number] + 1 if number in self._after else number

    def place(self, exchange: Exchange) -> tuple[int, int]:
        """Return what sorts exchanges by when they were made: a performed one after what was answered before it."""
        return self._after.get(exchange.seq, exchange.seq), exchange.seq
