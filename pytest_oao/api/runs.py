"""One use of a recorder: what is recorded by it, by another session, or by nobody."""

from asyncio import _get_running_loop
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Protocol

from pytest_oao.api.outer_sessions import hold, path_of
from pytest_oao.api.reading_back import reader_of
from pytest_oao.policy.policies import Policy
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.policing import Policing
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.stores.sinks import RecordSink


class Run(Protocol):
    """A session that was begun for a piece of the program's work."""

    @property
    def running(self) -> RunningSession:
        """What the program holds of it."""

    def inside(self) -> AbstractContextManager[object]:
        """Have what is inside be of the session; it may be entered again, piece by piece."""

    def end(self, error: BaseException | None, *, waits: bool) -> None:
        """Say that the work is over, by an error or not; one that `waits` may do so for a disk, and for no network."""


class Ended:
    """Ends a run with what is inside; no generator, since it stands around the program's own."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    def __enter__(self) -> RunningSession:
        return self._run.running

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        given_up = isinstance(error, GeneratorExit)  # whoever reads a stream has read enough: that is no failure
        self._run.end(None if given_up else error, waits=_get_running_loop() is None)


class NoRun:
    """The work is nobody's affair."""

    def __init__(self, running: RunningSession) -> None:
        self.running = running

    def inside(self) -> AbstractContextManager[object]:
        """Have everything be as it is."""
        return nullcontext()

    def end(self, error: BaseException | None, *, waits: bool) -> None:
        """Accept it."""


class TakenIn(RunningSession):
    """What a program holds of a session that is of another one: there is a record of it where there is of that."""

    __slots__ = ("_sink",)

    def __init__(self, outer: Gateway, policing: Policing, folder: Path) -> None:
        super().__init__(path_of(outer, folder), outer, policing, reader_of(outer))
        sink = outer.scribe.sink
        self._sink = sink if isinstance(sink, RecordSink) else None
        if self._sink is not None and not self._sink.writes:
            self.id = ""

    @property
    def is_recorded(self) -> bool:
        """Whether there is a record of it; of a test and of a replay there is."""
        return self._sink is None or (self._sink.writes and not self._sink.record.lost)

    @property
    def address(self) -> str:
        """What `pytest_oao.load` takes; empty inside a test or a replay, whose own session it is."""
        return self._sink.record.where if self._sink is not None and self._sink.writes else ""


class EnclosedRun:
    """The work is of a session that was there before: that takes its calls in."""

    def __init__(self, outer: Gateway, policing: Policing, policy: Policy | None, folder: Path) -> None:
        hold(outer, policing, policy)
        self.running = TakenIn(outer, policing, folder)

    def inside(self) -> AbstractContextManager[object]:
        """Have everything be as it is."""
        return nullcontext()

    def end(self, error: BaseException | None, *, waits: bool) -> None:
        """Leave it to that session."""


class StrictRun:
    """A recording that stops the program rather than to miss anything."""

    def __init__(self, session: AbstractContextManager[RunningSession]) -> None:
        self._session = session
        self.running = session.__enter__()

    def inside(self) -> AbstractContextManager[object]:
        """Have everything be as it is: the session is the whole process's."""
        return nullcontext()

    def end(self, error: BaseException | None, *, waits: bool) -> None:
        """End the recording; raises what it came to."""
        del waits
        traceback: TracebackType | None = None if error is None else error.__traceback__
        self._session.__exit__(None if error is None else type(error), error, traceback)
