"""What a run may do: limits, permissions, and gates before its tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pytest_oao.policy.retries import Retry

Tools: TypeAlias = Sequence[str | Mapping[str, Any]]
"""Patterns of tool calls: `search`, `write_*`, `write(path="prod/**")`, or `{"tool": …, "arguments": JSON Schema}`."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a run may do; raises BadPolicy where it cannot be. What is None, or empty, is not limited.

    Patterns of names are globs. `dataclasses.replace` changes one, and `base.extended(policy)` puts one upon another.
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
