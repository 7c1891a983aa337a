"""What the package genai-prices knows, as a table of prices: more models than are shipped, names matched its way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

from pytest_oao.errors import BadPolicy
from pytest_oao.policy.model_names import Reading, readings, telling
from pytest_oao.policy.price import Listed, Price

_PROVIDERS = {
    "anthropic": "anthropic",
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "groq": "groq",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "openai": "openai",
    "perplexity": "perplexity",
    "x_ai": "x-ai",
}
"""By OpenTelemetry's name of a provider, that of genai-prices; it would take another name for one that is alike."""
_RATES = {
    "input": "input_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "output": "output_mtok",
}


class _Tier(Protocol):
    start: int
    price: Decimal


class _Tiered(Protocol):
    base: Decimal
    tiers: Sequence[_Tier]


_Rate: TypeAlias = Decimal | _Tiered | None


class _Found(Protocol):
    """A model of genai-prices, and what it costs at a time."""

    @property
    def model(self) -> object: ...
    @property
    def model_price(self) -> object: ...


@dataclass(frozen=True)
class GenaiPrices:
    """The prices of one day, as they are when it begins: that of a run does not change with the hour."""

    label: str
    find: Callable[[str, str], _Found]
    """Returns a model by provider and name; raises LookupError."""

    @property
    def told(self) -> str:
        """Which release of the package it is."""
        return self.label

    @classmethod
    def installed(cls) -> "GenaiPrices":
        """Return the prices of the package that is installed; raises BadPolicy where it is not."""
        try:
            import genai_prices  # noqa: PLC0415 - an extra, and heavy
        except ImportError as error:
            remedy = "pip install 'pytest-oao[prices]'"
            raise BadPolicy("genai-prices is not installed", where="oao_prices", remedy=remedy) from error
        day = datetime.now(tz=UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        nothing = genai_prices.Usage()

        def find(provider: str, name: str) -> _Found:
            found: _Found = genai_prices.calc_price(nothing, name, provider_id=provider, genai_request_timestamp=day)
            return found

        return cls(f"genai-prices {genai_prices.__version__}", find)

    def listed(self, models: tuple[str, ...], provider: str) -> Listed | None:
        """Return what is known of the first name that the package knows."""
        for name in telling(models, provider):
            for reading in (Reading(provider, name), *readings(name, provider)):
                found = self._listed(reading)
                if found:
                    return found
        return None

    def _listed(self, reading: Reading) -> Listed | None:
        provider = _PROVIDERS.get(reading.provider)
        if provider is None or not reading.model:
            return None
        try:
            found = self.find(provider, reading.model)
        except LookupError:
            return None
        rates = {name: getattr(found.model_price, key) for name, key in _RATES.items()}
        return Listed(_price(rates), getattr(found.model, "context_window", None))


def _price(rates: Mapping[str, _Rate]) -> Price | None:
    starts = {tier.start for rate in rates.values() for tier in _tiers(rate)}
    plain = _priced(rates, 0)
    if plain is None:
        return None
    tiers = ((start, _priced(rates, start)) for start in sorted(starts))
    above = tuple((start, price) for start, price in tiers if price)
    return Price(plain.input, plain.cached_input, plain.cache_write, plain.output, above)


def _priced(rates: Mapping[str, _Rate], start: int) -> Price | None:
    """Return the price of calls that are longer than a tier's start."""
    at = {name: _at(rate, start) for name, rate in rates.items()}
    plain = at["input"]
    if plain is None:
        return None
    cached, write = at["cached_input"], at["cache_write"]
    return Price(plain, plain if cached is None else cached, plain if write is None else write, at["output"])


def _at(rate: _Rate, start: int) -> Decimal | None:
    if rate is None:
        return None
    if isinstance(rate, Decimal):
        return rate.scaleb(-6)
    passed = [tier.price for tier in _tiers(rate) if tier.start <= start]
    return (passed[-1] if passed else rate.base).scaleb(-6)


def _tiers(rate: _Rate) -> Sequence[_Tier]:
    return () if rate is None or isinstance(rate, Decimal) else rate.tiers
