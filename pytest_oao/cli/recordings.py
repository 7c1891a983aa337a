"""A recording of ours, cassette or journal, by the name of its file."""

from pathlib import Path

from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.shelf import Shelf
from pytest_oao.errors import IncompleteFile
from pytest_oao.model.sessions import Session

JOURNAL = ".oao.jsonl"
CASSETTES = (".yaml", ".yml")


def is_recording(name: str) -> bool:
    """Whether a file's name is one of a cassette or a journal."""
    return name.endswith((JOURNAL, *CASSETTES))


def session_at(path: Path) -> Session:
    """Read a cassette, or as much of a journal as is valid; raises OaoError."""
    if path.name.endswith(JOURNAL):
        return read_journal(path).session
    return Shelf().load(path)


def whole_session_at(path: Path) -> Session:
    """Read a cassette or a journal to its end; raises OaoError where it has none."""
    damage = ""
    if path.name.endswith(JOURNAL):
        reading = read_journal(path)
        session, damage = reading.session, reading.damage
    else:
        session = Shelf().load(path)
    if damage or not session.complete:
        what = damage or _lack(session)
        raise IncompleteFile(what, where=str(path), remedy="Record it again; `oao show` tells what is there.")
    return session


def _lack(session: Session) -> str:
    if session.in_doubt:
        return f"calls were started and never settled: {', '.join(call.target for call in session.in_doubt)}"
    return "it does not say how the session ended"
