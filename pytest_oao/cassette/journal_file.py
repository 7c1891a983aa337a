"""The file of a journal: lines are added at its end, whole or not at all, and it is locked as long as it is open."""

import errno
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pytest_oao.cassette.chain import LINE_LIMIT, ROOT, link
from pytest_oao.cassette.disk import READ_LIMIT
from pytest_oao.cassette.locks import lock
from pytest_oao.errors import BusyFile, LostRecord
from pytest_oao.model.jsontypes import JSONObject

_NEW = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_PRIVATE = 0o600
_PATIENCE = 100
"""Tries of 10 ms each to lock a file that we made: whoever asks for its state holds it for a moment."""


class _End(NamedTuple):
    """Where the file ends: its bytes, and the sha256 of its last line."""

    size: int = 0
    digest: str = ROOT


class JournalFile:
    """A chained file that this process alone writes; every method raises OSError.

    Whether another one wrote into it is for the owner to ask, by `see_untouched`, as often as it matters.
    """

    def __init__(self, path: Path) -> None:
        """Make the file; raises FileExistsError where one is."""
        self.path = path
        self._fd = os.open(path, _NEW, _PRIVATE)
        self._end = _End()
        self._next = _End()
        """Where the file ends if the last write went through: a signal handler may raise right after it."""

    def lock(self) -> None:
        """Lock the file until it is closed; raises BusyFile."""
        for _ in range(_PATIENCE):
            if lock(self._fd):
                return
            time.sleep(0.01)
        remedy = "See which process holds a lock on it, or record into another file."
        raise BusyFile("another process holds the file", where=str(self.path), remedy=remedy)

    def append(self, record: JSONObject, *, durable: bool = False) -> None:
        """Add a line with one write(), and where that fails leave the file as it was; raises what `link` does, too.

        A `durable` line survives a power cut, as do those before it.
        """
        if self._next is not self._end:  # the last write was broken off
            self.see_untouched()
        data, digest = link(self._end.digest, record)
        before, self._next = self._end, _End(self._end.size + len(data), digest)
        try:
            self._write(data)
            if durable:
                os.fsync(self._fd)  # takes milliseconds
        except OSError:
            with suppress(OSError):  # a torn line stays where even this fails: readers stop before it
                os.ftruncate(self._fd, before.size)
            raise
        self._end = self._next

    def _write(self, data: bytes) -> None:
        if len(data) > LINE_LIMIT or self._next.size > READ_LIMIT:
            raise OSError(errno.EFBIG, f"a line of {len(data)} bytes would make a journal that is too large to be read")
        written = os.write(self._fd, data)
        if written != len(data):
            raise OSError(errno.ENOSPC, f"only {written} of {len(data)} bytes went to the disk")

    def see_untouched(self) -> None:
        """Look whether the file is as we left it; raises LostRecord where somebody else wrote or deleted it."""
        status = os.fstat(self._fd)
        if status.st_size == self._next.size:
            self._end = self._next
        if status.st_size != self._end.size or not status.st_nlink:
            found = f"has {status.st_size} bytes, {self._end.size} were written" if status.st_nlink else "was deleted"
            remedy = "Find what else uses that file, and record again."
            raise LostRecord(
                f"the journal was changed while it was written: it {found}", where=str(self.path), remedy=remedy
            )
        self._next = self._end

    def close(self) -> None:
        """Close and unlock the file; does nothing to a closed one."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
