"""Limits to doing the same again: identical calls, and calls that failed and are made once more."""

from bisect import bisect_right
from collections import Counter, defaultdict

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally

_Identity = tuple[str, str, str]


class RetryLimit(Rule):
    """A call that failed may be made again so often, in a row."""

    name = "max_retries"
    is_placed = True

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
    is_placed = True

    def __init__(self, in_a_row: int | None = None, total: int | None = None, retries: int = 0) -> None:
        self._in_a_row, self._total, self._attempts = in_a_row, total, retries + 1
        self._rows: defaultdict[str, _Row] = defaultdict(_Row)
        self._made: Counter[_Identity] = Counter()

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that was made often enough."""
        del tally
        if not self._counts(facts):
            return None
        identity = facts.identity
        if self._in_a_row is not None:
            times = self._rows[facts.call.kind].with_one(identity, facts.number)
            if times > self._in_a_row:
                return Breach(self.name, f"at most {self._in_a_row} in a row", f"{times} identical calls in a row")
        if self._total is not None and self._made[identity] >= self._total:
            return Breach(self.name, f"at most {self._total}", f"{self._made[identity] + 1} identical calls")
        return None

    def made(self, facts: Facts) -> None:
        """Take note of a call."""
        if self._counts(facts):
            identity = facts.identity
            if self._in_a_row is not None:
                self._rows[facts.call.kind].add(identity, facts.number)
            self._made[identity] += 1

    def _counts(self, facts: Facts) -> bool:
        """Whether a call is one of the agent's, and none that failed and is made again: that is a retry.

        A tool that fails is asked for again by the model, unless the policy itself has it tried again.
        """
        if not facts.is_step:
            return False
        return not facts.failed or (bool(facts.tool) and facts.failed % self._attempts == 0)


class _Row:
    """Calls in the order in which they were made, which is not the one in which lanes make them again."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._calls: list[_Identity] = []

    def with_one(self, call: _Identity, number: int) -> int:
        """Return how many identical calls would stand side by side with one of this number; 0 is the last."""
        first = last = self._place(number)
        while first > 0 and self._calls[first - 1] == call:
            first -= 1
        while last < len(self._calls) and self._calls[last] == call:
            last += 1
        return last - first + 1

    def add(self, call: _Identity, number: int) -> None:
        """Put a call in its place."""
        place = self._place(number)
        self._numbers.insert(place, number or (self._numbers[-1] if self._numbers else 0))
        self._calls.insert(place, call)

    def _place(self, number: int) -> int:
        return bisect_right(self._numbers, number) if number else len(self._numbers)
