"""Who answers when nobody replays: nobody (the world does), or a refusal."""

from collections.abc import Callable

from pytest_oao.errors import OaoHalt
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome
from pytest_oao.ports import Turn, Verified


class Recorder:
    """Answers nothing: each call is performed and written down."""

    def answer(self, call: Call) -> Exchange | None:
        """Return None: the call is live."""

    def verify(self, verified: Verified, call: Call, outcome: Outcome) -> None:
        """Accept it: nothing is recorded to compare it with."""

    def performs(self, kind: str) -> bool:
        """Return True: every call is performed."""
        del kind
        return True

    def expects(self, call: Call) -> bool:
        """Return False: nothing is recorded."""
        del call
        return False

    def delay(self, seconds: float) -> float:
        """Return the whole delay: the world needs it."""
        return seconds

    def turn(self, call: Call) -> Turn:
        """Return nothing: the world says what comes next."""
        del call
        return Turn()

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Accept it: nothing is recorded that could wait."""

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Accept it: the agent reads what the world answers."""

    def finish(self, due: int | None = None) -> None:
        """Accept any end: what was made is what is recorded."""


class Refusal:
    """Refuses every call, with the halt that `halt_of` makes of it."""

    def __init__(self, halt_of: Callable[[Call], OaoHalt]) -> None:
        self.halt_of = halt_of

    def answer(self, call: Call) -> Exchange | None:
        """Raise the halt."""
        raise self.halt_of(call)

    def verify(self, verified: Verified, call: Call, outcome: Outcome) -> None:
        """Accept it: nothing was answered."""

    def performs(self, kind: str) -> bool:
        """Return False: no call is."""
        del kind
        return False

    def expects(self, call: Call) -> bool:
        """Return False: nothing is recorded."""
        del call
        return False

    def delay(self, seconds: float) -> float:
        """Return no delay."""
        del seconds
        return 0.0

    def turn(self, call: Call) -> Turn:
        """Return nothing: the call is refused when it is made."""
        del call
        return Turn()

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Accept it: nothing was answered."""

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Accept it: nothing was answered."""

    def finish(self, due: int | None = None) -> None:
        """Accept the end: what made no call missed nothing."""
