"""First results of idempotent tools, which equal calls are given again; they wait while the first one is made."""

from dataclasses import dataclass, replace
from threading import Lock

from pytest_oao.cassette.encodings import compact
from pytest_oao.model.attributes import CALL_ID
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Outcome, Returned
from pytest_oao.runtime.pending import Pending


@dataclass(frozen=True, slots=True)
class Repeated:
    """The first call of an idempotent tool with such arguments, whose result is given again."""

    seq: int
    outcome: Outcome
    number: str = ""
    """The id by which a model asked for it."""

    def answer_to(self, call: Call) -> Outcome:
        """Return the result as that of another call: messages of frameworks hold the id that they answer."""
        number = call_id(call)
        if not isinstance(self.outcome, Returned) or not (number and self.number):
            return self.outcome
        body = self.outcome.body
        data = body.data.replace(compact(self.number), compact(number))
        return replace(self.outcome, body=Body(data, body.media_type))


def call_id(call: Call) -> str:
    """Return the id by which a model asked for a call, or the empty string."""
    return str(call.attributes.get(CALL_ID) or "")


class FirstResults:
    """The first calls of one session by what is equal for equal calls: those that succeeded, and those being made."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._results: dict[str, Repeated] = {}
        self._made: dict[str, Pending] = {}

    def of(self, call: str) -> Repeated | Pending | None:
        """Return the first result, or the first call where it is being made; None where this one is the first."""
        with self._lock:
            found = self._results.get(call) or self._made.get(call)
            if found is None:
                self._made[call] = Pending()
            return found

    def succeeded(self, call: str, result: Repeated) -> None:
        """Keep the result of a call, unless there is one, and give it to those who wait."""
        with self._lock:
            self._results.setdefault(call, result)
        self.failed(call)

    def failed(self, call: str) -> None:
        """Say that a first call came to nothing: of those who wait, one is the first now."""
        with self._lock:
            pending = self._made.pop(call, None)
        if pending is not None:
            pending.over()
