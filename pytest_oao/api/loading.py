"""Read a session that was kept."""

from pathlib import Path

from pytest_oao.cassette import loading
from pytest_oao.cassette.completeness import require_complete
from pytest_oao.cassette.journal_reading import parse_journal
from pytest_oao.cassette.soundness import require_sound
from pytest_oao.errors import BadOption
from pytest_oao.model.sessions import Session
from pytest_oao.providers.session_description import described_session
from pytest_oao.stores.locating import is_url, located
from pytest_oao.stores.urls import shown_url
from pytest_oao.stores.writers import drain_all


def load(path: str | Path) -> Session:
    """Read a whole session from a cassette or a journal, or from a store: `redis://host/0#ID`.

    Raises OaoError, also for a session that was cut short or is still being recorded.
    """
    drain_all()  # it may be one that this very program has just recorded
    return described_session(_stored(str(path)) if is_url(path) else loading.load(path))


def _stored(address: str) -> Session:
    store, session = located(address)
    if not session:
        shown = shown_url(address).rstrip("#")
        remedy = f"name one: {shown}#ID; `oao import` takes them all"
        raise BadOption("this is a store of many sessions", where=shown, remedy=remedy)
    shown = store.address(session)
    reading = parse_journal(store.read(session), shown)
    require_complete(reading.session, shown, reading.damage)
    require_sound(reading.session, shown)
    return reading.session
