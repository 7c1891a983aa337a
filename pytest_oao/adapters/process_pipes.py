"""Bytes between an agent and a process: passed on and kept while recording, put where they belong in replay."""

import _thread
import os
import select
import stat
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock
from time import monotonic

_ROOM = 4096
"""Bytes that every pipe takes at once."""


def is_stream(number: int) -> bool:
    """Whether a file descriptor is a pipe, a socket or a file: no terminal, no null device, and not -1."""
    if number < 0:
        return False
    mode = os.fstat(number).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISREG(mode)


def is_file(number: int) -> bool:
    """Whether a file descriptor is a file on a disk."""
    return number >= 0 and stat.S_ISREG(os.fstat(number).st_mode)


class Copying:
    """Reads one file descriptor to its end in a thread, keeps what came, and writes it to another."""

    def __init__(self, source: int, target: int = -1, ended: Callable[[], None] = lambda: None) -> None:
        self.data = bytearray()
        self.whole = True
        """Whether what was read was all taken."""
        self._source, self._target, self._ended = source, target, ended
        self._done = Event()
        self._reading = True
        self._lock = Lock()
        """Held while the source is asked or closed: a number that is closed may be another file's a moment later."""
        _thread.start_new_thread(self._run, ())  # below what gives threads lanes: it is no strand of the agent's

    def _run(self) -> None:
        try:
            self._copy()
        except OSError:
            self.whole = False
        finally:
            with self._lock:
                self._reading = False
                close(self._source)
            close(self._target)
            self._done.set()
            self._ended()

    def _copy(self) -> None:
        while chunk := os.read(self._source, 1 << 16):
            self.data += chunk  # before it is passed on, so that nobody has seen more than is kept
            if self._target >= 0:
                write(self._target, chunk)

    @property
    def is_done(self) -> bool:
        """Whether the end has come."""
        return self._done.is_set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, but not long: another process may hold on to a pipe."""
        self._done.wait(seconds)

    def catch_up(self, seconds: float = 1.0) -> None:
        """Wait until nothing is left to be read just now."""
        end = monotonic() + seconds
        while not self.is_done and monotonic() < end:
            with self._lock:
                if self._reading and not _readable(self._source):
                    return
            self._done.wait(0.001)


def _readable(number: int) -> bool:
    waiting = select.poll()  # select() knows no numbers from 1024 on
    waiting.register(number, select.POLLIN)
    return bool(waiting.poll(0))


def feed(number: int, data: bytes) -> None:
    """Write to a file descriptor of ours and close it; in a thread where a pipe may not take all at once."""
    if len(data) <= _ROOM or is_file(number):
        _feed(number, data)
    else:
        _thread.start_new_thread(_feed, (number, data))


def _feed(number: int, data: bytes) -> None:
    try:
        with suppress(OSError):  # who reads it may stop early
            write(number, data)
    finally:
        close(number)


def write(number: int, data: bytes) -> None:
    """Write all of it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(number, rest) :]


def close(number: int) -> None:
    """Close a file descriptor, if it is one."""
    if number >= 0:
        with suppress(OSError):
            os.close(number)
