"""Events that a tool of ADK sends to whoever runs the agent: kept without the names of its run, and sent again."""

from collections.abc import Callable
from typing import Any

_BASE, _CALL = "{base}", "{call}"
"""In paths of events: where the tool's agent is, and the id of the tool's call."""

Rename = Callable[[str, str, str], str]


def kept(event: Any, context: Any) -> Any:
    """Return a copy of an event, which hides what the tool's call and its run are named by."""
    told = _renamed(event, context, _hidden)
    return event.model_copy(deep=True, update={**told, "id": "", "timestamp": 0.0, "invocation_id": ""})


def resent(event: Any, context: Any) -> Any:
    """Return a kept event as one of this run."""
    fresh = type(event)(invocation_id=context.invocation_id)
    told = {name: getattr(fresh, name) for name in ("id", "timestamp", "invocation_id")}
    return event.model_copy(update={**told, **_renamed(event, context, _shown)})


def _renamed(event: Any, context: Any, rename: Rename) -> dict[str, Any]:
    call, node = context.function_call_id or "", event.node_info
    outputs = node.output_for and [rename(one, context.node_path, call) for one in node.output_for]
    path = rename(node.path, context.node_path, call)
    return {
        "branch": event.branch and rename(event.branch, context.branch or "", call),
        "isolation_scope": event.isolation_scope and rename(event.isolation_scope, "", call),
        "node_info": node.model_copy(update={"path": path, "output_for": outputs}),
    }


def _hidden(text: str, base: str, call: str) -> str:
    if base and text.startswith(base):
        text = _BASE + text.removeprefix(base)
    return text.replace(call, _CALL) if call else text


def _shown(text: str, base: str, call: str) -> str:
    text = text.replace(_CALL, call)
    return base + text.removeprefix(_BASE) if text.startswith(_BASE) else text
