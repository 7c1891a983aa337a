"""A call and its outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.provenance import Provenance
from pytest_oao.model.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call or of many; a number that the provider did not tell is None, never zero."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    """Input tokens read from the provider's cache (`gen_ai.usage.cache_read.input_tokens`)."""
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            _sum(self.input_tokens, other.input_tokens),
            _sum(self.output_tokens, other.output_tokens),
            _sum(self.cached_tokens, other.cached_tokens),
            _sum(self.cache_write_tokens, other.cache_write_tokens),
            _sum(self.reasoning_tokens, other.reasoning_tokens),
        )


def _sum(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else a + b


USAGE_ATTRIBUTES = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call, what came back, when, and what the answer says in OpenTelemetry GenAI names."""

    seq: int
    """Position in the session, from 1, in the order in which the calls were made."""
    call: Call
    outcome: Outcome
    started_at: float = 0.0
    """Seconds since the epoch, or 0.0 where unknown."""
    duration: float = 0.0
    """Seconds from the start of the call to its end (of a stream: to the last chunk)."""
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    """`gen_ai.response.model`, `gen_ai.response.finish_reasons`, `gen_ai.usage.*`, and `oao.*` of our own."""
    verdicts: tuple[Verdict, ...] = ()
    """What the policy said to it; empty where none was in force."""
    provenance: Provenance | None = None
    """Of an imported exchange: what its source told, and what it did not; None where it was recorded as it is."""

    @property
    def usage(self) -> Usage:
        """The tokens of this call."""
        return Usage(**{name: _tokens(self.attributes.get(key)) for name, key in USAGE_ATTRIBUTES.items()})


def _tokens(value: JSON) -> int | None:
    return value if isinstance(value, int) else None


def last_seq(exchanges: Sequence[Exchange]) -> int:
    """Return the number of the last of the exchanges: there are more than answer calls, which clocks were read in."""
    return max((exchange.seq for exchange in exchanges), default=0)
