"""Limits to doing the same again: identical calls, and calls that failed and are made once more."""

from collections import defaultdict

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts, Identity
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally


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
        self._rows: defaultdict[tuple[str, bool], _Row] = defaultdict(_Row)
        """By kind, and whether they are made now."""
        self._made: dict[Identity, int] = {}

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that was made often enough."""
        del tally
        if not self._counts(facts):
            return None
        identity = facts.identity
        if self._in_a_row is not None:
            times = self._rows[facts.call.kind, not facts.number].with_one(identity, facts.number)
            if times > self._in_a_row:
                return Breach(self.name, f"at most {self._in_a_row} in a row", f"{times} identical calls in a row")
        if self._total is None or (made := self._made.get(identity, 0)) < self._total:
            return None
        return Breach(self.name, f"at most {self._total}", f"{made + 1} identical calls")

    def made(self, facts: Facts) -> None:
        """Take note of a call."""
        counts = self._counts(facts)
        if counts and self._total is not None:
            self._made[facts.identity] = self._made.get(facts.identity, 0) + 1
        if self._in_a_row is not None and (counts or facts.number):
            row = self._rows[facts.call.kind, not facts.number]
            row.add(facts.identity if counts else None, facts.number)
            if not facts.number:
                row.forget(self._in_a_row)

    def _counts(self, facts: Facts) -> bool:
        """Whether a call is one of the agent's, and none that failed and is made again: that is a retry.

        A tool that fails is asked for again by the model, unless the policy itself has it tried again.
        """
        if not facts.is_step:
            return False
        return not facts.failed or (bool(facts.tool) and facts.failed % self._attempts == 0)


class _Row:
    """Calls of one kind in the order in which they were made, which is not the one in which lanes make them again."""

    def __init__(self) -> None:
        self._calls: dict[int, Identity | None] = {}
        self._last = 0

    def with_one(self, call: Identity, number: int) -> int:
        """Return how many identical calls would stand side by side with one of this number, as far as they are known.

        The call with number 0 is the last.
        """
        place = number or self._last + 1
        return 1 + self._alike(call, place, -1) + self._alike(call, place, 1)

    def add(self, call: Identity | None, number: int) -> None:
        """Put a call in its place; None is one that is passed over."""
        self._last = number or self._last + 1
        self._calls[self._last] = call

    def forget(self, longest: int) -> None:
        """Forget the calls before the last ones: no row is longer than that."""
        self._calls.pop(self._last - longest - 1, None)

    def _alike(self, call: Identity, place: int, step: int) -> int:
        times, place = 0, place + step
        while place in self._calls and (other := self._calls[place]) in {call, None}:
            times += other is not None
            place += step
        return times
