"""What a run may do: limits, permissions, and gates before its tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pytest_oao.model.jsontypes import JSON
from pytest_oao.policy.canonical import canonical, digest
from pytest_oao.policy.checks import sound
from pytest_oao.policy.extension import extended, without_moot
from pytest_oao.policy.faults import Fault
from pytest_oao.policy.retries import Retry
from pytest_oao.policy.tool_leave import ToolLeave

Tools: TypeAlias = Sequence[str | Mapping[str, Any]]
"""Patterns of tool calls: `search`, `write_*`, `write(path="prod/**")`, or `{"tool": …, "arguments": JSON Schema}`."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a run may do; raises BadPolicy where it cannot be. What is None, or empty, is not limited.

    Patterns of names are globs. Lists are kept as tuples, mappings as dicts. `dataclasses.replace` changes one, and
    `base.extended(policy)` puts one upon another.
    """

    name: str = ""
    max_steps: int | None = None
    """Steps of the agent: model calls, tool calls, requests, processes, questions; not what a tool does in its turn."""
    max_model_calls: int | None = None
    max_tool_calls: int | Mapping[str, int] | None = None
    """Of all tools, or by pattern of a tool's name: `{"*": 20, "search": 3}`."""
    max_tokens: int | None = None
    """Input and output together, what was cached included."""
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    max_cost_usd: float | None = None
    max_seconds: float | None = None
    """From the first call; in a replay, by the recorded times."""
    max_retries: int | None = None
    """How often a call that failed may be made again, in a row."""
    rate: str | Mapping[str, str] | None = None
    """Calls in a window: `"60/min"` of all steps, or by pattern of a tool's name: `{"search": "5/10s"}`."""
    max_context_pressure: float | None = None
    """The share of a model's context window that one call may take, from 0 to 1."""
    max_repeats: int | Mapping[str, int] | None = None
    """How often an identical call may be made in a row, or `{"in_a_row": 3, "total": 10}`."""
    max_depth: int | None = None
    """How deep agents may lie in agents: 0 allows none in the first one."""
    allowed_tools: Tools | None = None
    denied_tools: Tools = ()
    allowed_models: Sequence[str] | None = None
    allowed_hosts: Sequence[str] | None = None
    require_approval: Tools = ()
    """Tools whose calls a person must approve."""
    require_rationale: Tools = ()
    """Tools that run only where the model has said why."""
    require_before: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By pattern of a tool's name, the tools that must have succeeded before: `{"write_*": ["validate"]}`."""
    idempotent: Tools = ()
    """Tools whose call with equal arguments gives the first result again."""
    checkpoint_before: Tools = ()
    """Tools before which the checkpoint hook runs."""
    agents: Mapping[str, "Policy"] = field(default_factory=dict)
    """By pattern of an agent's name, what holds for it besides: permissions and gates only."""
    retry: Retry | None = None

    def __post_init__(self) -> None:
        try:
            self._require_types()
            kept = sound(vars(self))
        except Fault as fault:
            raise fault.located(f"policy {self.name!r}" if self.name else "policy") from None
        for key, value in kept.items():
            object.__setattr__(self, key, value)

    def extended(self, over: "Policy") -> "Policy":
        """Return this policy with another upon it: what that one says wins.

        Denials and gates add up, limits by tool and agents are put together name by name. What this one says of tools
        that the other lets nothing through to is dropped. Raises BadPolicy where the two exclude each other.
        """
        leave = ToolLeave.of(vars(over))
        agents = {name: Policy(**without_moot(vars(agent), leave)) for name, agent in self.agents.items()}
        for name, agent in over.agents.items():
            agents[name] = agents[name].extended(agent) if name in agents else agent
        return Policy(**{**extended(vars(self), vars(over)), "agents": agents})

    @property
    def canonical(self) -> dict[str, JSON]:
        """What is set, as plain JSON; exceptions' classes by their qualified names."""
        return canonical(self)

    def _require_types(self) -> None:
        """Refuse what holds other objects than it is for: the rest are plain values."""
        if self.retry is not None and not isinstance(self.retry, Retry):
            raise Fault(f"{self.retry!r} is no Retry", remedy="write Retry(max_retries=2)", place=("retry",))
        if not isinstance(self.agents, Mapping):
            raise Fault(f"{self.agents!r} is no mapping of names to policies", place=("agents",))
        for name, agent in self.agents.items():
            if not isinstance(agent, Policy):
                raise Fault(f"{agent!r} is no Policy", remedy="write Policy(...)", place=("agents", str(name)))


def policy_hash(policy: Policy | None) -> str:
    """Return the sha256 of a policy's rules, the same whatever it is called; empty where there is none."""
    return "" if policy is None else digest(policy.canonical)
