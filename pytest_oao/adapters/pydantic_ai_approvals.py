"""pydantic-ai: who approves a tool's call is a person.

A run that ends with requests does so in a replay too, and the next one is given the same results: what is recorded is
each decision, so that another one is told. What a handler answers within a run is recorded as a whole.
"""

import dataclasses
import functools
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from pytest_oao.adapters.approvals import decided, wanted
from pytest_oao.adapters.patching import Patches
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import HUMAN
from pytest_oao.runtime.performances import performed, performed_async
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode

_HANDLERS = {
    "pydantic_ai.capabilities.deferred_tool_handler": "HandleDeferredToolCalls",
    "pydantic_ai.capabilities.request_input": "RequestInput",
    "pydantic_ai.capabilities.hooks": "Hooks",
}
"""Where the capabilities live that ask somebody within a run."""
_AGENT = "pydantic_ai.agent"


class PydanticAiApprovals:
    """Patches what every run of an agent begins with, and the capabilities that ask for results."""

    name = "pydantic-ai approvals"
    modules = (_AGENT, *_HANDLERS)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`."""
        patches, library = Patches(), sys.modules[module]
        if module == _AGENT:
            patches.wrap(library.Agent, "iter", _with_decisions_told)
        elif hasattr(library, _HANDLERS[module]):
            patches.wrap(getattr(library, _HANDLERS[module]), "handle_deferred_tool_calls", _recorded)
        return patches.undo


def _with_decisions_told(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def iter(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: A001 - it takes the place of that
        approvals = getattr(kwargs.get("deferred_tool_results"), "approvals", None)
        if approvals and current() is not None:
            stored = getattr(kwargs.get("conversation"), "messages", ())
            _tell(approvals, kwargs.get("message_history") or stored)
        return original(self, *args, **kwargs)

    return iter


def _tell(approvals: Mapping[str, Any], messages: Iterable[Any]) -> None:
    """Tell the decisions in the order in which the model asked; the SDK refuses one that is about no call."""
    for part in (part for message in messages for part in message.parts if part.part_kind == "tool-call"):
        if part.tool_call_id in approvals:
            said = _decision(approvals[part.tool_call_id])
            performed(decided(wanted(part.tool_name, part.args or {}), part.tool_call_id, said), lambda: None)


def _decision(approval: Any) -> dict[str, Any]:
    """Return what was decided: True and False say the same as the classes with what is their default."""
    tools = sys.modules["pydantic_ai.tools"]
    if approval is False or isinstance(approval, tools.ToolDenied):
        message = getattr(approval, "message", tools.ToolDenied.message)
        return {"decision": "reject", "message": message}
    instead = getattr(approval, "override_args", None)
    return {"decision": "approve"} if instead is None else {"decision": "approve", "arguments_instead": instead}


def _recorded(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def handle(self: Any, ctx: Any, *, requests: Any) -> Any:
        call = functools.partial(original, self, ctx, requests=requests)
        if current() is None or not _asks(self):
            return await call()
        return await performed_async(_asked(requests), call)

    return handle


def _asks(capability: Any) -> bool:
    """Whether it asks anybody: of hooks, most are for something else."""
    hooks = getattr(capability, "_get", None)
    return hooks is None or bool(hooks("handle_deferred_tool_calls"))


def _asked(requests: Any) -> Asked:
    parts = [*requests.approvals, *requests.calls]
    arguments = {
        name: [wanted(part.tool_name, part.args or {}) for part in getattr(requests, name)]
        for name in ("approvals", "calls")
    }
    numbers = [part.tool_call_id for part in parts]
    return Asked(
        HUMAN,
        "deferred tool calls",
        arguments,
        keep=lambda results: encode(_renamed(results, {one: str(place) for place, one in enumerate(numbers)})),
        revive=lambda data: _renamed(decode(data), {str(place): one for place, one in enumerate(numbers)}),
    )


def _renamed(results: Any, names: Mapping[str, str]) -> JSON | Any:
    """Return results by other names of their calls: the SDK makes up new ones in each run for models that give none."""
    if results is None:
        return None
    fields = {field.name: getattr(results, field.name) for field in dataclasses.fields(results)}
    return dataclasses.replace(
        results, **{name: {names.get(one, one): value for one, value in by.items()} for name, by in fields.items()}
    )
