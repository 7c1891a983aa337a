"""Read a session that was kept."""

from pathlib import Path

from pytest_oao.cassette import loading
from pytest_oao.model.sessions import Session
from pytest_oao.providers.session_description import described_session
from pytest_oao.stores.locating import is_url, located_session
from pytest_oao.stores.writers import drain_all


def load(path: str | Path) -> Session:
    """Read a whole session from a cassette or a journal, or from a store: `redis://host/0#ID`.

    Raises OaoError, also for a session that was cut short or is still being recorded.
    """
    drain_all()  # it may be one that this very program has just recorded
    return described_session(_stored(str(path)) if is_url(path) else loading.load(path))


def _stored(address: str) -> Session:
    store, session = located_session(address)
    return loading.parse(store.read(session), store.address(session))
