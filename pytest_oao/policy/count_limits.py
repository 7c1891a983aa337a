"""Limits to how many calls are made: each is refused before it is one too many."""

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.known_names import Known
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally


class StepLimit(Rule):
    """At most so many steps of the agent."""

    name = "max_steps"

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a step that is one too many."""
        if not facts.is_step or tally.steps < self._limit:
            return None
        return _one_too_many(self.name, self._limit, tally.steps, "steps")


class ModelCallLimit(Rule):
    """At most so many calls of models."""

    name = "max_model_calls"
    of = "model"

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call of a model that is one too many."""
        del facts
        if tally.model_calls < self._limit:
            return None
        return _one_too_many(self.name, self._limit, tally.model_calls, "model calls")


class ToolCallLimit(Rule):
    """At most so many calls of the tools whose name fits a pattern, all of them together."""

    name = "max_tool_calls"
    of = "tool"

    def __init__(self, pattern: str, limit: int) -> None:
        self._limit, self._noun = limit, "tool calls" if pattern == "*" else f"calls of {pattern}"
        self._fits = Known([NamePattern.of(pattern)])
        self._is_of_all = pattern == "*"

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call of such a tool that is one too many."""
        if tally.tool_calls < self._limit or not self._fits(facts.tool):
            return None
        made = tally.tool_calls
        if not self._is_of_all:
            made = sum(count for tool, count in tally.tools.items() if self._fits(tool))
        return _one_too_many(self.name, self._limit, made, self._noun) if made >= self._limit else None


class DepthLimit(Rule):
    """Agents in agents at most so deep."""

    name = "max_depth"
    of = "model"

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a model call that is made too deep within tools and agents."""
        del tally
        if facts.depth <= self._limit:
            return None
        return Breach(self.name, f"at most {self._limit}", f"an agent at depth {facts.depth}")


def _one_too_many(rule: str, limit: int, made: int, noun: str) -> Breach:
    return Breach(rule, f"at most {limit:,}", f"{made + 1:,} {noun}")
