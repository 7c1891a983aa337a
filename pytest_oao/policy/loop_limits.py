"""Limits to doing the same again: identical calls, and calls that failed and are made once more."""

from collections import Counter

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally


class RetryLimit(Rule):
    """A call that failed may be made again so often, in a row."""

    name = "max_retries"

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse one attempt too many."""
        del tally
        if facts.failed <= self._limit:
            return None
        return Breach(self.name, f"at most {self._limit}", f"retry {facts.failed} of a call that fails")


class RepeatLimit(Rule):
    """An identical call may be made so often, in a row among those of its kind, or in total."""

    name = "max_repeats"

    def __init__(self, in_a_row: int | None = None, total: int | None = None) -> None:
        self._in_a_row, self._total = in_a_row, total
        self._last: dict[str, tuple[tuple[str, str, str], int]] = {}
        self._made: Counter[tuple[str, str, str]] = Counter()

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that was made often enough."""
        del tally
        if not self._counts(facts):
            return None
        identity = facts.identity
        last, times = self._last.get(facts.call.kind, (None, 0))
        if self._in_a_row is not None and last == identity and times >= self._in_a_row:
            return Breach(self.name, f"at most {self._in_a_row} in a row", f"{times + 1} identical calls in a row")
        if self._total is not None and self._made[identity] >= self._total:
            return Breach(self.name, f"at most {self._total}", f"{self._made[identity] + 1} identical calls")
        return None

    def made(self, facts: Facts) -> None:
        """Take note of a call."""
        if self._counts(facts):
            identity = facts.identity
            last, times = self._last.get(facts.call.kind, (None, 0))
            self._last[facts.call.kind] = (identity, times + 1 if last == identity else 1)
            self._made[identity] += 1

    def _counts(self, facts: Facts) -> bool:
        """Whether a call is one of the agent's, and none that failed and is made again: that is a retry."""
        return facts.is_step and not facts.failed
