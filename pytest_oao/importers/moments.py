"""When something was, in the ways in which exporters write it → seconds since the epoch."""

from datetime import UTC, datetime

_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""Below which number it counts what part of a second: seconds reach the year 5138, milliseconds begin in 1973."""


def moment(value: object) -> float:
    """Return a moment in seconds since the epoch, 0.0 where none is told: ISO 8601, in UTC unless it says otherwise.

    A number, also one in a text, is of seconds, milli-, micro- or nanoseconds, as its size tells.
    """
    if isinstance(value, str):
        return _written(value.strip())
    if isinstance(value, datetime):
        return _seconds(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return next((value / unit for most, unit in _UNITS if 0 < value < most), 0.0)
    return 0.0


def _written(text: str) -> float:
    try:
        return moment(float(text))
    except ValueError:
        pass
    try:
        return _seconds(datetime.fromisoformat(text))
    except ValueError:
        return 0.0


def _seconds(when: datetime) -> float:
    try:
        return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    except (OverflowError, ValueError):
        return 0.0
