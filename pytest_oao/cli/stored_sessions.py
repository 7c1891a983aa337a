"""What `oao import` is to take from a store of production: `s3://bucket/sessions`, `redis://HOST/0#ID`."""

from collections.abc import Iterator
from pathlib import Path

from pytest_oao.cli.files import Found
from pytest_oao.ports import JournalStore
from pytest_oao.stores.keeping import OWN_NAME, is_sealed
from pytest_oao.stores.locating import is_url, located


def is_stored(name: str) -> bool:
    """Whether an argument is the URL of a store, or of a session in one; `redis://HOST/0#KEY` of another key is not."""
    session = name.partition("#")[2]
    return (
        is_url(name)
        and not name.lower().startswith(("http://", "https://"))
        and (not session or OWN_NAME.fullmatch(session) is not None)
    )


def stored(name: str) -> Iterator[Found]:
    """Yield the session that a URL names, or all of a store that have ended, the oldest first; raises OaoError."""
    store, session = located(name)
    if session:
        yield _found(store, session, store.read(session))
        return
    for one in sorted(one.session for one in store.stored()):
        data = store.read(one)
        if is_sealed(data):
            yield _found(store, one, data, below=_root(store))


def _found(store: JournalStore, session: str, data: bytes, below: Path | None = None) -> Found:
    path = _root(store) / f"{session}.oao.jsonl"
    address = store.address(session)
    return Found(path, below, data, address if is_url(address) else "")


def _root(store: JournalStore) -> Path:
    """Return what stands for a store in what is said."""
    return Path(store.address("").rstrip("#"))
