"""What a clock showed ⇄ how it is kept: a moment as ISO 8601 with nanoseconds, other clocks in nanoseconds."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from re import fullmatch

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned

CLOCK = "clock"
"""The kind of a call that reads a clock. Such calls are answered softly: a run may read more or less often."""
WALL = "time.time"
"""The target of all that asks what time it is: `datetime.now()` is the same question in other words."""

_JSON = "application/json"
_MOMENT = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z"
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
    value = _moment(nanoseconds) if target == WALL else nanoseconds
    return Returned(Body(json.dumps(value).encode(), _JSON))


def shown(exchange: Exchange) -> int:
    """Return the nanoseconds that a kept reading showed; raises ValueError where it is none."""
    outcome = exchange.outcome
    value = None if isinstance(outcome, Raised) else outcome.body.json()
    if exchange.call.target == WALL and isinstance(value, str):
        return _nanoseconds(value)
    if exchange.call.target != WALL and isinstance(value, int):
        return value
    raise ValueError(f"{value!r} is nothing that the clock {exchange.call.target} shows")


def _moment(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, _SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S')}.{rest:09d}Z"


def _nanoseconds(moment: str) -> int:
    parts = fullmatch(_MOMENT, moment)
    if parts is None:
        raise ValueError(f"{moment!r} is no moment, as 2026-11-21T12:00:00.000000000Z is one")
    seconds = (datetime.fromisoformat(parts[1]).replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
    return seconds * _SECOND + int(parts[2])
