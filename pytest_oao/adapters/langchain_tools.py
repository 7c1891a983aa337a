"""Tools of LangChain and LangGraph: `BaseTool.run` and `arun`, which every way to call a tool comes through.

In replay the callbacks and the tracing around a tool run as ever, with the recorded answer: they are what streams of
events are made of.
"""

import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from pytest_oao.adapters.langchain_results import Given
from pytest_oao.adapters.patching import Patches
from pytest_oao.model.attributes import AGENT_NAME, CALL_ID, TOOL_NAME
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import TOOL
from pytest_oao.runtime.performances import performed, performed_async
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked, ValueCall


class LangchainTools:
    """Patches `BaseTool`, below ToolNode and agents, so that it is the same when and how a tool was made."""

    name = "langchain tools"
    modules = ("langchain_core.tools.base",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch both ways to run a tool."""
        patches = Patches()
        base = sys.modules[module].BaseTool
        patches.wrap(base, "run", _sync)
        patches.wrap(base, "arun", _async)
        return patches.undo


def _sync(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def run(self: Any, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if current() is None:
            return original(self, tool_input, *args, **kwargs)
        given = Given(self, tool_input, kwargs.get("tool_call_id"), kwargs.get("config"))

        def answered(call: ValueCall) -> Any:
            return original(_Answered(self, given, call), tool_input, *args, **kwargs)

        def really() -> Any:
            given.look_around()
            return original(self, tool_input, *args, **kwargs)

        return performed(_asked(self, given), really, answered)

    return run


def _async(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def arun(self: Any, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if current() is None:
            return await original(self, tool_input, *args, **kwargs)
        given = Given(self, tool_input, kwargs.get("tool_call_id"), kwargs.get("config"))

        def answered(call: ValueCall) -> Awaitable[Any]:
            return original(_Answered(self, given, call), tool_input, *args, **kwargs)

        def really() -> Awaitable[Any]:
            given.look_around()
            return original(self, tool_input, *args, **kwargs)

        return await performed_async(_asked(self, given), really, answered)

    return arun


def _asked(tool: Any, given: Given) -> Asked:
    attributes: dict[str, JSON] = {TOOL_NAME: tool.name}
    if given.call_id is not None:
        attributes[CALL_ID] = given.call_id
    if given.agent:
        attributes[AGENT_NAME] = given.agent
    return Asked(TOOL, tool.name, given.arguments, attributes, given.keep, given.revive)


def _call_id(call: ValueCall) -> JSON:
    return call.recorded_attributes.get(CALL_ID)


class _Answered:
    """What stands for a tool whose answer is recorded: `BaseTool.run` finds the tool, and a body that answers."""

    response_format = "content"  # what is recorded is the whole result
    handle_tool_error = False
    handle_validation_error = False

    def __init__(self, tool: Any, given: Given, call: ValueCall) -> None:
        self._tool, self._given, self._call = tool, given, call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tool, name)

    def _to_args_and_kwargs(self, *_: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Let the arguments be: they were validated, or refused, when the call was recorded."""
        return (), {}

    def _run(self) -> Any:
        return self._given.named(self._call.answer(), _call_id(self._call))

    async def _arun(self) -> Any:
        return self._given.named(await self._call.answer_async(), _call_id(self._call))
