"""Our own journals: a session recorded in production becomes a cassette by the same command."""

from collections.abc import Iterator

from pytest_oao.cassette.chain import BEGINNING
from pytest_oao.cassette.completeness import require_complete
from pytest_oao.cassette.journal_reading import parse_journal
from pytest_oao.cassette.soundness import require_sound
from pytest_oao.errors import NoCall
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.session_description import described_session


class Journals:
    """What `pytest_oao.record` writes."""

    name = "journal"

    def sniff(self, head: bytes) -> bool:
        """Whether it begins as a chain of lines does."""
        return head.startswith(BEGINNING)

    def read(self, dump: Dump) -> Iterator[Session]:
        """Yield the one session; raises OaoError where it does not hold a run to its end."""
        data, source = dump.data(), dump.source
        reading = parse_journal(data, source)
        require_complete(reading.session, source, reading.damage)
        if not reading.session.exchanges:
            remedy = "There is nothing to replay: delete it."
            raise NoCall("the session holds no call", where=source, remedy=remedy)
        require_sound(reading.session, source)
        yield described_session(reading.session)
