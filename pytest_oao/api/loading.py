"""Read a session that was kept."""

from pathlib import Path

from pytest_oao.cassette import loading
from pytest_oao.model.sessions import Session
from pytest_oao.providers.session_description import described_session


def load(path: str | Path) -> Session:
    """Read a whole session from a cassette or a journal.

    Raises OaoError, also for a session that was cut short or is still being recorded.
    """
    return described_session(loading.load(path))
