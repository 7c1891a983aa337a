"""What a clock showed ⇄ how it is kept, in nanoseconds: a moment as ISO 8601, other clocks as their seconds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from re import fullmatch

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import CLOCK
from pytest_oao.model.outcomes import Raised, Returned

WALL = "time.time"
"""The target of all that asks what time it is: `datetime.now()` is the same question in other words."""

_MOMENT = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z"
_SECONDS = r"(-?)(\d+)\.(\d{9})"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000


def is_reading(call: Call) -> bool:
    """Whether a call reads a clock."""
    return call.kind == CLOCK


def without_readings(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """Return the exchanges of calls that are compared, one by one, with those of a run."""
    return tuple(one for one in exchanges if one.call.kind != CLOCK)


def kept(target: str, nanoseconds: int) -> Returned:
    """Return what is kept of a clock's nanoseconds."""
    return Returned(Body((_moment(nanoseconds) if target == WALL else _seconds(nanoseconds)).encode()))


def shown(exchange: Exchange) -> int:
    """Return the nanoseconds that a kept reading showed; raises ValueError where it is none."""
    outcome = exchange.outcome
    text = "" if isinstance(outcome, Raised) else outcome.body.data.decode("utf-8", "replace")
    if exchange.call.target == WALL:
        return _of_moment(text)
    parts = fullmatch(_SECONDS, text)
    if parts is None:
        raise ValueError(f"{text!r} are no seconds, as 12.345678901 are")
    return int(f"{parts[1]}{parts[2]}{parts[3]}")


def _moment(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, _SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S')}.{rest:09d}Z"


def _seconds(nanoseconds: int) -> str:
    seconds, rest = divmod(abs(nanoseconds), _SECOND)
    return f"{'-' if nanoseconds < 0 else ''}{seconds}.{rest:09d}"


def _of_moment(moment: str) -> int:
    parts = fullmatch(_MOMENT, moment)
    if parts is None:
        raise ValueError(f"{moment!r} is no moment, as 2026-11-21T12:00:00.000000000Z is one")
    seconds = (datetime.fromisoformat(parts[1]).replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
    return seconds * _SECOND + int(parts[2])
