"""Whatever goes wrong while a call passes poisons its session."""

from collections.abc import Callable
from threading import RLock

from pytest_oao.errors import EscapedCall, OaoError, OaoHalt
from pytest_oao.runtime.lanes import Lane
from pytest_oao.runtime.letters import COPY_REMEDY, Letter
from pytest_oao.runtime.pending import Pending
from pytest_oao.runtime.runaways import Runaways


class Poisoned:
    """A session that stops after its first halt."""

    is_wide = True
    """Whether the session is the whole process's: takes in what runs on behalf of none, and holds copies of it."""

    def __init__(self, root: Lane, test: str) -> None:
        self._test = test
        self.letter: Letter | None = None
        """By which copies of this process tell what was refused to them, where there are any."""
        self.disowned = False
        """Whether this is the session's copy in a forked process."""
        self.root = root
        """The strand that it begins with."""
        self.runaways = Runaways(root)
        self.halted: OaoHalt | None = None
        self.lock = RLock()
        """Held while a call passes."""
        self._tell: Callable[[OaoHalt], None] | None = None
        self.awaited: set[Pending] = set()
        """Calls that others wait for, who are to wake where the session stops."""

    @property
    def may_halt(self) -> bool:
        """Whether calls may be refused."""
        return True

    def unseen(self, halt: OaoHalt) -> None:
        """Say that something is done which this cannot see, so neither judge nor record; raises the first OaoHalt."""
        raise self.halt(halt)

    def unkept(self, halt: OaoHalt) -> None:
        """Say that what a call came to cannot be kept; raises the first OaoHalt."""
        raise self.halt(halt)

    def abandon(self) -> None:
        """Take no note of any call from now on; a session under a policy does: it sees calls that are not kept, too."""

    def forsake(self) -> None:
        """Let go of the session in a forked process; one that is the whole process's holds the copy, and stays."""

    def hear(self) -> None:
        """Halt where a copy of this process was refused something."""
        if self.letter is not None and not self.disowned and (told := self.letter.read()):
            self.halt(EscapedCall(told, where=self._test, remedy=COPY_REMEDY))

    def halt(self, halt: OaoHalt) -> OaoHalt:
        """Poison the session with the first halt, and return that one."""
        if self.halted is None:
            self.halted = halt
            if self._tell is not None:
                self._tell(halt)
            self.wake()
        return self.halted

    def require_unhalted(self) -> None:
        """Raise the session's first OaoHalt, where there was one."""
        if self.halted is not None:
            self.runaways.refused(self.halted)
            raise self.halted

    def goes_on(self) -> None:
        """Say that the running code begins something; raises the first OaoHalt where it has not heard that for long."""
        if self.halted is not None and self.runaways.refused(self.halted):
            raise self.halted

    def let_go(self) -> None:
        """Have nobody wait for a call any more, and nobody be stopped."""
        self.wake()
        self.runaways.end()

    def wake(self) -> None:
        """Wake whoever waits for a call."""
        for pending in tuple(self.awaited):
            pending.over()


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
