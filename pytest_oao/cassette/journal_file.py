"""The file of a journal: lines are added at its end, whole or not at all, and it is locked as long as it is open."""

import errno
import os
import time
import weakref
from contextlib import suppress
from pathlib import Path

from pytest_oao.cassette.chain import End
from pytest_oao.cassette.disk import store_failed, sync_folder
from pytest_oao.cassette.journal_reading import state
from pytest_oao.cassette.locks import lock
from pytest_oao.errors import BusyFile, OaoError, StoreFailed
from pytest_oao.model.jsontypes import JSONObject

SUFFIX = ".oao.jsonl"
"""What the names of journals end with."""
_NEW = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_PRIVATE = 0o600
_PATIENCE = 100
"""Tries of 10 ms each to lock a file that we made: whoever asks for its state holds it for a moment."""


class JournalFile:
    """A chained file that this process alone writes, of a test or of a store.

    Lines are either added as records, or as bytes that name each other already: one file is written in one of the two
    ways. Both raise OSError, also where somebody else wrote into the file or deleted it.
    """

    def __init__(self, path: Path) -> None:
        """Make the file and lock it; raises BusyFile, OSError and, of what is no path, ValueError."""
        self.path = path
        self._fd = os.open(path, _NEW, _PRIVATE)
        self._end = End()
        self._next = self._end
        """Where the file ends if the last write went through: a signal handler may raise right after it."""
        self._is_named = False
        """Whether its name survives a power cut."""
        _OPEN.add(self)
        try:
            self._lock()
        except BaseException:
            self.close()
            path.unlink(missing_ok=True)
            raise

    @classmethod
    def create(cls, path: Path) -> "JournalFile":
        """Make the file, and the folder that it is in; raises BusyFile and StoreFailed, and then leaves no file."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return cls(path)
        except OSError as error:
            raise _not_made(path, error) from error
        except ValueError as error:
            remedy = "Name a folder that can be."
            raise StoreFailed(f"this is no path: {error}", where=repr(str(path)), remedy=remedy) from error

    def _lock(self) -> None:
        for _ in range(_PATIENCE):
            if lock(self._fd):
                return
            time.sleep(0.01)
        remedy = "See which process holds a lock on it, or record into another file."
        raise BusyFile("another process holds the file", where=str(self.path), remedy=remedy)

    def add(self, record: JSONObject, *, durable: bool = False) -> None:
        """Add a line, and where that fails leave the file as it was; raises what `End.then` does, too.

        A `durable` line survives a power cut, as do those before it.
        """
        self._see_untouched()
        line, end = self._end.then(record)
        self._write(line, end, durable=durable)

    def append(self, lines: bytes, *, durable: bool) -> None:
        """Add lines that follow those before them, as `add` does one."""
        self._see_untouched()
        self._write(lines, End(self._end.size + len(lines)), durable=durable)

    def _write(self, lines: bytes, end: End, *, durable: bool) -> None:
        self._next = end
        try:
            written = os.write(self._fd, lines)
            if written != len(lines):
                raise OSError(errno.ENOSPC, f"only {written} of {len(lines)} bytes went to the disk")  # noqa: TRY301
            if durable:
                self._sync()
        except OSError:
            with suppress(OSError):  # a torn line stays where even this fails: readers stop before it
                os.ftruncate(self._fd, self._end.size)
                if not self._end.size:
                    self.path.unlink()
            raise
        self._end = end

    def _sync(self) -> None:
        os.fsync(self._fd)  # takes milliseconds
        if not self._is_named:
            sync_folder(self.path.parent)
            self._is_named = True

    def _see_untouched(self) -> None:
        """Look whether the file is as we left it; raises OSError where somebody else wrote or deleted it."""
        status = os.fstat(self._fd)
        if status.st_size == self._next.size:
            self._end = self._next
        if status.st_size != self._end.size or not status.st_nlink:
            found = f"has {status.st_size} bytes, {self._end.size} were written" if status.st_nlink else "was deleted"
            raise OSError(errno.ESTALE, f"it was changed while it was written: it {found}")
        self._next = self._end

    def close(self) -> None:
        """Close and unlock the file; does nothing to a closed one."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


_OPEN: "weakref.WeakSet[JournalFile]" = weakref.WeakSet()


def _forked() -> None:
    """Let go of the parent's files in a forked process: while it holds one, that stays locked."""
    for file in tuple(_OPEN):
        file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _not_made(path: Path, error: OSError) -> OaoError:
    if not isinstance(error, FileExistsError) or not path.is_file():
        return store_failed(path, error)
    if state(path) == "live":
        remedy = "Wait for it to end, or record into another file."
        return BusyFile("another process is recording into this file", where=str(path), remedy=remedy)
    remedy = "Move it away, or record into another file."
    return StoreFailed("there is a journal already, which is not written over", where=str(path), remedy=remedy)
