"""What a policy must be to be one: its fields, one by one and together."""

from collections.abc import Mapping
from typing import Any

from pytest_oao.policy import field_values as to_be
from pytest_oao.policy.contradictions import LISTS, require_consistent
from pytest_oao.policy.faults import Fault

_TOOLS = to_be.listed(to_be.tool)
_NAMES = to_be.listed(to_be.name, least=1)

CHECKS: Mapping[str, to_be.Check] = {
    "name": to_be.text,
    **dict.fromkeys(("max_steps", "max_model_calls", "max_retries", "max_depth"), to_be.whole),
    **dict.fromkeys(("max_tokens", "max_input_tokens", "max_output_tokens"), to_be.whole),
    "max_tool_calls": to_be.either(Mapping, to_be.mapped(to_be.name, to_be.whole), to_be.whole),
    "max_cost_usd": to_be.amount,
    "max_seconds": to_be.amount,
    "rate": to_be.either(Mapping, to_be.mapped(to_be.name, to_be.rate), to_be.rate),
    "max_context_pressure": to_be.share,
    "max_repeats": to_be.either(
        Mapping, to_be.mapped(to_be.one_of("in_a_row", "total"), to_be.from_one), to_be.from_one
    ),
    "allowed_tools": to_be.listed(to_be.tool, least=1),
    "denied_tools": _TOOLS,
    "allowed_models": _NAMES,
    "allowed_hosts": to_be.listed(to_be.host, least=1),
    **dict.fromkeys(LISTS, _TOOLS),
    "require_before": to_be.mapped(to_be.name, _NAMES, least=0),
}
"""Each field but those that hold objects: `agents` and `retry`."""

_NEVER_NONE = ("name", "denied_tools", *LISTS, "require_before")

_AGENTS = to_be.mapped(to_be.name, lambda agent: agent, least=0)

OF_AGENTS = ("name", "allowed_tools", "denied_tools", "allowed_models", "allowed_hosts", "require_before", *LISTS)
"""What an agent's policy may say: permissions and gates; what is spent is counted for the whole run."""


def checked(key: str, value: object) -> Any:  # noqa: ANN401 - each field has its type
    """Return a field's value as it is kept; raises Fault."""
    return to_be.at(key, CHECKS[key], value)


def sound(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's fields as they are kept: lists as tuples, mappings as dicts; raises Fault."""
    kept = dict(values)
    for key, value in values.items():
        if key in CHECKS and (value is not None or key in _NEVER_NONE):
            kept[key] = checked(key, value)
    kept["agents"] = to_be.at("agents", _AGENTS, values["agents"])
    for name, agent in kept["agents"].items():
        _require_agent(name, vars(agent))
    require_consistent(kept)
    return kept


def _require_agent(name: str, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if key not in OF_AGENTS and value not in (None, {}):
            raise refuse_agents_key(key).below("agents", name)


def refuse_agents_key(key: str) -> Fault:
    """Return what is wrong with a key in an agent's policy."""
    remedy = f"an agent may have {', '.join(OF_AGENTS)}"
    what = "limits, retries and agents are told for the whole run, not for one agent"
    return Fault(what, remedy=remedy, place=(key,))
