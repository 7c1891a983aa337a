"""Who answers when nobody replays in order: nobody (the world does), a refusal, or a source with rules of its own."""

from collections.abc import Callable

from pytest_oao.errors import OaoHalt
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome
from pytest_oao.ports import Turn, Verified


class Unordered:
    """What every source says that has no recorded order: it expects nothing, holds nobody up and accepts any end.

    Nothing is performed and nobody waits: a source that lets the world answer says otherwise.
    """

    def verify(self, verified: Verified, call: Call, outcome: Outcome) -> None:
        """Accept it: nothing is recorded to compare it with."""

    def performs(self, kind: str) -> bool:
        """Return False: no call is."""
        del kind
        return False

    def expects(self, call: Call) -> bool:
        """Return False: no call is due."""
        del call
        return False

    def delay(self, seconds: float) -> float:
        """Return no delay: there is no world to wait for."""
        del seconds
        return 0.0

    def turn(self, call: Call) -> Turn:
        """Return nothing: no call waits for another."""
        del call
        return Turn()

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Accept it: nothing is recorded that could wait."""

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Accept it: nothing is recorded that could have ended."""

    def finish(self, due: int | None = None) -> None:
        """Accept any end: nothing is due."""


class Recorder(Unordered):
    """Answers nothing: each call is performed and written down."""

    def answer(self, call: Call) -> Exchange | None:
        """Return None: the call is live."""

    def performs(self, kind: str) -> bool:
        """Return True: every call is performed."""
        del kind
        return True

    def delay(self, seconds: float) -> float:
        """Return the whole delay: the world needs it."""
        return seconds


class Refusal(Unordered):
    """Refuses every call, with the halt that `halt_of` makes of it."""

    def __init__(self, halt_of: Callable[[Call], OaoHalt]) -> None:
        self.halt_of = halt_of

    def answer(self, call: Call) -> Exchange | None:
        """Raise the halt."""
        raise self.halt_of(call)
