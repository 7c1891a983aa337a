"""Whatever goes wrong while a call passes poisons its session."""

from collections.abc import Callable
from threading import RLock

from pytest_oao.errors import OaoError, OaoHalt
from pytest_oao.runtime.pending import Pending


class Poisoned:
    """A session that stops after its first halt."""

    def __init__(self) -> None:
        self.halted: OaoHalt | None = None
        self.lock = RLock()
        """Held while a call passes."""
        self._tell: Callable[[OaoHalt], None] | None = None
        self.awaited: set[Pending] = set()
        """Calls that others wait for, who are to wake where the session stops."""

    def halt(self, halt: OaoHalt) -> OaoHalt:
        """Poison the session with the first halt, and return that one."""
        if self.halted is None:
            self.halted = halt
            if self._tell is not None:
                self._tell(halt)
            self.wake()
        return self.halted

    def wake(self) -> None:
        """Wake whoever waits for a call."""
        for pending in tuple(self.awaited):
            pending.over()

    def require_unhalted(self) -> None:
        """Raise the session's first OaoHalt, where there was one."""
        if self.halted is not None:
            raise self.halted


class Halting:
    """Poisons a session with whatever goes wrong inside: an agent may swallow it, the session may not.

    No generator, since every call passes here.
    """

    __slots__ = ("_session",)

    def __init__(self, session: Poisoned) -> None:
        self._session = session

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, OaoHalt):
            self._session.halt(error)
        elif isinstance(error, OaoError):
            raise self._session.halt(OaoHalt(error.what, where=error.where, remedy=error.remedy)) from error


class Passing(Halting):
    """Lets one call at a time pass, none after the session's first halt, and poisons the session as above."""

    __slots__ = ("_lock",)

    def __enter__(self) -> None:
        self._lock = self._session.lock
        self._lock.acquire()
        try:
            self._session.require_unhalted()
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            super().__exit__(kind, error, traceback)
        finally:
            self._lock.release()
