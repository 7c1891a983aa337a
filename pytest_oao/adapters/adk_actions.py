"""What a tool of ADK asks of its runner: state, a transfer, an escalation, a confirmation, told apart from before."""

import json
from collections.abc import Mapping
from typing import Any

from pytest_oao.values.encoding import encode
from pytest_oao.values.unkept import Unkept

_BY_KEY = frozenset({"state_delta", "artifact_delta", "requested_auth_configs", "requested_tool_confirmations"})
"""Actions that hold several, each of which a tool may add to."""
_THIS_CALL = ""
"""Stands for the id of the tool's call, by which it asks for confirmations: ADK may make up another in each run."""

Actions = Mapping[str, Any]
Place = tuple[str, str]


def seen(context: Any) -> dict[Place, Any]:
    """Return what stands in the actions of a tool's context, to be compared with what does later."""
    return {place: _comparable(value) for place, value in _facts(context)}


def changed(context: Any, before: Mapping[Place, Any]) -> dict[str, Any]:
    """Return the actions that are others than `before`."""
    told: dict[str, Any] = {}
    for (name, key), value in _facts(context):
        if before.get((name, key)) == _comparable(value):
            continue
        if name in _BY_KEY:
            told.setdefault(name, {})[_THIS_CALL if key == context.function_call_id else key] = value
        else:
            told[name] = value
    return told


def act(context: Any, actions: Actions) -> None:
    """Change the actions of a tool's context, and with them its state."""
    for name, value in actions.items():
        if name == "state_delta":
            context.state.update(value)
        elif name in _BY_KEY:
            held = getattr(context.actions, name)
            held.update({(context.function_call_id if key == _THIS_CALL else key): one for key, one in value.items()})
        else:
            setattr(context.actions, name, value)


def _facts(context: Any) -> list[tuple[Place, Any]]:
    facts: list[tuple[Place, Any]] = []
    for name, value in context.actions:
        facts += [((name, key), one) for key, one in value.items()] if name in _BY_KEY else [((name, ""), value)]
    return facts


def _comparable(value: object) -> Any:
    """Return a value as text, so that it is not changed with the value; what has no such form, by its identity."""
    try:
        return json.dumps(encode(value))
    except Unkept:
        return id(value), value
