"""Tools of Google's ADK: `BaseTool.run_async`, with what a tool does to its context besides.

An agent that is a tool runs in a replay too, and its calls are answered.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pytest_oao.adapters.adk_effects import Effects, noted
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.subclasses import is_running, run_async, wrap_everywhere
from pytest_oao.model.attributes import AGENT_NAME, CALL_ID, TOOL_NAME
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import AGENT, TOOL
from pytest_oao.runtime.performances import delegated_async, performed_async
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked

_TOOLS, _INVOCATIONS = "google.adk.tools.base_tool", "google.adk.agents.invocation_context"
_CONTEXTS = {"google.adk.agents.context": "Context", "google.adk.agents.callback_context": "CallbackContext"}
"""Where the class is that saves artifacts; the second before ADK 2."""
_MADE_UP = "adk-"
"""What an id of a call begins with that ADK made up, since the model gave none: the model's answer does not hold it."""
_SAVED = ("filename", "artifact", "custom_metadata")

Method = Callable[..., Awaitable[Any]]


class AdkTools:
    """Patches `BaseTool.run_async`, and by what a tool saves artifacts and sends events."""

    name = "google-adk"
    modules = (_TOOLS, _INVOCATIONS, *_CONTEXTS)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the class of `module`; of tools, subclasses too that run in a way of their own."""
        patches, library = Patches(), sys.modules[module]
        if module == _TOOLS:
            wrap_everywhere(patches, library.BaseTool, "run_async", _run_async)
        elif module == _INVOCATIONS:
            if hasattr(library.InvocationContext, "_enqueue_event"):  # since ADK 2
                patches.wrap(library.InvocationContext, "_enqueue_event", _enqueue_event)
        else:
            context = getattr(library, _CONTEXTS[module])
            if context.__module__ == module:  # else it is another name of the class
                patches.wrap(context, "save_artifact", _save_artifact)
        return patches.undo


def _run_async(original: Method) -> Method:
    async def run(self: Any, *, args: Mapping[str, Any], tool_context: Any, **more: Any) -> Any:
        async def body() -> Any:
            return await run_async(self, lambda: original(self, args=args, tool_context=tool_context, **more))

        if current() is None or is_running(self):
            return await original(self, args=args, tool_context=tool_context, **more)
        if _is_agent(self):
            return await delegated_async(Asked(AGENT, self.name, args, _attributes(self, tool_context)), body)
        if not _is_context(tool_context):
            return await performed_async(Asked(TOOL, self.name, args, _tool_attributes(self, tool_context)), body)
        return await _with_effects(self, args, tool_context, body)

    return run


async def _with_effects(tool: Any, args: Mapping[str, Any], context: Any, body: Callable[[], Awaitable[Any]]) -> Any:
    effects = Effects(context)
    given = {**args, **_confirmed(context)}
    asked = Asked(TOOL, tool.name, given, _tool_attributes(tool, context), effects.keep, effects.revive)
    try:
        result = await performed_async(asked, lambda: effects.of(body))
    except BaseException as error:
        await effects.redo(error)
        raise
    await effects.redo()
    return result


def _is_agent(tool: Any) -> bool:
    """Whether a tool is an agent, which runs in a replay too: its own calls are answered."""
    library = sys.modules.get("google.adk.tools.agent_tool")
    return library is not None and isinstance(tool, library.AgentTool)


def _is_context(context: Any) -> bool:
    """Whether a context is one of ADK's: tests of tools pass on others, or none."""
    actions = sys.modules.get("google.adk.events.event_actions")
    return actions is not None and isinstance(getattr(context, "actions", None), actions.EventActions)


def _confirmed(context: Any) -> Mapping[str, Any]:
    """Return what a person said to the call, which is an argument of it as well: another answer is another call."""
    said = getattr(context, "tool_confirmation", None)
    return {} if said is None else {"tool_confirmation": {"confirmed": said.confirmed, "payload": said.payload}}


def _tool_attributes(tool: Any, context: Any) -> dict[str, JSON]:
    """Return those of a tool that is no agent: whose it is, besides."""
    agent = getattr(context, "agent_name", None)
    return _attributes(tool, context) | ({AGENT_NAME: agent} if isinstance(agent, str) and agent else {})


def _attributes(tool: Any, context: Any) -> dict[str, JSON]:
    attributes: dict[str, JSON] = {TOOL_NAME: tool.name}
    number = getattr(context, "function_call_id", None)
    if isinstance(number, str) and number and not number.startswith(_MADE_UP):
        attributes[CALL_ID] = number
    return attributes


def _save_artifact(original: Method) -> Method:
    async def save_artifact(self: Any, *args: Any, **kwargs: Any) -> Any:
        version = await original(self, *args, **kwargs)
        for effects in noted():
            effects.saved(self._invocation_context, {**dict(zip(_SAVED, args, strict=False)), **kwargs})
        return version

    return save_artifact


def _enqueue_event(original: Method) -> Method:
    async def enqueue_event(self: Any, event: Any) -> None:
        for effects in noted():
            effects.sent(self, event)
        await original(self, event)

    return enqueue_event
