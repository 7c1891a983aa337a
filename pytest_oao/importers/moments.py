"""When something was, in the ways in which exporters write it → seconds since the epoch."""

from datetime import UTC, datetime

_SMALLEST_MILLISECONDS = 1e11
"""As seconds, this is the year 5138; as milliseconds, 1973. Micro- and nanoseconds follow by steps of a thousand."""


def moment(value: object) -> float:
    """Return a moment in seconds since the epoch, 0.0 where none is told: ISO 8601, in UTC unless it says otherwise.

    A number is of seconds, milli-, micro- or nanoseconds, as its size tells.
    """
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, datetime):
        return _seconds(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return _counted(float(value)) if 0 < value < float(1 << 63) else 0.0


def _counted(number: float) -> float:
    for unit in (1.0, 1e3, 1e6, 1e9):
        if number / unit < _SMALLEST_MILLISECONDS:
            return number / unit
    return 0.0


def _written(text: str) -> float:
    try:
        return _seconds(datetime.fromisoformat(text.strip()))
    except ValueError:
        return 0.0


def _seconds(when: datetime) -> float:
    try:
        return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    except (OverflowError, ValueError):
        return 0.0
