"""What a name that nobody knows may have been meant for."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most alike, or the empty string where none is."""
    return next(iter(get_close_matches(name, list(known), 1)), "")


def meant(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean max_steps?`, or the empty string where nothing is close."""
    close = closest(name, known)
    return f"; did you mean {close}?" if close else ""
