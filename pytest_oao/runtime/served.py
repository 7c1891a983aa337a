"""What a replayed agent has been given so far: the ids in it stand for themselves from then on."""

from pytest_oao.cassette.deltas import shared
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome, Raised


class Served:
    """The exchanges answered, in order, and a text of all that is new in each: what a history repeats stands once."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._text = bytearray()
        self._read = 0
        self._before: dict[tuple[str, str], bytes] = {}

    def add(self, exchange: Exchange) -> None:
        """Take note of an answered exchange; its bodies are looked at when somebody asks."""
        self.exchanges.append(exchange)

    def holds(self, name: str) -> bool:
        """Whether a name occurs in any request made or answer given so far."""
        for exchange in self.exchanges[self._read :]:
            self._text += self._new(exchange) + b"\0"
        self._read = len(self.exchanges)
        return name.encode("utf-8", "surrogatepass") in self._text

    def _new(self, exchange: Exchange) -> bytes:
        """Return an exchange's bytes without what its request shares with the one before of its lane and target."""
        call, data = exchange.call, exchange.call.body.data
        before = self._before.get((call.lane, call.target), b"")
        self._before[call.lane, call.target] = data
        head, tail = shared(before, data)
        answer = b"" if isinstance(exchange.outcome, Raised) else exchange.outcome.body.data
        return data[head : len(data) - tail] + b"\0" + answer


def require_body(outcome: Outcome) -> None:
    """Have a body that lies in a file of its own read, and found damaged, before the agent gets its answer."""
    if not isinstance(outcome, Raised):
        _ = outcome.body.data
