"""What one model costs, and how long its context is."""

from dataclasses import dataclass
from decimal import Context, Decimal

from pytest_oao.model.exchanges import Usage

_EXACT = Context(prec=200)
"""A context of our own: an agent may have set a coarser one for its thread."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per token; `tiers` are the prices of whole calls whose input is longer than their bounds."""

    input: Decimal
    cached_input: Decimal
    cache_write: Decimal
    output: Decimal | None = None
    """None of a model that writes nothing, as those of embeddings."""
    tiers: "tuple[tuple[int, Price], ...]" = ()
    """By bound, the lowest first."""

    def of(self, usage: Usage) -> Decimal | None:
        """Return what one call costs; None where its tokens are not told, or contradict each other.

        The sum of several calls is not for it: each may be of another tier.
        """
        if usage.input_tokens is None:
            return None
        read, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
        fresh = usage.input_tokens - read - written
        price = self._of_length(usage.input_tokens)
        output = _output(usage, price.output)
        if output is None or fresh < 0:
            return None
        total = _EXACT.fma(fresh, price.input, output)
        total = _EXACT.fma(read, price.cached_input, total)
        return _EXACT.fma(written, price.cache_write, total)

    def _of_length(self, tokens: int) -> "Price":
        found = self
        for above, price in self.tiers:
            if tokens > above:
                found = price
        return found


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a model: its price, its context window in tokens, or one of them."""

    price: Price | None = None
    window: int | None = None


UNLISTED = Listed()


def _output(usage: Usage, price: Decimal | None) -> Decimal | None:
    """Return what was written costs, thoughts among it."""
    if price is None:
        return None if usage.output_tokens else Decimal(0)
    if usage.output_tokens is None or (usage.reasoning_tokens or 0) > usage.output_tokens:
        return None
    return _EXACT.multiply(usage.output_tokens, price)
