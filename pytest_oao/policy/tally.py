"""What a run has made and spent so far: the ledger as it grows, and what calls in flight will take at least."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pytest_oao.model.exchanges import Exchange, Usage
from pytest_oao.model.ledgers import EXACT, Ledger, Line
from pytest_oao.model.outcomes import is_whole
from pytest_oao.policy.attempts import Attempts
from pytest_oao.policy.facts import UNNAMED, Facts, Names
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.sums import Sum


@dataclass(slots=True)
class InFlight:
    """A call that is being made."""

    facts: Facts
    input_tokens: int = 0
    """An estimate, until the answer tells."""
    output_tokens: int = 0
    """What a stream has brought so far, counted as it came."""


@dataclass(slots=True)
class Settled:
    """A call that is over."""

    exchange: Exchange
    facts: Facts
    line: Line
    names: Names = UNNAMED
    ended: float | None = None
    input_estimate: int = 0
    output_estimate: int = 0
    """Of an answer whose provider did not tell its tokens: what it took beyond those that are told."""
    is_cut: bool = False
    """Whether an answer of a model ended before it had said all."""


class Tally:
    """The sums that limits look at; calls count from when they are let through, tokens from when they are known."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self.steps = 0
        self.model_calls = self.tool_calls = 0
        self.tools: Counter[str] = Counter()
        """Calls of tools by name, those in flight included."""
        self.succeeded: dict[str, float | None] = {}
        """Tools of which a call has succeeded, and when the first one had; None where that is not known."""
        self.usage = Usage(0, 0)
        self.guessed = Usage(0, 0)
        """Of answers whose provider told no tokens: estimates."""
        self.cost = Decimal(0)
        self.began: float | None = None
        self.ended: float | None = None
        self.attempts = Attempts()
        self.in_flight: dict[int, InFlight] = {}
        self.asked = self.streamed = 0
        """Tokens of calls in flight: of their requests, and of what their streams have brought so far; estimates."""
        self._lines: dict[tuple[str, str], Sum] = {}

    def made(self, facts: Facts) -> None:
        """Count a call that is let through."""
        self.steps += facts.is_step
        self.model_calls += facts.is_model
        if facts.tool:
            self.tool_calls += 1
            self.tools[facts.tool] += 1

    def began_at(self, facts: Facts) -> None:
        """Take note of when a call was made, where that is known."""
        if facts.at is not None and (self.began is None or facts.at < self.began):
            self.began = facts.at

    def starts(self, number: int, facts: Facts, estimate: int) -> None:
        """Take note of what a model's call that is being made will take at least."""
        if facts.is_model:
            self.in_flight[number] = InFlight(facts, estimate)
            self.asked += estimate

    def streams(self, number: int, tokens: int) -> None:
        """Take note of what a stream has brought."""
        if number in self.in_flight:
            self.in_flight[number].output_tokens += tokens
            self.streamed += tokens

    def settle(self, settled: Settled, number: int | None = None) -> None:
        """Add a call that is over."""
        if number in self.in_flight:
            self._land(self.in_flight.pop(number))
        line = settled.line
        self.attempts.settled(settled.facts.call, settled.ended, failed=bool(line.failed))
        key = (line.kind, line.name)
        if key not in self._lines:
            self._lines[key] = Sum(line)
        self._lines[key].add(line)
        if settled.facts.tool and not line.failed and is_whole(settled.exchange.outcome):
            self._succeed(settled.facts.tool, settled.ended)
        if settled.ended is not None and (self.ended is None or settled.ended > self.ended):
            self.ended = settled.ended
        if line.is_model:
            self._spend(settled)

    def _succeed(self, tool: str, ended: float | None) -> None:
        before = self.succeeded.get(tool, ended)
        self.succeeded[tool] = None if before is None or ended is None else min(before, ended)

    def had_succeeded(self, facts: Facts) -> Iterator[str]:
        """Yield the tools that had succeeded when a call was made; where all are in a record, by its times."""
        for tool, ended in self.succeeded.items():
            if not facts.number or facts.at is None or ended is None or ended <= facts.at:
                yield tool

    def _land(self, one: InFlight) -> None:
        self.asked -= one.input_tokens
        self.streamed -= one.output_tokens

    def _spend(self, settled: Settled) -> None:
        line = settled.line
        self.usage += line.usage
        if line.untold:
            self.guessed += Usage(settled.input_estimate, settled.output_estimate)
        self.cost = EXACT.add(self.cost, line.cost)

    @property
    def ledger(self) -> Ledger:
        """The ledger of what was made: of models' calls in flight nobody knows yet what they come to."""
        settled = tuple(self._lines[key].line for key in sorted(self._lines))
        made = Ledger(settled, self.began, self.ended, self.prices.label)
        return sum((Ledger((line_in_flight(one.facts),)) for one in self.in_flight.values()), made)


def line_in_flight(facts: Facts) -> Line:
    """Return the line of a call whose answer is not there: what a model takes for it is not known, and is not zero."""
    unknown = int(facts.is_model)
    name = next(iter(facts.models.models), "") if facts.is_model else facts.tool or facts.host
    return Line(
        facts.call.kind,
        name or facts.call.target,
        steps=int(facts.is_step),
        is_tool=bool(facts.tool),
        is_model=facts.is_model,
        untold=unknown,
        unpriced=unknown,
    )
