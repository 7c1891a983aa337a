"""Limits to tokens and to what they cost: before a call with an estimate, while a stream comes, and when it is told."""

from collections.abc import Callable
from decimal import Decimal

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.kinds import EMBEDDINGS
from pytest_oao.model.ledgers import EXACT, tokens_of
from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Settled, Tally

Counted = Callable[[Usage], int]


def _input(usage: Usage) -> int:
    return usage.input_tokens or 0


def _output(usage: Usage) -> int:
    return usage.output_tokens or 0


_COUNTED: dict[str, Counted] = {"max_tokens": tokens_of, "max_input_tokens": _input, "max_output_tokens": _output}


class TokenLimit(Rule):
    """At most so many tokens, of input, of output or of both."""

    of = "model"

    def __init__(self, name: str, limit: int) -> None:
        self.name, self._limit, self._counted = name, limit, _COUNTED[name]

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a model call where nothing is left, or where the request alone would take more than is left."""
        if not facts.is_model:
            return None
        spent, told = self._spent(tally)
        more = self._counted(Usage(facts.estimate, 0))
        if spent + more > self._limit:
            return self._breach(spent + more, told)
        if told < self._limit or not self._takes_more(facts):
            return None
        return Breach(self.name, f"at most {self._limit:,}", _none_left(f"{told:,} tokens"))

    def during(self, tally: Tally, now: float | None) -> Breach | None:
        """Stop a stream that has brought more than was left."""
        del now
        return self._over(tally)

    def after(self, settled: Settled, tally: Tally) -> Breach | None:
        """Say where an answer took more than was left."""
        return self._over(tally) if settled.line.is_model else None

    def _over(self, tally: Tally) -> Breach | None:
        spent, told = self._spent(tally)
        return self._breach(spent, told) if spent > self._limit else None

    def _spent(self, tally: Tally) -> tuple[int, int]:
        """Return what is spent with all estimates, and what is told of it."""
        counted, told = self._counted, self._counted(tally.usage)
        spent = told + counted(tally.guessed)
        return (spent + counted(Usage(tally.asked, tally.streamed)) if tally.in_flight else spent), told

    def _takes_more(self, facts: Facts) -> bool:
        """Whether a call takes any tokens of those that are limited: one that embeds texts writes none."""
        return self._counted is not _output or facts.call.kind != EMBEDDINGS

    def _breach(self, spent: int, told: int) -> Breach:
        guessed = spent > told
        found = f"{'at least about ' if guessed else ''}{spent:,} tokens"
        return Breach(self.name, f"at most {self._limit:,}", found, estimated=guessed)


class CostLimit(Rule):
    """At most so many US dollars; what a model without a price costs cannot be bounded, and is refused."""

    name = "max_cost_usd"
    of = "model"

    def __init__(self, limit: float) -> None:
        self._limit = Decimal(str(limit))

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a model call where nothing is left, or where the request alone would cost more than is left."""
        if not facts.is_model:
            return None
        guessed = EXACT.add(_guessed_cost(tally), _at_least(tally, facts, Usage(facts.estimate, 0)))
        cost = EXACT.add(tally.cost, guessed)
        if cost > self._limit:
            return self._breach(cost, estimated=guessed > 0)
        if tally.cost < self._limit:
            return None
        return Breach(self.name, f"at most ${self._limit:f}", _none_left(_dollars(tally.cost)))

    def during(self, tally: Tally, now: float | None) -> Breach | None:
        """Stop a stream that has cost more than was left."""
        del now
        guessed = _guessed_cost(tally)
        cost = EXACT.add(tally.cost, guessed)
        return self._breach(cost, estimated=guessed > 0) if cost > self._limit else None

    def after(self, settled: Settled, tally: Tally) -> Breach | None:
        """Say where an answer cost more than was left, or cost nobody knows what."""
        if settled.line.unpriced:
            return self._unknown(settled)
        over = settled.line.is_model and tally.cost > self._limit
        return self._breach(tally.cost, estimated=False) if over else None

    def _breach(self, cost: Decimal, *, estimated: bool) -> Breach:
        found = f"{'at least about ' if estimated else ''}{_dollars(cost)}"
        return Breach(self.name, f"at most ${self._limit:f}", found, estimated=estimated)

    def _unknown(self, settled: Settled) -> Breach:
        limit = f"at most ${self._limit:f}"
        if settled.line.untold and settled.is_cut:
            remedy = "have the agent read streams to their end: there the provider tells the tokens"
            found = f"the cost is unknown: the answer of {settled.line.name} ended before its tokens were told"
            return Breach(self.name, limit, found, remedy=remedy)
        if settled.line.untold:
            remedy = "have the provider tell the tokens (OpenAI: stream_options={'include_usage': True})"
            found = f"the cost is unknown: {settled.line.name} was answered without its tokens"
            return Breach(self.name, limit, found, remedy=remedy)
        remedy = "give it a price with oao_prices, in US dollars per million tokens"
        return Breach(self.name, limit, f"the cost is unknown: {settled.line.name} has no price", remedy=remedy)


