"""The JSON types, as `json.loads` builds them."""

from collections.abc import Mapping
from math import isfinite
from typing import TypeAlias

JSON: TypeAlias = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None
JSONObject: TypeAlias = dict[str, JSON]


def leaves(tree: Mapping[str, JSON]) -> JSONObject:
    """Return what is in an object and is none itself, and what objects in it have by their paths: `scores.match`.

    A name with a dot comes before the path of another.
    """
    paths: JSONObject = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            paths |= {f"{name}.{path}": leaf for path, leaf in leaves(value).items()}
        else:
            paths[name] = value
    return paths | {name: value for name, value in tree.items() if not isinstance(value, dict)}


class NotFinite(float):
    """NaN or an infinity: JSON has no word for it, and Python reads and writes it as if it had.

    A class of its own, for `orjson` refuses it: it writes other floats of the kind as null.
    """

    __slots__ = ()


def number(text: str) -> float:
    """Return a number as a parser of JSON finds it: its digits, or a word for one that is not finite."""
    value = float(text)
    return value if isfinite(value) else NotFinite(value)
