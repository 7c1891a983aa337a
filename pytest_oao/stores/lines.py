"""The lines of one session's journal, in their order: each is made of an event, and names the line before."""

from pytest_oao.cassette.chain import End
from pytest_oao.cassette.header_records import ended_record, header_record, known_record
from pytest_oao.cassette.journal_bodies import PreviousBodies
from pytest_oao.cassette.journal_records import settled_record, started_record
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.stores.cleaning import Cleaning


class Lines:
    """Makes lines; every method raises what `End.then` does."""

    def __init__(self, cleaning: Cleaning) -> None:
        self._cleaning = cleaning
        self._bodies = PreviousBodies()
        self._end = End()

    def shown(self, header: Header) -> Header:
        """Return a header as it is written."""
        return self._cleaning.header(header)

    def begun(self, header: Header) -> bytes:
        """Return the line that a session begins with."""
        return self._line(header_record(self.shown(header)))

    def started(self, seq: int, call: Call) -> bytes:
        """Return the line that says that a call begins."""
        call = self._cleaning.call(call)
        line = self._line(started_record(seq, call, self._bodies.record(call)))
        self._bodies.keep(seq, call)
        return line

    def settled(self, exchange: Exchange) -> bytes:
        """Return the line that says how a call ended."""
        return self._line(settled_record(self._cleaning.exchange(exchange)))

    def known(self, metadata: bytes) -> bytes:
        """Return the line that says what became known of the run, which is JSON."""
        return self._line(known_record(self._cleaning.metadata(metadata)))

    def ended(self, ending: Ending) -> bytes:
        """Return the line that seals the journal."""
        return self._line(ended_record(ending))

    def _line(self, record: JSONObject) -> bytes:
        line, self._end = self._end.then(record)
        return line
