"""What a command is to take from a store of production: `s3://bucket/sessions`, `redis://HOST/0#ID`, `DIR#ID`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.cli.files import Found
from pytest_oao.errors import IncompleteFile, MissingFile
from pytest_oao.model.session_ids import BEGUN, is_own
from pytest_oao.ports import JournalStore
from pytest_oao.pullers.table import puller_of
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.keeping import is_sealed
from pytest_oao.stores.locating import is_url, located
from pytest_oao.stores.redis_streams import RedisStreams

_OURS = re.compile(rf"[?&]prefix=|#{BEGUN.pattern}", re.ASCII)
"""What the address of a session in Redis has, however the rest of its id is spelled."""


def is_stored(name: str) -> bool:
    """Whether an argument is the URL of a store, or names a session in one, which need not be there.

    A folder is one by `DIR#ID`, unless a file has that name: else its files are looked at. A key of Redis that is not
    named as a session is, `redis://HOST/0#KEY`, is another tool's, unless the URL tells a prefix.
    """
    if not is_url(name):
        folder, _, session = name.rpartition("#")
        is_one = is_own(session) or Path(folder).is_dir()
        return bool(folder) and is_one and not Path(name).exists()
    url, _, session = name.partition("#")
    if url.lower().startswith(("http://", "https://")):
        return False
    return not session or puller_of(url) is None or _OURS.search(name) is not None


@dataclass(frozen=True, slots=True)
class InStore:
    """A session of a store, which is not read yet."""

    store: JournalStore
    session: str
    found: Found
    """What it is called, without its content; `below` is there where all of the store was named."""

    def data(self) -> bytes:
        """Return its journal as it stands; raises OaoError."""
        return self.store.read(self.session)

    def read(self) -> Found:
        """Read it; raises OaoError, IncompleteFile where it has no end and nobody asked for it by its name."""
        data = self.data()
        if self.found.below is not None and not is_sealed(data):
            what = "it has no end: it is still recorded, or its program was killed"
            raise IncompleteFile(what, where=self.found.said, remedy="Import it once it has ended.")
        return replace(self.found, content=data)


def stored(name: str) -> Iterator[InStore]:
    """Yield the session that a URL names, or all of a store, the oldest first; raises OaoError, also for none."""
    store, session = located(name)
    if session:
        yield _in_store(store, session, None)
        return
    sessions = sorted(one.session for one in store.stored())
    if not sessions:
        raise MissingFile("there is no session in it", remedy=_looked_for(store))
    for one in sessions:
        yield _in_store(store, one, Path())


def journal_in(found: Found) -> InStore | None:
    """Return the session of a file in a folder, if its name is one that a recorder gives: such a folder is a store."""
    session = found.path.name.removesuffix(SUFFIX)
    is_one = found.below is not None and session != found.path.name and is_own(session)
    return InStore(Directory(found.path.parent), session, found) if is_one else None


def _in_store(store: JournalStore, session: str, below: Path | None) -> InStore:
    return InStore(store, session, Found(Path(f"{session}{SUFFIX}"), below, None, store.address(session)))


def _looked_for(store: JournalStore) -> str:
    if isinstance(store, RedisStreams):
        return f"See that the URL is right: its keys begin with {store.prefix!r}, as `?prefix=` of the URL says."
    return "See that the URL is right, and that sessions are recorded there."
