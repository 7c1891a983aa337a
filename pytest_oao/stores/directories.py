"""Journals in a folder: a file each, locked as long as it is written."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

from pytest_oao.cassette.disk import opened, read_bounded, store_failed, sync_folder
from pytest_oao.cassette.locks import lock, locked
from pytest_oao.errors import BusyFile, MissingFile, StoreFailed, UnreadableFile
from pytest_oao.model.session_ids import is_own
from pytest_oao.ports import Keep, Stored
from pytest_oao.stores.keeping import no_such_session, require_keep

SUFFIX = ".oao.jsonl"
_NEW = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_PRIVATE = 0o600
_PATIENCE = 100
"""Tries of 10 ms each to lock a file that we made: whoever asks for its state holds it for a moment."""


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

    def begin(self, session: str) -> "FileWriter":
        """Make the file of a journal; raises StoreFailed and BusyFile."""
        path = self.file(session)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return FileWriter(path)
        except OSError as error:
            raise store_failed(path, error) from error
        except ValueError as error:
            remedy = "Name a folder that can be."
            raise StoreFailed(f"this is no path: {error}", where=repr(str(path)), remedy=remedy) from error

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


class FileWriter:
    """A journal's file: lines go to its end whole or not at all; every method that writes raises OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = os.open(path, _NEW, _PRIVATE)
        self._size = 0
        _OPEN.add(self)
        try:
            self._lock()
        except BaseException:
            self.close()
            path.unlink(missing_ok=True)
            raise

    def _lock(self) -> None:
        for _ in range(_PATIENCE):
            if lock(self._fd):
                return
            time.sleep(0.01)
        remedy = "See which process holds a lock on it."
        raise BusyFile("another process holds the file", where=str(self._path), remedy=remedy)

    def append(self, lines: bytes, *, durable: bool) -> None:
        """Add lines; where that fails the file is left as it was, and reads as incomplete."""
        status = os.fstat(self._fd)
        if not status.st_nlink or status.st_size != self._size:
            found = f"has {status.st_size} bytes, {self._size} were written" if status.st_nlink else "was deleted"
            raise OSError(errno.EIO, f"the journal was changed while it was written: it {found}")
        try:
            written = os.write(self._fd, lines)
            _require_whole(written, lines)
            if durable:
                os.fsync(self._fd)
                sync_folder(self._path.parent)
        except OSError:
            with suppress(OSError):  # a torn line stays where even this fails: readers stop before it
                os.ftruncate(self._fd, self._size)
                if not self._size:
                    self._path.unlink()
            raise
        self._size += written

    def close(self) -> None:
        """Close and unlock the file; does nothing to a closed one."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def _require_whole(written: int, lines: bytes) -> None:
    if written != len(lines):
        raise OSError(errno.ENOSPC, f"only {written} of {len(lines)} bytes went to the disk")


_OPEN: "WeakSet[FileWriter]" = WeakSet()


def _forked() -> None:
    """Let go of the parent's files in a forked process: while it holds one, that stays locked."""
    for file in tuple(_OPEN):
        file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
