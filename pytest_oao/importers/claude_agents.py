"""Sub-agents of Claude Code: whose tool called each of them, and what they are called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_oao.importers.claude_sessions import is_aside, names_in, text_of
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import ObservedCall, Scope, ToolUse
from pytest_oao.importers.transcripts import plain
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text

_NAMELESS = "sub-agent"


@dataclass(slots=True)
class Agent:
    """A sub-agent's conversation."""

    id: str
    lines: list[Part] = field(default_factory=list)
    told: JSONObject = field(default_factory=dict)
    """What a file beside its own tells of it."""

    @property
    def scope(self) -> str:
        """The id of what its calls stand in."""
        return f"agent-{self.id}"

    @property
    def prompt(self) -> JSON:
        """What it was asked."""
        said = (record(record(line.json()).get("message")).get("content") for line in self.lines)
        return next((plain(content) for content in said if content), None)


def agents_among(lines: Sequence[Part]) -> list[Agent]:
    """Return the sub-agents whose lines stand among others: by their ids, and where they have none by their chains."""
    found: dict[str, Agent] = {}
    chains: dict[str, str] = {}
    for line in lines:
        if is_aside(line):
            own = text_of(line, "uuid")
            name = text_of(line, "agentId") or chains.get(text_of(line, "parentUuid")) or own
            chains[own] = name
            found.setdefault(name, Agent(name)).lines.append(line)
    return list(found.values())


def scopes_of(agents: Iterable[Agent], lines: Sequence[Part], calls: Sequence[ObservedCall], above: str) -> list[Scope]:
    """Return what the calls of each sub-agent stand in: below the tool that called it, else below `above`."""
    callers = _callers(lines)
    tools = {one.asked.call_id: one for one in calls if isinstance(one.asked, ToolUse)}
    return [_scope(agent, tools.get(callers.get(agent.id, "")) or _asking(agent, calls), above) for agent in agents]


def _scope(agent: Agent, tool: ObservedCall | None, above: str) -> Scope:
    asked = record(tool.asked.arguments) if tool is not None and isinstance(tool.asked, ToolUse) else {}
    name = text(asked.get("subagent_type")) or text(agent.told.get("agentType")) or _NAMELESS
    where = agent.lines[0].where
    return Scope(id=agent.scope, where=where, parent=tool.id if tool else above, agent=name, input=agent.prompt)


def _callers(lines: Iterable[Part]) -> Mapping[str, str]:
    """Return by which tool call each sub-agent was called: results and signs of progress name it."""
    found: dict[str, str] = {}
    for line in lines:
        told = record(line.json())
        if agent := text(record(told.get("data")).get("agentId")):
            found.setdefault(agent, text(told.get("parentToolUseID")))
        results = names_in(line, "tool_result", "tool_use_id")
        if (agent := text(record(told.get("toolUseResult")).get("agentId"))) and results:
            found[agent] = results[0]
    return found


def _asking(agent: Agent, calls: Iterable[ObservedCall]) -> ObservedCall | None:
    """Return the tool that was called with what a sub-agent was asked."""
    prompt = agent.prompt
    for one in calls:
        if isinstance(one.asked, ToolUse) and prompt and record(one.asked.arguments).get("prompt") == prompt:
            return one
    return None
