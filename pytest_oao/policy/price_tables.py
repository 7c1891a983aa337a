"""Tables of prices: the one that is shipped, by provider, and those of a user, whose names may be patterns."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from pytest_oao.policy.model_names import Reading, readings, telling
from pytest_oao.policy.price import Listed
from pytest_oao.policy.price_rows import Keys, listed, names, record

_SHIPPED = Path(__file__).with_name("prices.json")


class Listing(Protocol):
    """Whoever knows prices."""

    @property
    def told(self) -> str:
        """All that it knows, as text: that of two is the same where their prices are."""

    def listed(self, models: tuple[str, ...], provider: str) -> Listed | None:
        """Return what is known of a model by its names, the best one first; None where none of them is known."""


@dataclass(frozen=True)
class Table:
    """Prices by provider and model."""

    date: str
    sources: str
    rows: Mapping[Reading, Listed]

    @property
    def told(self) -> str:
        """Its rows."""
        return repr(self.rows)

    def listed(self, models: tuple[str, ...], provider: str) -> Listed | None:
        """Return the row of the first name that has one."""
        told = telling(models, provider)
        return next((self.rows[each] for name in told for each in readings(name, provider) if each in self.rows), None)


@dataclass(frozen=True)
class Overrides:
    """Prices by model, or pattern of models, whoever serves them."""

    rows: Mapping[str, Listed]
    patterns: tuple[tuple[re.Pattern[str], Listed], ...] = ()
    """In the order in which they are written: the first that matches is taken."""

    @property
    def told(self) -> str:
        """Its rows, the patterns in their order."""
        return repr((self.rows, [(pattern.pattern, row) for pattern, row in self.patterns]))

    @classmethod
    def of(cls, rows: Mapping[str, object], keys: Keys = ()) -> "Overrides":
        """Return a user's table; raises BadRow."""
        found = dict(_rows(rows, keys))
        patterns = {name: row for name, row in found.items() if {*name} & {*"*?["}}
        return cls(
            {name: row for name, row in found.items() if name not in patterns},
            tuple((re.compile(translate(name)), row) for name, row in patterns.items()),
        )

    def listed(self, models: tuple[str, ...], provider: str) -> Listed | None:
        """Return the row of the first name that has one of its own, else of the first that a pattern matches."""
        told = dict.fromkeys(each for name in models for each in (name, *_models(name, provider)))
        exact = (self.rows[name] for name in told if name in self.rows)
        alike = (row for name in told for pattern, row in self.patterns if pattern.match(name))
        return next(exact, None) or next(alike, None)


@lru_cache(maxsize=1)
def shipped() -> Table:
    """Return the table of the providers' list prices that comes with this release."""
    told = json.loads(_SHIPPED.read_text(encoding="utf-8"), parse_float=Decimal)
    rows = {
        Reading(provider, name): row
        for provider, models in told["providers"].items()
        for name, row in _rows(models, ("providers", provider)).items()
    }
    return Table(told["date"], told["sources"], rows)


def _rows(rows: object, keys: Keys) -> dict[str, Listed]:
    found: dict[str, Listed] = {}
    for key, row in record(keys, rows).items():
        at = (*keys, key)
        found |= dict.fromkeys(names(at, key, row), listed(at, row))
    return found


def _models(name: str, provider: str) -> tuple[str, ...]:
    return tuple(reading.model for reading in readings(name, provider))
