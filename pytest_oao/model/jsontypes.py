"""The JSON types, as `json.loads` builds them."""

from collections.abc import Iterator, Mapping
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
