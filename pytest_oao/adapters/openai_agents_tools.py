"""openai-agents: the tools that its runs and its realtime sessions invoke.

A tool's function is the host call, below what the SDK makes of its exceptions: that is the agent's own doing, and
happens in a replay too. So does what an agent does that is a tool of another's: its calls are exchanges below that one.
"""

import copy
import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.errors import SeamMissing
from pytest_oao.model.attributes import AGENT_NAME, CALL_ID, TOOL_NAME
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import AGENT, TOOL
from pytest_oao.providers.payloads import loads
from pytest_oao.runtime.performances import delegated_async, performed_async
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked

Invoke = Callable[[Any, str], Awaitable[Any]]
"""What a `FunctionTool` does with its context and the model's arguments."""

_INVOCATIONS = ("_invoke_function_tool_with_metadata", "invoke_function_tool")
"""By these names each module has the function that invokes a tool: the first since 0.21, the second since 0.10."""
_IMPLEMENTATION = "_invoke_tool_impl"
"""Of what invokes a tool made of a function: its part that may fail, before the SDK handles that."""


class OpenaiAgentsTools:
    """Patches what invokes tools where it is looked up: its home, the runner and the realtime session."""

    name = "openai-agents"
    modules = ("agents.tool", "agents.run_internal.tool_execution", "agents.realtime.session")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; before 0.10, whatever asks a tool for what it does. Raises SeamMissing."""
        patches, library = Patches(), sys.modules[module]
        named = [name for name in _INVOCATIONS if hasattr(library, name)]
        for name in named:
            patches.wrap(library, name, _with_tool_recorded)
        if not named and module == "agents.tool":
            patches.wrap(_tool_class(library), "__getattribute__", _asked_for)
        return patches.undo


def _tool_class(library: Any) -> Any:
    try:
        return library.FunctionTool
    except AttributeError as error:
        what = "this `agents` is not openai-agents, or of an unknown generation: it has no FunctionTool"
        remedy = "upgrade pytest-oao, or pin openai-agents to a version that its docs name"
        raise SeamMissing(what, where="agents.tool", remedy=remedy) from error


def _with_tool_recorded(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def invoke(*, function_tool: Any, **given: Any) -> Any:
        if current() is not None:
            stand_in = copy.copy(function_tool)
            vars(stand_in)["on_invoke_tool"] = _recorded(function_tool, function_tool.on_invoke_tool)
            function_tool = stand_in
        return await original(function_tool=function_tool, **given)

    return invoke


def _asked_for(original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def __getattribute__(self: Any, name: str) -> Any:  # noqa: N807 - what it stands for
        value = original(self, name)
        if name != "on_invoke_tool" or current() is None:
            return value
        return _recorded(self, value)

    return __getattribute__


def _recorded(tool: Any, invoke: Any) -> Any:
    """Return what does as `invoke` and is a host call; one that is already is left alone: seams lie in one another."""
    inner = getattr(invoke, _IMPLEMENTATION, None)
    if inner is not None:
        invoke = copy.copy(invoke)
        vars(invoke)[_IMPLEMENTATION] = _recorded(tool, inner)
        return invoke
    return invoke if hasattr(invoke, "oao_tool") else _host_call(tool, invoke)


def _host_call(tool: Any, invoke: Invoke) -> Invoke:
    kind, perform = (AGENT, delegated_async) if getattr(tool, "_is_agent_tool", False) else (TOOL, performed_async)

    @functools.wraps(invoke)  # the SDK reads the annotations
    async def call(context: Any, arguments: str) -> Any:
        asked = Asked(kind, tool.name, _arguments(arguments), _attributes(kind, tool.name, context))
        return await perform(asked, lambda: invoke(context, arguments))

    vars(call)["oao_tool"] = tool.name
    return call


def _attributes(kind: str, name: str, context: Any) -> dict[str, JSON]:
    attributes: dict[str, JSON] = {TOOL_NAME: name}
    agent = getattr(getattr(context, "agent", None), "name", None)
    if agent and kind == TOOL:
        attributes[AGENT_NAME] = str(agent)
    number = getattr(context, "tool_call_id", None)
    if number:
        attributes[CALL_ID] = str(number)
    return attributes


def _arguments(text: str) -> dict[str, JSON]:
    """Return the arguments as the model wrote them; whole, where they are no JSON object.

    The context that the run passes on is none of them.
    """
    written = loads(text.encode()) if text else {}
    return written if isinstance(written, dict) else {"input": text}
