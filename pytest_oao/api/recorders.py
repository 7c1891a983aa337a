"""What `pytest_oao.record` returns: a context manager and a decorator, each use of which is a session."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TypeVar

from pytest_oao.api.decorating import recorded
from pytest_oao.api.runs import Ended, Run
from pytest_oao.api.session_kinds import SessionKind
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.stores.tallies import Counts

Function = TypeVar("Function", bound=Callable[..., Any])
_Session = AbstractContextManager[RunningSession]


class Recorder:
    """Records sessions: `with recorder:` one, `@recorder` one for each call of a function, any number at once."""

    def __init__(self, sessions: SessionKind) -> None:
        self._sessions = sessions
        self._open: list[_Session] = []

    @property
    def counts(self) -> Counts:
        """What the sessions of this process came to so far."""
        return self._sessions.counts

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until what was recorded so far is in the store; False where that takes longer than `timeout` seconds."""
        return self._sessions.drain(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Flush, and leave the libraries whose calls are recorded as they were; for tests of the program itself."""
        self._sessions.close()
        return self.flush(timeout)

    @contextmanager
    def session(self, *given: Any, **named: Any) -> Iterator[RunningSession]:
        """Record what is inside; the functions that the recorder was given are called with the arguments."""
        run = self._sessions.begin(given, named, keeps_empty=True)
        with Ended(run), run.inside():
            yield run.running

    def begin(self, *given: Any, **named: Any) -> Run:
        """Begin a session whose work is done piece by piece; it leaves nothing behind if it makes no call."""
        return self._sessions.begin(given, named)

    def stay(self) -> None:
        """Keep the adapters in place from the first session on: there will be many."""
        self._sessions.stay()

    def __call__(self, function: Function) -> Function:
        """Return the function, each call of which is a session: a coroutine's until it returns, a generator's too."""
        self.stay()
        return recorded(function, self._sessions.begin)  # type: ignore[return-value]

    def __enter__(self) -> RunningSession:
        session = self.session()
        running = session.__enter__()
        self._open.append(session)
        _ENTERED.set((*_ENTERED.get(), session))
        return running

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        entered = _ENTERED.get()
        own = [one for one in entered if one in self._open]
        session = own[-1] if own else self._open[-1]  # one may be left in another context than it was entered in
        _ENTERED.set(tuple(one for one in entered if one is not session))
        self._open.remove(session)
        session.__exit__(kind, error, traceback)

    async def __aenter__(self) -> RunningSession:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


_ENTERED: ContextVar[tuple[_Session, ...]] = ContextVar("oao_entered", default=())
"""Which sessions of `with recorder:` the running code is inside of: many may be, of one recorder."""
