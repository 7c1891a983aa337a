"""The record of one session while it is made: events become lines, lines go to the store, and nothing is raised."""

from collections.abc import Callable
from threading import RLock
from time import monotonic

from pytest_oao.errors import OaoError
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.ports import JournalStore, JournalWriter
from pytest_oao.stores.cleaning import Cleaning
from pytest_oao.stores.lines import Lines
from pytest_oao.stores.tallies import Tally

Event = Callable[[], bytes]
"""Makes a line."""
GATHERED = 4 * 1024 * 1024
"""Bytes of lines that are written at once, however patient the store is."""


class Record:
    """One session on its way to a store. What goes wrong loses the record, with a reason; the first word counts.

    The journal begins with the first event: a session that has none leaves nothing behind. One thread writes.
    """

    def __init__(self, header: Header, store: JournalStore, cleaning: Cleaning, tally: Tally) -> None:
        self.header = header
        self.lines = Lines(cleaning)
        self.lost = ""
        """Why nothing is written any more; empty while all is well."""
        self.on_loss: Callable[[], object] = tuple
        """Called once when the record is lost, in whichever thread."""
        self.due = 0.0
        """By when what was gathered is to be written (`monotonic()`); 0 where nothing was."""
        self._store, self._tally = store, tally
        self._losing = RLock()  # a signal's handler may come in between
        self._journal: JournalWriter | None = None
        self._gathered: list[bytes] = []
        self._size = self._written = 0
        self._over = False

    @property
    def where(self) -> str:
        """What names the journal."""
        return self._store.address(self.header.id)

    @property
    def is_full(self) -> bool:
        """Whether what was gathered is to be written, however patient the store is."""
        return self._size > GATHERED

    def take(self, event: Event) -> None:
        """Make a line of an event, to be written when the store wants it."""
        if self.lost or self._over:
            return
        try:
            if not self._size and not self._written:
                self._gather(self.lines.begun(self.header))
            self._gather(event())
        except Exception as error:  # noqa: BLE001 - whatever it was, a line is missing from here on
            self.write()
            self.lose(f"an event cannot be written down: {type(error).__name__}: {error}")

    def _gather(self, line: bytes) -> None:
        self._gathered.append(line)
        self._size += len(line)
        self.due = self.due or monotonic() + self._store.patience

    def write(self, *, durable: bool = False) -> None:
        """Have what was gathered be in the store."""
        gathered, self._gathered = self._gathered, []
        size, self._size, self.due = self._size, 0, 0.0
        if self.lost or not gathered:
            return
        try:
            if self._journal is None:
                self._journal = self._store.begin(self.header.id)
            self._journal.append(b"".join(gathered), durable=durable)
        except OaoError as error:
            self.lose(error.what)
        except Exception as error:  # noqa: BLE001 - a store of a user's own may raise anything
            self.lose(f"{type(error).__name__}: {error}")
        else:
            self._written += size

    def read(self) -> bytes:
        """Return what the store holds by now, nothing where there is no journal; raises OaoError."""
        self.write()
        return self._store.read(self.header.id) if self._written else b""

    def seal(self, ending: Ending, *, durable: bool = False) -> None:
        """Write the last line, where there was a first."""
        if self.lost or not (self._written or self._size):
            return
        self.take(lambda: self.lines.ended(ending))
        self.write(durable=durable)
        self.close()
        if not self.lost:
            self._over = True
            self._tally.recorded()

    def lose(self, reason: str) -> None:
        """Give the record up: what the store holds of it has no end, and so reads as incomplete."""
        with self._losing:
            if self.lost or self._over:
                return
            self.lost = reason
        self._tally.dropped(self.where, reason)
        self.on_loss()

    @property
    def size(self) -> int:
        """Bytes in the store."""
        return self._written

    def close(self) -> None:
        """Let go of the journal; only in the thread that writes."""
        journal, self._journal = self._journal, None
        self._gathered = []
        if journal is not None:
            journal.close()
