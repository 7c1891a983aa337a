"""A journal that begins with the first call: most tests that `oao_auto` manages make none, and leave nothing behind."""

from contextlib import suppress
from pathlib import Path

from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_reading import state
from pytest_oao.errors import LostRecord, OaoError
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.readings import is_reading
from pytest_oao.model.sessions import Ending, Header


class LateJournal:
    """The sink of a recording test, in the file `path`.

    The journal that an earlier attempt left there is replaced with the first call of this one, and not before.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self._header = header
        self._journal: Journal | None = None
        self._early: list[Exchange] = []
        """Readings of clocks before the first call: a test that makes none leaves no journal behind."""

    def reserve(self) -> None:
        """Begin at once where no earlier journal would be lost by it; raises BusyFile and StoreFailed."""
        if not self.path.is_file() or state(self.path) == "live":
            self.begin()

    def begin(self) -> Journal:
        """Return the journal, begun if it was not; raises BusyFile where another process writes it, and StoreFailed."""
        if self._journal is None:
            if self.path.is_file() and state(self.path) != "live":
                self.path.unlink()
            self._journal = Journal.create(self.path, self._header)
            for exchange in self._early:
                self._journal.started(exchange.seq, exchange.call)
                self._journal.settled(exchange)
        return self._journal

    def started(self, seq: int, call: Call) -> None:
        """Write down that a live call begins; raises LostRecord."""
        if self._waits_for(call):
            return
        try:
            journal = self.begin()
        except OaoError as error:  # inside the agent, only a halt is sure to be seen
            raise LostRecord(error.what, where=error.where, remedy=error.remedy) from error
        journal.started(seq, call)

    def settled(self, exchange: Exchange) -> None:
        """Write down how a call ended; raises LostRecord."""
        if self._waits_for(exchange.call):
            self._early.append(exchange)
        else:
            self.begin().settled(exchange)

    def _waits_for(self, call: Call) -> bool:
        return self._journal is None and is_reading(call)

    def close(self, ending: Ending) -> None:
        """Seal the journal, if it was begun; one that cannot be sealed reads as incomplete, and that is the truth."""
        if self._journal is not None:
            with suppress(LostRecord):
                self._journal.close(ending)

    def abandon(self) -> None:
        """Leave the journal as it is, as a killed process does."""
        if self._journal is not None:
            self._journal.abandon()

    def remove(self) -> None:
        """Delete the journal, if it was begun."""
        if self._journal is not None:
            self._journal.abandon()
            self.path.unlink(missing_ok=True)