class ContextLimit(Rule):
    """A call takes at most such a share of its model's context window."""

    name = "max_context_pressure"
    of = "model"

    def __init__(self, limit: float) -> None:
        self._limit = limit

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a request that is too long for certain."""
        if not _has_a_context(facts):
            return None
        window = tally.prices.window(facts.models.models, facts.models.provider)
        if window is None or facts.estimate <= window * self._limit:
            return None
        return self._breach(facts.estimate, window, estimated=True)

    def after(self, settled: Settled, tally: Tally) -> Breach | None:
        """Say where a request was too long, or nobody knows how long it may be."""
        used = settled.line.usage.input_tokens
        if not _has_a_context(settled.facts) or (used is None and not settled.line.untold):
            return None
        window = tally.prices.window(settled.names.models, settled.names.provider)
        if window is None:
            return self._unknown(settled.line.name)
        taken = settled.input_estimate if used is None else used
        return self._breach(taken, window, estimated=used is None) if taken > window * self._limit else None

    def _breach(self, used: int, window: int, *, estimated: bool) -> Breach:
        about = "at least about " if estimated else ""
        found = f"{about}{100 * used / window:.3g} % of {window:,} tokens"
        return Breach(self.name, f"at most {100 * self._limit:.3g} % of the context window", found, estimated=estimated)

    def _unknown(self, model: str) -> Breach:
        found, remedy = f"the context window of {model} is unknown", "give it a context_window with oao_prices"
        return Breach(self.name, f"at most {100 * self._limit:.3g} % of the context window", found, remedy=remedy)


def _none_left(spent: str) -> str:
    return f"{spent} spent, and another call of a model"


def _dollars(cost: Decimal) -> str:
    return f"${EXACT.plus(cost).normalize(EXACT):f}"


def _has_a_context(facts: Facts) -> bool:
    """Whether a call's input stands in one context: the texts that are embedded have one each."""
    return facts.is_model and facts.call.kind != EMBEDDINGS


def _guessed_cost(tally: Tally) -> Decimal:
    cost = Decimal(0)
    for one in tally.in_flight.values():
        cost = EXACT.add(cost, _at_least(tally, one.facts, Usage(one.input_tokens, one.output_tokens)))
    return cost


def _at_least(tally: Tally, facts: Facts, usage: Usage) -> Decimal:
    """Return what tokens cost at least: the input as if it was cached; nothing where the price is not known yet."""
    if not facts.is_model or not (usage.input_tokens or usage.output_tokens):
        return Decimal(0)
    cached = Usage(usage.input_tokens, usage.output_tokens, usage.input_tokens)
    return tally.prices.cost(facts.models.models, facts.models.provider, cached) or Decimal(0)
