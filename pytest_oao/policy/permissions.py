"""Which tools a run may use, and with what arguments; which models, and which hosts."""

from collections.abc import Iterable, Sequence

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.known_names import Fitting, Known
from pytest_oao.policy.patterns import NamePattern, ToolPattern
from pytest_oao.policy.policies import Tools
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally


class AllowedTools(Rule):
    """No tool but these."""

    name = "allowed_tools"
    of = "tool"

    def __init__(self, tools: Tools) -> None:
        self._patterns = tool_patterns(tools)
        self._of = Fitting(self._patterns)

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a tool that is not on the list, or not with such arguments."""
        del tally
        if not facts.tool:
            return None
        for pattern in self._of(facts.tool):
            if pattern.outright or pattern.admits(facts.tool, facts.arguments):
                return None
        return Breach(self.name, f"allowed: {_listed(one.shown for one in self._patterns)}", shown(facts))


class DeniedTools(Rule):
    """None of these tools."""

    name = "denied_tools"
    of = "tool"

    def __init__(self, tools: Tools) -> None:
        self._of = Fitting(tool_patterns(tools))

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a tool that is on the list, with such arguments."""
        del tally
        for pattern in self._of(facts.tool) if facts.tool else ():
            if pattern.outright or pattern.matches(facts.tool, facts.arguments):
                return Breach(self.name, f"denied: {pattern.shown}", shown(facts))
        return None


class AllowedModels(Rule):
    """No model but these."""

    name = "allowed_models"
    of = "model"

    def __init__(self, models: Sequence[str]) -> None:
        self._patterns = [NamePattern.of(model) for model in models]
        self._allows = Known(self._patterns)

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a model that is not on the list, and a request that names none."""
        del tally
        if not facts.is_model:
            return None
        asked = facts.models.models[:1]
        if asked and self._allows(asked[0]):
            return None
        found = f"model {asked[0]}" if asked else "a request that names no model"
        return Breach(self.name, f"allowed: {_listed(one.shown for one in self._patterns)}", found)


class AllowedHosts(Rule):
    """No host but these, of models too."""

    name = "allowed_hosts"

    def __init__(self, hosts: Sequence[str]) -> None:
        self._patterns = [NamePattern.of(host) for host in hosts]
        self._allows = Known(self._patterns)

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a request to a host that is not on the list."""
        del tally
        if not facts.host or self._allows(facts.host):
            return None
        return Breach(self.name, f"allowed: {_listed(one.shown for one in self._patterns)}", f"host {facts.host}")


def tool_patterns(tools: Tools) -> list[ToolPattern]:
    """Return the patterns of a list."""
    return [ToolPattern.of(tool) for tool in tools]


def shown(facts: Facts) -> str:
    """Return a tool's call in one line, as a pattern of it would be written: whole, for it may hold secrets."""
    given = ", ".join(f"{name}={value!r}" for name, value in facts.arguments.items())
    return f"{facts.tool}({given})"


def _listed(patterns: Iterable[str]) -> str:
    return ", ".join(patterns) or "none"
