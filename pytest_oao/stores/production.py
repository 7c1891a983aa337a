"""A store at work in a program: who writes to it, what came of that, and how much stays."""

from collections.abc import Callable, Sequence
from time import monotonic

from pytest_oao.errors import BadOption
from pytest_oao.model.sessions import Header
from pytest_oao.ports import JournalStore, Keep
from pytest_oao.stores.cleaning import Cleaning
from pytest_oao.stores.keeping import Keeper
from pytest_oao.stores.records import Record
from pytest_oao.stores.sinks import BesideSink, DurableSink, RecordSink, Unwritten
from pytest_oao.stores.tallies import Tally
from pytest_oao.stores.writers import Writer, shared_writers

_FAR = 4
"""Writers to a store that is far away: while one waits for an answer, others go on."""


class Production:
    """Records sessions to one store. `clean` takes the secrets out of why one was lost."""

    def __init__(self, store: JournalStore, *, durable: bool, clean: Callable[[str], str] = str) -> None:
        if durable and store.patience:
            remedy = "leave durable=True out, or record into a folder or a Redis"
            raise BadOption(f"{store!r} takes no single lines", where="pytest_oao.record(durable=True)", remedy=remedy)
        self.store, self._durable = store, durable
        self.tally = Tally(clean)
        self._keeper = Keeper(store)

    def sink(self, header: Header, cleaning: Cleaning) -> RecordSink:
        """Return what a new session is written to."""
        record = Record(header, self.store, cleaning, self.tally)
        kind = DurableSink if self._durable else BesideSink
        return kind(record, self._writer(header.id))

    def unwritten(self, header: Header, cleaning: Cleaning) -> RecordSink:
        """Return what writes nothing of a session."""
        return Unwritten(Record(header, self.store, cleaning, self.tally), self._writer(header.id))

    def _writer(self, session: str) -> Writer:
        writers = self._writers()
        return writers[hash(session) % len(writers)]

    def _writers(self) -> Sequence[Writer]:
        return shared_writers("near", 1) if self.store.is_near else shared_writers(repr(self.store), _FAR)

    def finished(self, sink: RecordSink) -> None:
        """Say that a session has ended: one without a call is counted; for others, older ones may have to go."""
        if sink.writes and not sink.is_used and not sink.record.lost:
            self.tally.empty()
        if sink.is_used and self.store.keep != Keep():
            self._writer(sink.record.header.id).call(lambda: self._keeper.wrote(sink.record.size))

    def drain(self, seconds: float) -> bool:
        """Wait until all that was recorded so far is in the store; False where that takes longer."""
        end = monotonic() + seconds
        late = [writer for writer in self._writers() if not writer.drain(max(0.0, end - monotonic()))]
        return not late
