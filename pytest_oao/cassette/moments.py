"""When things happened: seconds since the epoch ⇄ `2026-11-03T10:11:12.123456Z`, both to the microsecond."""

from datetime import UTC, datetime
from math import isfinite

from pytest_oao.model.jsontypes import JSON

_MICROSECONDS = 6
_MILLISECONDS = 3


def moment(seconds: float) -> JSON:
    """Return a moment for people to read, or the number where no calendar has it."""
    seconds = duration(seconds)
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return seconds


def seconds_of(text: str) -> float:
    """Return the seconds since the epoch that a moment names; raises ValueError."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return when.timestamp()


def duration(seconds: float) -> float:
    """Return a duration as it is kept; what is no number is 0.0."""
    return round(seconds, _MICROSECONDS) if isfinite(seconds) else 0.0


def offset(seconds: float) -> float:
    """Return the time of a chunk as it is kept."""
    return round(seconds, _MILLISECONDS) if isfinite(seconds) else 0.0
