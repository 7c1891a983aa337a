"""Limits to time: how long a run takes, and how many calls there are in a while."""

from collections import deque

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.rates import Rate
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Settled, Tally


class TimeLimit(Rule):
    """At most so many seconds from the first call; in a replay, and of a finished session, by the recorded times."""

    name = "max_seconds"

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
        return Breach(self.name, f"at most {self._limit:g} s", f"{now - tally.began:.1f} s since the first call")


class RateLimit(Rule):
    """At most so many calls in any window of time: of all steps, or of the tools whose name fits a pattern."""

    name = "rate"

    def __init__(self, rate: str, pattern: str = "") -> None:
        self._rate, self._pattern = Rate.of(rate), pattern
        self._named = NamePattern.of(pattern) if pattern else None
        self._times: deque[float] = deque()

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that is one too many in the window that ends with it."""
        del tally
        if facts.at is None or not self._counts(facts):
            return None
        while self._times and self._times[0] <= facts.at - self._rate.seconds:
            self._times.popleft()
        if len(self._times) < self._rate.calls:
            return None
        noun = f"calls of {self._pattern}" if self._pattern else "steps"
        found = f"{len(self._times) + 1} {noun} in {facts.at - self._times[0]:.1f} s"
        return Breach(self.name, f"at most {self._rate.calls} in {self._rate.seconds:g} s", found)

    def made(self, facts: Facts) -> None:
        """Take note of when a call was made."""
        if facts.at is not None and self._counts(facts):
            self._times.append(facts.at)

    def _counts(self, facts: Facts) -> bool:
        if self._named is None:
            return facts.is_step
        return bool(facts.tool) and self._named.matches(facts.tool)
