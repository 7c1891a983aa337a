"""The store that ships: cassettes as files in a folder, with a cache of the parsed ones."""

from dataclasses import dataclass
from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.cache import Cache
from pytest_oao.model.sessions import Session


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Keeps each session in the file that its path names, and parsed ones in the cache, if there is one."""

    cache: Cache | None = None

    def load(self, path: Path) -> Session:
        """Read a sealed session; raises OaoError."""
        return shelf.load(path, self.cache)

    def save(self, session: Session, path: Path) -> None:
        """Seal a session at `path`, whole or not at all; raises OaoError."""
        shelf.save(session, path)
