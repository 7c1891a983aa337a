"""Any file of ours to a session: a sealed cassette or a journal, told apart by how it begins."""

import os
from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.chain import BEGINNING
from pytest_oao.cassette.completeness import require_complete
from pytest_oao.cassette.disk import opened
from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.cassette.journal_reading import JournalReading, parse_journal, read_journal
from pytest_oao.cassette.soundness import require_sound
from pytest_oao.model.sessions import Session


def load(path: str | Path) -> Session:
    """Read a whole session; raises OaoError, also for a session that was cut short or is still being recorded."""
    path = Path(path)
    if not is_journal(path):
        session = shelf.load(path)
        require_complete(session, str(path))
        return session
    return _whole(read_journal(path), str(path))


def parse(data: bytes, where: str) -> Session:
    """Read the whole session of a journal's bytes, which `where` names in errors; raises as `load` does."""
    return _whole(parse_journal(data, where), where)


def _whole(reading: JournalReading, where: str) -> Session:
    require_complete(reading.session, where, reading.damage)
    require_sound(reading.session, where)
    return reading.session


def is_journal(path: Path) -> bool:
    """Whether a file begins like a journal, or is named so and was cut off before that; raises OaoError."""
    with opened(path) as fd:
        head = os.read(fd, len(BEGINNING))
    return head == BEGINNING or (path.name.endswith(SUFFIX) and BEGINNING.startswith(head.rstrip(b"\0")))
