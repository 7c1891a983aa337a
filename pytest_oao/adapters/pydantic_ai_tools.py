"""pydantic-ai: the tools of every kind of toolset, where an agent's run calls them.

What the run makes of a `ModelRetry`, of an approval that is asked for or of an error is its own doing, and happens in a
replay too; so does the checking of arguments before, and what hooks do around it.
"""

import copy
import functools
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.errors import SeamMissing
from pytest_oao.model.attributes import AGENT_NAME, CALL_ID, TOOL_NAME
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import TOOL
from pytest_oao.runtime.performances import performed_async
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked

_EXECUTIONS = ("_raw_execute", "_execute_tool_call_impl", "_call_tool")
"""What calls the toolset, in the newest first."""


class PydanticAiTools:
    """Patches the method of `ToolManager` that calls its toolset."""

    name = "pydantic-ai"
    modules = ("pydantic_ai.tool_manager", "pydantic_ai._tool_manager")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `ToolManager`; raises SeamMissing where it calls its toolset by no name that is known."""
        patches, library = Patches(), sys.modules[module]
        name = next((one for one in _EXECUTIONS if hasattr(library.ToolManager, one)), None)
        if name is None:
            what = "this version of pydantic-ai is not known: its ToolManager calls its tools in another way"
            remedy = "upgrade pytest-oao, or pin pydantic-ai to a version that its docs name"
            raise SeamMissing(what, where=module, remedy=remedy)
        patches.wrap(library.ToolManager, name, _with_tools_recorded)
        return patches.undo


class _Toolset:
    """A toolset whose calls are host calls; all else passes through."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def call_tool(self, name: str, tool_args: Mapping[str, Any], ctx: Any, tool: Any) -> Any:
        """Call a tool of the agent's; what makes its output is none."""
        call = functools.partial(self._inner.call_tool, name, tool_args, ctx, tool)
        if tool.tool_def.kind == "output":
            return await call()
        return await performed_async(_asked(name, tool_args, ctx), call)


def _with_tools_recorded(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def execute(self: Any, *args: Any, **kwargs: Any) -> Any:
        if current() is None:
            return await original(self, *args, **kwargs)
        manager = copy.copy(self)  # of this call: others of the manager's run at the same time
        manager.toolset = _Toolset(self.toolset)
        return await original(manager, *args, **kwargs)

    return execute


def _asked(name: str, tool_args: Mapping[str, Any], ctx: Any) -> Asked:
    """Return what is asked of a tool: what its function is given, never the context with the dependencies."""
    attributes: dict[str, JSON] = {TOOL_NAME: name}
    number = getattr(ctx, "tool_call_id", None)
    if number:
        attributes[CALL_ID] = str(number)
    agent = getattr(getattr(ctx, "agent", None), "name", None)
    if agent:
        attributes[AGENT_NAME] = str(agent)
    return Asked(TOOL, name, {one: _plain(value) for one, value in tool_args.items()}, attributes)


def _plain(value: Any) -> Any:
    """Return an argument as the JSON that it was checked from; as it is where that says less."""
    core = sys.modules["pydantic_core"]
    try:
        return core.to_jsonable_python(value, bytes_mode="base64")
    except core.PydanticSerializationError:
        return value
