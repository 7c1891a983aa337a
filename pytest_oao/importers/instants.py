"""Moments as foreign records write them: ISO 8601, or a number since the epoch, of whatever unit its size tells."""

from datetime import UTC, datetime

_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""Below which number it counts what part of a second: seconds reach the year 5138, milliseconds begin in 1973."""


def seconds_of(value: object) -> float:
    """Return seconds since the epoch; zero for what is missing or no moment. A time without a zone is UTC."""
    if isinstance(value, str):
        return _written(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return next((value / unit for most, unit in _UNITS if 0 < value < most), 0.0)
    return 0.0


def _written(text: str) -> float:
    try:
        return seconds_of(float(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return 0.0
