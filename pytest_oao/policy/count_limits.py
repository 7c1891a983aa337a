"""Limits to how many calls are made: each is refused before it is one too many."""

from collections.abc import Callable

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.known_names import Known
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally

_OF = {"max_model_calls": "model", "max_tool_calls": "tool"}


class CountLimit(Rule):
    """At most so many calls of a sort."""

    def __init__(
        self, name: str, limit: int, noun: str, counts: Callable[[Facts], bool], made: Callable[[Tally], int]
    ) -> None:
        self.name, self.of, self._limit, self._noun = name, _OF.get(name, "any"), limit, noun
        self._counts, self._made = counts, made

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that is one too many."""
        if not self._counts(facts):
            return None
        made = self._made(tally)
        if made < self._limit:
            return None
        return Breach(self.name, f"at most {self._limit:,}", f"{made + 1:,} {self._noun}")


def steps(limit: int) -> Rule:
    """Limit the steps of the agent."""
    return CountLimit("max_steps", limit, "steps", lambda facts: facts.is_step, lambda tally: tally.steps)


def model_calls(limit: int) -> Rule:
    """Limit the calls of models."""
    return CountLimit(
        "max_model_calls", limit, "model calls", lambda facts: facts.is_model, lambda tally: tally.model_calls
    )


def tool_calls(pattern: str, limit: int) -> Rule:
    """Limit the calls of the tools whose name fits a pattern, all of them together."""
    noun = "tool calls" if pattern == "*" else f"calls of {pattern}"
    if pattern == "*":
        return CountLimit("max_tool_calls", limit, noun, lambda facts: bool(facts.tool), lambda tally: tally.tool_calls)
    fits = Known([NamePattern.of(pattern)])

    def made(tally: Tally) -> int:
        return sum([count for tool, count in tally.tools.items() if fits(tool)])

    return CountLimit("max_tool_calls", limit, noun, lambda facts: bool(facts.tool) and fits(facts.tool), made)


class DepthLimit(Rule):
    """Agents in agents at most so deep."""

    name = "max_depth"
    of = "model"

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a model call that is made too deep within tools and agents."""
        del tally
        if not facts.is_model or facts.depth <= self._limit:
            return None
        return Breach(self.name, f"at most {self._limit}", f"an agent at depth {facts.depth}")
