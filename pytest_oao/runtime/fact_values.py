"""Values of sessions' facts, and what users compare them with: as numbers, however they are written, and as texts."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_DIGITS = 300
"""Of a text that is read as a whole number."""
_CLIPPED = 200


def number_of(value: object) -> int | float | None:
    """Return a number, also one that is written as a text, as platforms keep it; None of anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or not _NUMBER.match(value):
        return None
    return int(value) if value.lstrip("+-").isdigit() and len(value) <= _DIGITS else float(value)


def written(value: object) -> str:
    """Return a value as a text, as JSON has it; a number of any length, of which Python writes 4,300 digits alone."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(Decimal(value)) if isinstance(value, int) else str(value)


def clipped(value: object) -> str:
    """Return what was given as it is told of in an error: its beginning, or its kind where Python does not write it."""
    try:
        return f"{value!r:.{_CLIPPED}}"
    except ValueError:  # of more than 4,300 digits
        return f"<{type(value).__name__} of too many digits>"
