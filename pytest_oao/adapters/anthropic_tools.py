"""Tools of Anthropic's tool runner: `call`, of functions and of the built-in tools, synchronous and asynchronous."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.subclasses import is_running, run, run_async, wrap_everywhere
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.kinds import TOOL
from pytest_oao.runtime.performances import performed, performed_async
from pytest_oao.runtime.value_calls import Asked

_MODULE = "anthropic.lib.tools._beta_functions"


class AnthropicTools:
    """Patches `call` of `BetaFunctionTool`, `BetaBuiltinFunctionTool` and their asynchronous twins."""

    name = "anthropic tools"
    modules = (_MODULE,)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the classes of `module`."""
        patches, library = Patches(), sys.modules[module]
        for cls in (library.BetaFunctionTool, library.BetaBuiltinFunctionTool):
            wrap_everywhere(patches, cls, "call", _call)
        for cls in (library.BetaAsyncFunctionTool, library.BetaAsyncBuiltinFunctionTool):
            wrap_everywhere(patches, cls, "call", _async_call)
        return patches.undo


def _call(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def call(self: Any, input: Any) -> Any:  # noqa: A002 - the library's name
        if is_running(self):
            return original(self, input)
        return performed(_asked(self, input), lambda: run(self, lambda: original(self, input)))

    return call


def _async_call(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    async def call(self: Any, input: Any) -> Any:  # noqa: A002 - the library's name
        if is_running(self):
            return await original(self, input)
        return await performed_async(_asked(self, input), lambda: run_async(self, lambda: original(self, input)))

    return call


def _asked(tool: Any, given: Any) -> Asked:
    arguments = given if isinstance(given, dict) else {"input": given}
    return Asked(TOOL, tool.name, arguments, {TOOL_NAME: tool.name})
