"""Limits to time: how long a run takes, and how many calls there are in a while."""

from bisect import bisect_right, insort
from collections.abc import Iterable

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.known_names import Known
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.rates import Rate
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Settled, Tally

_SLACK = 256
"""Times of calls that are made now are forgotten once there are so many more than can still count."""


class TimeLimit(Rule):
    """At most so many seconds from the first call; in a replay, and of a finished session, by the recorded times."""

    name = "max_seconds"
    is_placed = True

    def __init__(self, limit: float) -> None:
        self._limit = limit

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that comes too late."""
        return self._over(tally, facts.at)

    def during(self, tally: Tally, now: float | None) -> Breach | None:
        """Stop a stream that takes too long."""
        return self._over(tally, now)

    def after(self, settled: Settled, tally: Tally) -> Breach | None:
        """Say where an answer came too late."""
        return self._over(tally, settled.ended)

    def _over(self, tally: Tally, now: float | None) -> Breach | None:
        if now is None or tally.began is None or now - tally.began <= self._limit:
            return None
        return Breach(self.name, f"at most {self._limit:g} s", f"{now - tally.began:.3g} s since the first call")


class RateLimit(Rule):
    """At most so many calls in any window of time: of all steps, or of the tools whose name fits a pattern."""

    name = "rate"
    is_placed = True

    def __init__(self, rate: str, pattern: str = "") -> None:
        self._rate, self._pattern = Rate.of(rate), pattern
        self._fits = Known([NamePattern.of(pattern)]) if pattern else None
        self._times: list[float] = []
        """When calls were made, the earliest first: in a replay, lanes make them in another order than that."""

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that is one too many in any window that it is in."""
        del tally
        if facts.at is None or not self._counts(facts) or self._is_calm(facts.at):
            return None
        span = min(self._spans(facts.at), default=self._rate.seconds)
        return self._breach(span) if span < self._rate.seconds else None

    def made(self, facts: Facts) -> None:
        """Take note of when a call was made."""
        if facts.at is None or not self._counts(facts):
            return
        if self._times and facts.at < self._times[-1]:
            insort(self._times, facts.at)
        else:
            self._times.append(facts.at)
        if not facts.number and len(self._times) > self._rate.calls + _SLACK:
            del self._times[: -self._rate.calls]

    def _is_calm(self, at: float) -> bool:
        """Whether a call at this moment is the latest, and there are too few to be too many: nearly always."""
        times = self._times
        return len(times) < self._rate.calls and (not times or times[-1] <= at)

    def _spans(self, at: float) -> Iterable[float]:
        """Return how long each row of one call too many would take that a call at this moment would be in."""
        times, most = self._times, self._rate.calls
        if not times or times[-1] <= at:
            return (at - times[-most],) if len(times) >= most else ()
        place = bisect_right(times, at)
        around = [*times[max(0, place - most) : place], at, *times[place : place + most]]
        return (last - first for first, last in zip(around, around[most:], strict=False))

    def _breach(self, seconds: float) -> Breach:
        noun = f"calls of {self._pattern}" if self._pattern else "steps"
        found = f"{self._rate.calls + 1} {noun} in {seconds:.1f} s"
        return Breach(self.name, f"at most {self._rate.calls} in {self._rate.seconds:g} s", found)

    def _counts(self, facts: Facts) -> bool:
        if self._fits is None:
            return facts.is_step
        return bool(facts.tool) and self._fits(facts.tool)
