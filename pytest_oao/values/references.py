"""A value that is not kept but found again, in what the call is given anew."""

from dataclasses import dataclass
from json import dumps, loads


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in what a call was given: keys and positions, from the outside in."""

    path: tuple[str | int, ...]


def written(reference: Reference) -> str:
    """Return a reference as text."""
    return dumps(list(reference.path), ensure_ascii=False)


def read(text: str) -> Reference:
    """Return the reference that a text tells; raises ValueError."""
    path = loads(text)
    if not (isinstance(path, list) and all(type(step) in {str, int} for step in path)):
        raise ValueError("a reference is a list of keys and positions")
    return Reference(tuple(path))
