"""The ledger as a test's assertions see it: plain numbers, none of them where it is not known."""

from collections.abc import Callable
from typing import TypeVar

from pytest_oao.errors import UnknownSpend
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import Ledger, Line, tokens_of


class Count(int):
    """A number of a ledger; a failed assertion shows the whole ledger."""

    ledger = Ledger()


class Dollars(float):
    """A cost of a ledger, in US dollars."""

    ledger = Ledger()


class Seconds(float):
    """A time of a ledger."""

    ledger = Ledger()


Number = TypeVar("Number", Count, Dollars, Seconds)


class SeenLedger:
    """What a run has made and spent so far.

    Raises UnknownSpend where a number is asked for that is not known: of tokens where a provider told none, of the cost
    where a model has no price.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        """The lines: calls, tokens and cost by kind and name."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """One for each kind and name of call."""
        return self.ledger.lines

    @property
    def steps(self) -> Count:
        """What the agent did itself: not what a tool did in its turn."""
        return self._count(self.ledger.total.steps)

    @property
    def model_calls(self) -> Count:
        """Calls of models."""
        return self._count(self.ledger.models.calls)

    @property
    def tool_calls(self) -> Count:
        """Calls of tools."""
        return self._count(self.ledger.tools.calls)

    @property
    def retries(self) -> Count:
        """Calls that had failed, made again."""
        return self._count(self.ledger.total.retries)

    @property
    def failed(self) -> Count:
        """Calls that failed."""
        return self._count(self.ledger.total.failed)

    @property
    def tokens(self) -> Count:
        """Input and output together."""
        return self._count(tokens_of(self._usage()))

    @property
    def input_tokens(self) -> Count:
        """Input, with what was read from and written to a cache."""
        return self._count(self._usage().input_tokens)

    @property
    def output_tokens(self) -> Count:
        """Output, with reasoning."""
        return self._count(self._usage().output_tokens)

    @property
    def cached_tokens(self) -> Count:
        """Input that was read from the provider's cache."""
        return self._count(self._usage().cached_tokens)

    @property
    def cache_write_tokens(self) -> Count:
        """Input that was written to the provider's cache."""
        return self._count(self._usage().cache_write_tokens)

    @property
    def reasoning_tokens(self) -> Count:
        """Output that is reasoning."""
        return self._count(self._usage().reasoning_tokens)

    @property
    def cost_usd(self) -> Dollars:
        """US dollars."""
        total = self.ledger.total
        if total.unpriced:
            raise self._unknown("the cost", _unpriced, "give a price with oao_prices, in US dollars per million tokens")
        return self._of_this(Dollars(total.cost))

    @property
    def seconds(self) -> Seconds:
        """From the first call to the last answer; of a replay, when it was recorded."""
        return self._of_this(Seconds(self.ledger.seconds))

    def calls(self, name: str) -> Count:
        """Return how many calls there were of a tool, a model or a host."""
        return self._count(self.ledger.sum(lambda line: line.name == name).calls)

    def __repr__(self) -> str:
        total = self.ledger.total
        return f"<ledger: {total.calls} calls, {total.steps} steps, {tokens_of(total.usage)} tokens, ${total.cost:f}>"

    def _usage(self) -> Usage:
        if self.ledger.total.untold:
            remedy = "have the provider tell them (OpenAI: stream_options={'include_usage': True})"
            raise self._unknown("the tokens", _untold, remedy)
        return self.ledger.total.usage

    def _unknown(self, what: str, why: Callable[[Line], str], remedy: str) -> UnknownSpend:
        reasons = "; ".join(filter(None, map(why, self.ledger.lines)))
        return UnknownSpend(f"{what} of the run cannot be told: {reasons}", where="oao.ledger", remedy=remedy)

    def _count(self, number: int | None) -> Count:
        return self._of_this(Count(number or 0))

    def _of_this(self, number: Number) -> Number:
        number.ledger = self.ledger
        return number


def _unpriced(line: Line) -> str:
    if not line.unpriced:
        return ""
    return _untold(line) if line.untold == line.unpriced else f"{line.name} has no price"


def _untold(line: Line) -> str:
    return f"{line.untold} of {line.calls} answers of {line.name} came without usage" if line.untold else ""
