"""A row of a table of prices, as people write it, into what it says."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from decimal import Context, Decimal
from typing import NoReturn, TypeAlias

from pytest_oao.errors import BadPolicy
from pytest_oao.model.suggestions import closest
from pytest_oao.policy.price import Listed, Price

Keys: TypeAlias = tuple[str | int, ...]
"""The way from the top of a table to a value."""

_PRICES = ("input", "cached_input", "cache_write", "output")
_ROW = (*_PRICES, "context_window", "tiers", "also")
_TIER = ("above", *_PRICES)
_EXACT = Context(prec=200)


class BadRow(Exception):
    """A value that cannot be: the way to it, what is wrong, and what to write; who knows the file says where."""

    def __init__(self, keys: Keys, what: str, remedy: str = "") -> None:
        super().__init__(keys, what, remedy)
        self.keys = keys
        self.what = what
        self.remedy = remedy

    def told(self, where: str) -> BadPolicy:
        """Return the error that names the place."""
        return BadPolicy(f"{spelt(self.keys)}: {self.what}", where=where, remedy=self.remedy)


def spelt(keys: Keys) -> str:
    """Return the way to a value as people read it."""
    return ".".join(f"{key!r}" if isinstance(key, str) and "." in key else str(key) for key in keys)


def listed(keys: Keys, row: object) -> Listed:
    """Return what a row says of a model; what it leaves out is not known."""
    told = record(keys, row, _ROW)
    if not told.keys() & {*_PRICES, "context_window"}:
        raise BadRow(keys, "neither a price nor a context window", "give `input` and `output`, or `context_window`")
    window = _tokens((*keys, "context_window"), told["context_window"]) if "context_window" in told else None
    return Listed(_price(keys, told), window)


def names(keys: Keys, name: str, row: object) -> tuple[str, ...]:
    """Return the names that a row is for."""
    also = row.get("also", ()) if isinstance(row, Mapping) else ()
    if not isinstance(also, list | tuple) or not all(isinstance(each, str) and each for each in also):
        raise BadRow((*keys, "also"), f"{also!r:.80} is no list of names")
    return (name, *also)


def record(keys: Keys, value: object, known: tuple[str, ...] = ()) -> Mapping[str, object]:
    """Return a mapping by text keys, of known ones where some are given."""
    if not isinstance(value, Mapping):
        raise BadRow(keys, f"{value!r:.80} is no mapping")
    for key in value:
        if not isinstance(key, str) or not key:
            raise BadRow(keys, f"the key {key!r:.80} is no text", "put it in quotes")
        if known and key not in known:
            _refuse_unknown((*keys, key), key, known)
    return value


def _refuse_unknown(keys: Keys, key: str, known: tuple[str, ...]) -> NoReturn:
    alike = closest(key, known)
    raise BadRow(keys, "unknown key", f"did you mean {alike}?" if alike else f"known are {', '.join(known)}")


def _price(keys: Keys, told: Mapping[str, object]) -> Price | None:
    if not told.keys() & {*_PRICES, "tiers"}:
        return None
    rates = _rates(keys, told)
    return _priced(rates, tuple(_tiers(keys, told, rates.keys())))


def _rates(keys: Keys, told: Mapping[str, object]) -> dict[str, Decimal]:
    if "input" not in told:
        raise BadRow(keys, "`input` is missing", "give the price of a million input tokens, 0 where they are free")
    return {name: _dollars((*keys, name), told[name]) for name in _PRICES if name in told}


def _priced(rates: dict[str, Decimal], tiers: tuple[tuple[int, Price], ...] = ()) -> Price:
    """Return a price; what is told neither of reading nor of writing a cache is input like any other."""
    plain = rates["input"]
    cached, write = rates.get("cached_input", plain), rates.get("cache_write", plain)
    return Price(plain, cached, write, rates.get("output"), tiers)


def _tiers(keys: Keys, told: Mapping[str, object], wanted: AbstractSet[str]) -> list[tuple[int, Price]]:
    rows = told.get("tiers", ())
    if not isinstance(rows, list | tuple):
        raise BadRow((*keys, "tiers"), f"{rows!r:.80} is no list")
    found: list[tuple[int, Price]] = []
    for place, row in enumerate(rows):
        at = (*keys, "tiers", place)
        tier = record(at, row, _TIER)
        above = _tokens((*at, "above"), tier.get("above"))
        if found and above <= found[-1][0]:
            raise BadRow((*at, "above"), "tiers rise from one to the next")
        rates = _rates(at, tier)
        if rates.keys() != wanted:
            raise BadRow(at, "a tier prices what its model does", "give the same keys in both")
        found.append((above, _priced(rates)))
    return found


def _dollars(keys: Keys, value: object) -> Decimal:
    """Return dollars per token of dollars per million tokens, to the last digit that was written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadRow(keys, f"{value!r:.80} is no number", "give US dollars per million tokens")
    dollars = Decimal(value if isinstance(value, int) else str(value))
    if not dollars.is_finite() or dollars < 0:
        raise BadRow(keys, f"{value} is no price", "give US dollars per million tokens, 0 or more")
    return dollars.scaleb(-6, _EXACT)


def _tokens(keys: Keys, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise BadRow(keys, f"{value!r:.80} is no number of tokens", "give a whole number above 0")
    return value
