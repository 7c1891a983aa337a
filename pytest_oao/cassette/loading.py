"""Any file of ours to a session: a sealed cassette or a journal, told apart by how it begins."""

import os
from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.disk import opened
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.soundness import require_sound
from pytest_oao.errors import IncompleteFile
from pytest_oao.model.sessions import Header, Session

_JOURNAL = b'{"prev":'


def load(path: str | Path) -> Session:
    """Read a whole session; raises OaoError, also for a session that was cut short or is still being recorded."""
    path = Path(path)
    if not is_journal(path):
        return shelf.load(path)
    reading = read_journal(path)
    if not reading.session.complete:
        unended = "its recording has not ended"
        why = unended if reading.session.ending is None else "a call was still under way when it ended"
        what = f"the session is incomplete: {reading.damage or why}"
        raise IncompleteFile(what, where=str(path), remedy=way_out(reading.session.header))
    require_sound(reading.session, str(path))
    return reading.session


def way_out(header: Header) -> str:
    """Return what can be done about a session that was cut short: only that of a test can be recorded again."""
    seen = "Look at what there is with `oao show`"
    return f"{seen}, or record it again." if header.test else f"{seen}; only a session that ended can be replayed."


def is_journal(path: Path) -> bool:
    """Whether a file begins like a journal; raises OaoError where it cannot be read."""
    with opened(path) as fd:
        return os.read(fd, len(_JOURNAL)) == _JOURNAL
