"""The JSON types, as `json.loads` builds them."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TypeAlias

JSON: TypeAlias = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None
JSONObject: TypeAlias = dict[str, JSON]


def leaves(tree: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """Yield what is in an object and is none itself, what objects in it have by their paths: `scores.match`."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{path}", leaf) for path, leaf in leaves(value))
        else:
            yield name, value


class NotFinite(float):
    """NaN or an infinity: JSON has no word for it, and Python reads and writes it as if it had.

    A class of its own, for `orjson` refuses it: it writes other floats of the kind as null.
    """

    __slots__ = ()


def number(text: str) -> float:
    """Return a number as a parser of JSON finds it: its digits, or a word for one that is not finite."""
    value = float(text)
    return value if isfinite(value) else NotFinite(value)
