"""Journals in a folder: a file each, locked as long as it is written."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pytest_oao.cassette.disk import opened, read_bounded, store_failed
from pytest_oao.cassette.journal_file import SUFFIX, JournalFile
from pytest_oao.cassette.locks import locked
from pytest_oao.errors import MissingFile, UnreadableFile
from pytest_oao.model.session_ids import is_own
from pytest_oao.ports import Keep, Stored
from pytest_oao.stores.keeping import no_such_session, require_keep


class Directory:
    """A folder of journals. `keep_days` and `keep_bytes` bound it: the oldest finished ones are removed."""

    is_near = True
    patience = 0.0

    def __init__(self, path: str | Path, *, keep_days: float | None = None, keep_bytes: int | None = None) -> None:
        self.path = Path(path)
        self.keep: Keep = require_keep(keep_days, keep_bytes)

    def __repr__(self) -> str:
        return f"Directory({str(self.path)!r})"

    def address(self, session: str) -> str:
        """Return the path of a journal."""
        return str(self.file(session))

    def file(self, session: str) -> Path:
        """Return the path of a journal."""
        return self.path / f"{session}{SUFFIX}"

    def begin(self, session: str) -> JournalFile:
        """Make the file of a journal; raises StoreFailed and BusyFile."""
        return JournalFile.create(self.file(session))

    def stored(self) -> Iterator[Stored]:
        """Yield the journals that are there under the names that we give."""
        try:
            with os.scandir(self.path) as entries:
                for entry in entries:
                    session = entry.name.removesuffix(SUFFIX)
                    if session != entry.name and is_own(session):
                        with suppress(FileNotFoundError):  # another process removes, too
                            status = entry.stat(follow_symlinks=False)
                            yield Stored(session, status.st_size, status.st_mtime)
        except FileNotFoundError:
            return
        except OSError as error:
            what, remedy = f"the folder cannot be read: {error.strerror}", "See that this user may read it."
            raise UnreadableFile(what, where=str(self.path), remedy=remedy) from error

    def read(self, session: str) -> bytes:
        """Return a journal as it stands."""
        try:
            return read_bounded(self.file(session))
        except MissingFile:
            raise no_such_session(self, session, str(self.path)) from None

    def remove(self, session: str) -> bool:
        """Remove a journal that nobody writes."""
        path = self.file(session)
        try:
            with opened(path) as fd:
                if locked(fd):
                    return False
            path.unlink()
        except (MissingFile, FileNotFoundError):  # another process was faster
            return True
        except OSError as error:
            raise store_failed(path, error) from error
        return True
