"""A value that is not kept but found again, in what the call is given anew."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in what a call was given."""

    path: tuple[str, ...]
    """Keys, positions and names of attributes, from the outside in."""


def written(reference: Reference) -> str:
    """Return a reference as text: a JSON pointer (RFC 6901)."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in reference.path)


def read(text: str) -> Reference:
    """Return the reference that a text tells."""
    _, *steps = text.split("/")
    return Reference(tuple(step.replace("~1", "/").replace("~0", "~") for step in steps))
