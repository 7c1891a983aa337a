"""Threads that write records beside the program: each is handed events in their order, within a bound of memory."""

import _thread
import atexit
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import monotonic
from typing import Any

from pytest_oao.stores.records import Event, Record

_LOG = logging.getLogger("pytest_oao")
BOUND = 64 * 1024 * 1024
"""Bytes of a process's events that may wait for their stores; one more, and the session that it is of is given up."""
_SHARE = 8
"""What a writer has gathered it writes when that is such a part of the bound: others have to gather, too."""
_AT_ONCE = 256
"""Events after which their lines are written, though more of them wait."""
_FOREVER = 3600.0
_NAP = 0.05
"""Seconds that a writer sleeps between two looks while there is something to do. To be woken by each event, or to hand
the interpreter back after each, costs the calls more than all else: both were tried, and took two and three times as
long on a busy machine."""
_NAPS = 4
"""So many in vain, and it sleeps until it is woken."""
_ANSWER = 60.0
"""Seconds that whoever reads a session back waits for the store."""
_END = 5.0
"""Seconds that the end of the program waits for what is not written yet."""


_Work = tuple[Callable[[], Any], Record | None, int]
"""What is to be done; of an event, the record that it is for, and its size."""


class _Room:
    """How much of the bound is taken: by events that wait, and by those whose lines are gathered; threads share it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Have nothing be taken, as in a forked process."""
        self.lock = threading.RLock()  # a signal's handler may come in between
        """Held by whoever looks at what waits for any writer: one lock, since each one that is taken costs a call."""
        self.taken = 0

    def give(self, size: int) -> None:
        """Give so many back."""
        with self.lock:
            self.taken -= size


_ROOM = _Room()


class Writer:
    """Writes records in a thread of its own, which begins with the first event.

    A forked process has no such thread, and what waited there is its parent's to write: it begins with nothing.
    """

    def __init__(self) -> None:
        self.reset()
        _WRITERS.add(self)

    def reset(self) -> None:
        """Have nothing to do, and no thread."""
        self._woken = threading.Condition(_ROOM.lock)
        self._works: deque[_Work] = deque()
        self._gathering: dict[Record, int] = {}
        """Records with lines that are not in their store yet, and the bytes of the events that those are of."""
        self._sleeps = False
        self._naps = 0
        self._thread = 0

    def put(self, record: Record, event: Event, size: int) -> bool:
        """Have an event be written after all that came before; False where too much waits already."""
        room, work = _ROOM, (event, record, size)  # made before: under the lock, the collector may run others' code
        with room.lock:
            if room.taken + size > BOUND:
                return False
            room.taken += size
            self._works.append(work)
            if self._sleeps:
                self._wake()
            return bool(self._thread) or self._start()

    def call(self, work: Callable[[], object]) -> bool:
        """Have something be done after all that came before; the bound does not hold for it."""
        with _ROOM.lock:
            self._works.append((work, None, 0))
            self._wake()
            return bool(self._thread) or self._start()

    def _wake(self) -> None:
        self._sleeps = False
        self._woken.notify()

    def _start(self) -> bool:
        """Begin the thread: one of Python's own below `threading`, which numbers the strands of a session."""
        try:
            self._thread = _thread.start_new_thread(self._run, ())
        except RuntimeError:  # there are no more threads, or the program ends
            _ROOM.give(sum(size for _, _, size in self._works))
            self._works.clear()
            return False
        return True

    def drain(self, seconds: float) -> bool:
        """Wait until all that came before is in its store, gathered or not; False where that takes longer."""
        if not self._thread or self._thread == threading.get_ident():
            return True
        done = threading.Event()
        self.call(self._write_all)
        self.call(done.set)
        return done.wait(seconds)

    def ask(self, work: Callable[[], bytes]) -> bytes:
        """Return what some work comes to after all that came before; raises what it raises."""
        future: Future[bytes] = Future()

        def do() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - whoever asked is told
                future.set_exception(error)

        self.call(do)
        return future.result(_ANSWER)

    def _run(self) -> None:
        while True:
            self._do(self._next())

    def _do(self, works: deque[_Work]) -> None:
        while works:
            work, record, size = works.popleft()
            try:
                work() if record is None else record.take(work)
            except Exception:  # noqa: BLE001 - the thread is to go on for the others
                _LOG.warning("a record could not be written", exc_info=True)
            if record is not None:
                self._gathering[record] = self._gathering.get(record, 0) + size
                if record.is_full:  # a body may be a thousand times as long as what it was made of
                    self._write(record)
        now, is_much = monotonic(), sum(self._gathering.values()) * _SHARE > BOUND
        for record in [one for one in self._gathering if is_much or one.due <= now]:
            self._write(record)

    def _write(self, record: Record) -> None:
        size = self._gathering.pop(record)
        record.write()
        _ROOM.give(size)

    def _next(self) -> deque[_Work]:
        """Wait for something to do, at most until gathered lines are due."""
        due = min((record.due for record in self._gathering), default=monotonic() + _FOREVER)
        with _ROOM.lock:
            wait = due - monotonic()
            if not self._works and wait > 0:
                self._sleeps = self._naps >= _NAPS
                self._woken.wait(wait if self._sleeps else min(wait, _NAP))
                self._sleeps = False
        works = deque([self._works.popleft() for _ in range(min(_AT_ONCE, len(self._works)))])  # nobody else does
        self._naps = 0 if works else self._naps + 1
        return works

    def _write_all(self) -> None:
        while self._gathering:
            self._write(next(iter(self._gathering)))


_WRITERS: "weakref.WeakSet[Writer]" = weakref.WeakSet()
_SHARED: dict[str, tuple[Writer, ...]] = {}
"""By what they write to: a thread stays, and recorders come and go."""
_SHARING = threading.RLock()


def shared_writers(name: str, number: int) -> Sequence[Writer]:
    """Return the writers of this process that are known by a name."""
    with _SHARING:
        return _SHARED.setdefault(name, tuple(Writer() for _ in range(number)))


def drain_all(seconds: float = _END) -> bool:
    """Wait until all that this process has recorded so far is in its stores; False where that takes longer."""
    end = monotonic() + seconds
    late = [writer for writer in tuple(_WRITERS) if not writer.drain(max(0.0, end - monotonic()))]
    return not late


def _forked() -> None:
    global _SHARING  # noqa: PLW0603 - another thread may have held it
    _SHARING = threading.RLock()
    _ROOM.reset()
    for writer in tuple(_WRITERS):
        writer.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
atexit.register(drain_all)
getattr(threading, "_register_atexit", atexit.register)(drain_all)  # before then, libraries can still begin threads
