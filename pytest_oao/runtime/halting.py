"""Whatever goes wrong while a call passes poisons its session."""

from typing import Protocol

from pytest_oao.errors import OaoError, OaoHalt


class Poisoned(Protocol):
    """A session that stops after its first halt."""

    def halt(self, halt: OaoHalt) -> OaoHalt:
        """Poison the session with the first halt, and return that one."""


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
