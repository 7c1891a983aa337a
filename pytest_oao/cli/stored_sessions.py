"""What `oao import` is to take from a store of production: `s3://bucket/sessions`, `redis://HOST/0#ID`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_oao.cli.files import Found
from pytest_oao.errors import IncompleteFile, MissingFile
from pytest_oao.ports import JournalStore
from pytest_oao.stores.keeping import OWN_NAME, is_sealed
from pytest_oao.stores.locating import is_url, located
from pytest_oao.stores.redis_streams import RedisStreams


def is_stored(name: str) -> bool:
    """Whether an argument is the URL of a store, or of a session in one; `redis://HOST/0#KEY` of another key is not."""
    session = name.partition("#")[2]
    return (
        is_url(name)
        and not name.lower().startswith(("http://", "https://"))
        and (not session or OWN_NAME.fullmatch(session) is not None)
    )


@dataclass(frozen=True, slots=True)
class InStore:
    """A session of a store, which is not read yet."""

    store: JournalStore
    session: str
    below: Path | None = None
    """As in `Found`: where all of the store was named, its root."""

    @property
    def found(self) -> Found:
        """What it is called, without its content."""
        return Found(Path(f"{self.session}.oao.jsonl"), self.below, None, self.store.address(self.session))

    def read(self) -> Found:
        """Read it; raises OaoError, IncompleteFile where it has no end and nobody asked for it by its name."""
        data = self.store.read(self.session)
        if self.below is not None and not is_sealed(data):
            what = "it has no end: it is still recorded, or its program was killed"
            raise IncompleteFile(what, where=self.found.said, remedy="Import it once it has ended.")
        return replace(self.found, content=data)


def stored(name: str) -> Iterator[InStore]:
    """Yield the session that a URL names, or all of a store, the oldest first; raises OaoError, also for none."""
    store, session = located(name)
    if session:
        yield InStore(store, session)
        return
    sessions = sorted(one.session for one in store.stored())
    if not sessions:
        raise MissingFile("there is no session in it", remedy=_looked_for(store))
    for one in sessions:
        yield InStore(store, one, Path())


def _looked_for(store: JournalStore) -> str:
    if isinstance(store, RedisStreams):
        return f"See that the URL is right: its keys begin with {store.prefix!r}, as `?prefix=` of the URL says."
    return "See that the URL is right, and that sessions are recorded there."
