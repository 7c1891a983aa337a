"""Loops that swallow their session's halt: code that was refused again and again is stopped where it goes on.

An agent may catch everything (`except BaseException: continue`), leave it in futures that nobody asks, or run on a
framework that makes an Exception of it; it would be refused for ever. So the functions that led to such a call, those
on its stack, are traced, and the halt is raised in the first of them that runs on as if nothing had happened: outside
its `try`, when no error is being handled. That is certain, and of this strand alone; what is thrown into a thread or a
task from outside hits whatever runs there, and may be swallowed as well.
"""

import opcode
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import thread as pools
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR, CO_ITERABLE_COROUTINE
from pathlib import Path
from threading import get_ident
from types import FrameType
from typing import Any

from pytest_oao.errors import OaoHalt
from pytest_oao.runtime.lanes import Lane, here
from pytest_oao.runtime.sites import beginning, is_ours

PATIENCE = 10
"""How often a strand is refused before it is stopped so."""
LAST = 100
"""How often before it is stopped in the midst of handling an error too."""

_AWAITS = CO_COROUTINE | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE
_HANDLES = opcode.opmap.get("PUSH_EXC_INFO")
"""What an `except`, a `finally` and the end of a `with` begin with, where there is an error."""
_STANDARD = beginning(Path(opcode.__file__).parent)
_PACKAGES = ("site-packages", "dist-packages")
_RUNNERS = frozenset({"_pytest", "pluggy"})
_LOOPS = frozenset({"anyio", "trio", "uvloop", "pytest_asyncio"})
"""What runs tasks and threads for others too: nothing is raised in it."""
_WORK = (pools.__file__, "run")
"""What performs a piece of work that a pool was given."""


class Runaways:
    """The strands of one session that go on after its halt; before there is one, nothing is done."""

    def __init__(self, root: Lane) -> None:
        self.home: Sequence[FrameType] = ()
        """Who was at work in the strand where the session began: what the first of them calls now is the session's."""
        self.runs = False
        """Whether the session is the running code's at all."""
        self._root = root
        self._refused: Counter[str] = Counter()
        self._traced: dict[int, Any] = {}
        """What traced each thread before, a debugger say."""

    def refused(self, halt: OaoHalt) -> bool:
        """Take note of what the running code is refused; return whether it is stopped: it has gone on for long."""
        lane = here()
        if not self.runs or (lane is not None and lane.root is not self._root):
            return False
        path = "" if lane is None else lane.path
        self._refused[path] += 1
        if self._refused[path] < PATIENCE:
            return False
        halt.__traceback__ = None  # it would grow with each time
        frames = _led_here(self.home, only_tests=lane is None)
        stop = _Stop(halt, self, at_once=self._refused[path] >= LAST)
        for frame in frames:
            frame.f_trace = stop
        if frames and sys.gettrace() != self._begun:
            self._traced.setdefault(get_ident(), sys.gettrace())
            sys.settrace(self._begun)
        return bool(frames)

    def end(self) -> None:
        """Leave everybody alone: the session is over."""
        self.runs, self.home = False, ()
        self._give_back()

    def _begun(self, *_: object) -> None:
        """Trace no function that begins now: only those that led to a refused call are."""
        if not self.runs:
            self._give_back()

    def _give_back(self) -> None:
        """Have this thread be traced as it was."""
        if get_ident() in self._traced:
            sys.settrace(self._traced.pop(get_ident()))


class _Stop:
    """Traces a function: raises the halt where it runs on. Python ends the tracing of the thread then."""

    def __init__(self, halt: OaoHalt, runaways: Runaways, *, at_once: bool) -> None:
        self._halt, self._runaways, self._at_once = halt, runaways, at_once
        self._handled = sys.exc_info()[1]

    def __call__(self, frame: FrameType, event: str, _: object) -> "_Stop":
        if event == "line" and self._runaways.runs and self._goes_on(frame):
            raise self._halt
        return self

    def _goes_on(self, frame: FrameType) -> bool:
        """Whether a function does something else than to handle an error that came of the refused call."""
        if frame.f_code.co_code[frame.f_lasti] == _HANDLES:
            return False  # the error is about to be handled, by the end of a `with`, say
        handled = sys.exc_info()[1]
        return self._at_once or handled is None or handled is self._handled


def at_work() -> Sequence[FrameType]:
    """Return the functions on the stack that are of the running strand, as far as that is seen."""
    frames = []
    inner: FrameType = sys._getframe(1)  # noqa: SLF001 - the stack is what it is about
    frame = inner.f_back
    while frame is not None and not _begins_strand(frame) and not _runs_tasks(frame, inner):
        frames.append(frame)
        inner, frame = frame, frame.f_back
    return frames


def _led_here(home: Sequence[FrameType], *, only_tests: bool) -> list[FrameType]:
    """Return the functions on the stack that are the session's: up to one that began it, or to where its strand began.

    Where neither is found, a library of unknown kind runs work of many in its threads: none is. Code that is on no
    lane is the session's only where a test runs it.
    """
    frames: list[FrameType] = []
    task: int | None = None
    inner: FrameType = sys._getframe(2)  # noqa: SLF001 - as above
    frame = inner.f_back
    while frame is not None and not _begins_strand(frame):
        if task is None and _runs_tasks(frame, inner):
            task = len(frames)
        if not _is_machinery(frame):
            frames.append(frame)
        if frame in home and not only_tests:
            return frames
        inner, frame = frame, frame.f_back
    if only_tests:
        return frames if frame is not None and _home_of(frame) in _RUNNERS else []
    return frames if frame is not None else frames[: task or 0]


def _begins_strand(frame: FrameType) -> bool:
    """Whether all that a function calls is of one strand: a thread's, a piece of work's of a pool, a test's."""
    code = frame.f_code
    if (code.co_filename, code.co_name) == _WORK or (code.co_name == "run_in_lane" and is_ours(code.co_filename)):
        return True
    return _home_of(frame) in _RUNNERS


def _runs_tasks(frame: FrameType, inner: FrameType) -> bool:
    """Whether a function runs one task among others: it goes on with a coroutine, and is none."""
    if _home_of(frame) in _LOOPS:
        return True
    awaits = frame.f_code.co_flags & (_AWAITS | CO_GENERATOR)
    return bool(inner.f_code.co_flags & _AWAITS) and not awaits


def _is_machinery(frame: FrameType) -> bool:
    """Whether a function is ours, or Python's own, or of an event loop: it serves others than the session too."""
    name = frame.f_code.co_filename
    if is_ours(name) or name.startswith("<frozen ") or _home_of(frame) in _LOOPS:
        return True
    return name.startswith(_STANDARD) and not any(package in name for package in _PACKAGES)


def _home_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
