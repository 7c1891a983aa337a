"""What calls cost, and how long a model's context is: prices of a user's own over those of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from pytest_oao.model.exchanges import Usage
from pytest_oao.policy.genai_prices import GenaiPrices
from pytest_oao.policy.price import UNLISTED, Listed, Price
from pytest_oao.policy.price_files import overrides_of_file, overrides_of_mapping, overrides_of_project
from pytest_oao.policy.price_tables import Listing, Overrides, shipped

GENAI_PRICES = "genai-prices"

__all__ = ["GENAI_PRICES", "Price", "Prices", "named_prices"]


@dataclass(frozen=True, eq=False)
class Prices:
    """Who is asked for a price, the first one first; nothing is guessed, and unknown is None and never zero.

    `models` are the names a model goes by: the one that answered, then the one that was asked for, also where they
    are the same. On Azure the last one is the name of a deployment, and tells nothing but a user's own prices.
    """

    label: str
    """Whose prices they are, and of which day."""
    listings: tuple[Listing, ...]

    @classmethod
    def of(cls, source: "str | Path | Mapping[str, object] | Prices | None" = None) -> "Prices":
        """Return the shipped prices, under those of a file or a mapping where one is given, or those of genai-prices.

        Raises BadPolicy where they cannot be, and MissingFile.
        """
        if isinstance(source, Prices):
            return source
        if source is None:
            return _over_shipped()
        if isinstance(source, Mapping):
            return _over_shipped((overrides_of_mapping(source, "prices"), "your own"))
        if source == GENAI_PRICES:
            return _over_genai()
        path = Path(source)
        return _over_shipped((overrides_of_file(path), path.name))

    @cached_property
    def digest(self) -> str:
        """The hash of all that is known: what costs were reckoned by."""
        return sha256("\n".join([self.label, *(each.told for each in self.listings)]).encode()).hexdigest()

    def cost(self, models: Sequence[str], provider: str, usage: Usage) -> Decimal | None:
        """Return what one call costs in US dollars; None where the model's price or its tokens are not known."""
        price = _listed(self, tuple(models), provider).price
        return None if price is None else price.of(usage)

    def window(self, models: Sequence[str], provider: str) -> int | None:
        """Return how many tokens a model's context holds; None where it is not known."""
        return _listed(self, tuple(models), provider).window


def named_prices(text: str, root: Path) -> Prices:
    """Return the prices that `oao_prices` names: the shipped ones, those of a file over them, or of genai-prices.

    Those of the project's `[tool.oao.prices]` are over the shipped ones and genai-prices, and under the file's.
    """
    project = overrides_of_project(root)
    own = ((project, "pyproject.toml"),) if project else ()
    if text == GENAI_PRICES:
        return _over_genai(*own)
    if not text:
        return _over_shipped(*own)
    path = root / text
    return _over_shipped((overrides_of_file(path), path.name), *own)


def _over_shipped(*own: tuple[Overrides, str]) -> Prices:
    table = shipped()
    return _over(table, f"prices of {table.date}", *own)


def _over_genai(*own: tuple[Overrides, str]) -> Prices:
    genai = GenaiPrices.installed()
    return _over(genai, genai.label, *own)


def _over(listing: Listing, label: str, *own: tuple[Overrides, str]) -> Prices:
    overrides = tuple(each for each, _ in own)
    return Prices(", under ".join([label, *(name for _, name in reversed(own))]), (*overrides, listing))


@lru_cache(maxsize=4096)
def _listed(prices: Prices, models: tuple[str, ...], provider: str) -> Listed:
    """Return what is known of a model: the first price, and the first window, that anybody lists."""
    found = [each.listed(models, provider) or UNLISTED for each in prices.listings]
    return Listed(
        next((each.price for each in found if each.price), None),
        next((each.window for each in found if each.window), None),
    )
