"""What must be before certain tools run: a rationale, another tool's success, a person's approval."""

from collections.abc import Callable, Sequence

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.permissions import shown, tool_patterns
from pytest_oao.policy.policies import Policy, Tools
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally


class RequireRationale(Rule):
    """These tools run only where the model has said why."""

    name = "require_rationale"
    of = "tool"

    def __init__(self, tools: Tools) -> None:
        self._patterns = tool_patterns(tools)

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a tool that nobody gave a reason for."""
        del tally
        if not facts.tool or facts.rationale.strip():
            return None
        if not any(pattern.matches(facts.tool, facts.arguments) for pattern in self._patterns):
            return None
        remedy = "have the prompt ask for a sentence that says why, before each call of the tool"
        return Breach(self.name, "the model must have said why", f"{shown(facts)} without a word", remedy=remedy)


class RequireBefore(Rule):
    """Tools whose name fits a pattern run only after others have succeeded."""

    name = "require_before"
    is_placed = True
    of = "tool"

    def __init__(self, pattern: str, needed: Sequence[str]) -> None:
        self._named = NamePattern.of(pattern)
        self._needed = [NamePattern.of(one) for one in needed]

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a tool that comes too early."""
        if not facts.tool or not self._named.matches(facts.tool):
            return None
        for needed in self._needed:
            if not any(map(needed.matches, tally.had_succeeded(facts))):
                return Breach(self.name, f"{needed.shown} must have succeeded before", shown(facts))
        return None


class RequireApproval(Rule):
    """These tools run only where a person approved the call."""

    name = "require_approval"

    def __init__(self, gate: "Gate") -> None:
        self._gate, self.is_open = gate, gate.is_open

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that nobody approved."""
        del tally
        if facts.approved or not self._gate.holds(facts):
            return None
        return Breach(self.name, "a person must approve it", f"{shown(facts)} was approved by nobody")


class Gate:
    """Whether a call is one of the tools that a policy lists under a key, for all agents or for the one that asks."""

    def __init__(self, policy: Policy, listed: Callable[[Policy], Tools]) -> None:
        self._patterns = tool_patterns(listed(policy))
        self._scoped = [
            (NamePattern.of(agent), tool_patterns(listed(scoped)))
            for agent, scoped in policy.agents.items()
            if listed(scoped)
        ]
        self.is_open = not self._patterns and not self._scoped
        """Whether nothing is listed at all."""

    def holds(self, facts: Facts) -> bool:
        """Whether a call is listed."""
        if self.is_open or not facts.tool:
            return False
        scoped = [one for agent, patterns in self._scoped if agent.matches(facts.agent) for one in patterns]
        return any(pattern.matches(facts.tool, facts.arguments) for pattern in (*self._patterns, *scoped))
