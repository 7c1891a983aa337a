"""Tools of CrewAI: `run` and `arun` where a model calls them by its own means, `invoke` and `ainvoke` where by text."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.subclasses import is_running, run, run_async, wrap_everywhere
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.kinds import TOOL
from pytest_oao.runtime.performances import performed, performed_async
from pytest_oao.runtime.value_calls import Asked

_BASE, _STRUCTURED = "crewai.tools.base_tool", "crewai.tools.structured_tool"


class CrewAITools:
    """Patches `BaseTool.run`, `arun` and `CrewStructuredTool.invoke`, `ainvoke`."""

    name = "crewai"
    modules = (_BASE, _STRUCTURED)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the classes of `module`, and subclasses that run in a way of their own."""
        patches, library = Patches(), sys.modules[module]
        if module == _BASE:
            wrap_everywhere(patches, library.BaseTool, "run", _run)
            wrap_everywhere(patches, library.BaseTool, "arun", _arun)
        else:
            patches.wrap(library.CrewStructuredTool, "invoke", _invoke)
            patches.wrap(library.CrewStructuredTool, "ainvoke", _ainvoke)
        return patches.undo


def _run(original: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if is_running(self):
            return original(self, *args, **kwargs)
        asked = _asked(self, _named(self, args, kwargs), self._claim_usage)
        return performed(asked, lambda: run(self, lambda: original(self, *args, **kwargs)))

    return method


def _arun(original: Callable[..., Any]) -> Callable[..., Any]:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if is_running(self):
            return await original(self, *args, **kwargs)
        asked = _asked(self, _named(self, args, kwargs), self._claim_usage)
        return await performed_async(asked, lambda: run_async(self, lambda: original(self, *args, **kwargs)))

    return method


def _invoke(original: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(self: Any, input: Any, config: Any = None, **kwargs: Any) -> Any:  # noqa: A002 - the library's name
        asked = _asked(self, {**_parsed(input), **kwargs}, self._increment_usage_count)
        return performed(asked, lambda: original(self, input, config, **kwargs))

    return invoke


def _ainvoke(original: Callable[..., Any]) -> Callable[..., Any]:
    async def ainvoke(self: Any, input: Any, config: Any = None, **kwargs: Any) -> Any:  # noqa: A002 - the same
        asked = _asked(self, {**_parsed(input), **kwargs}, self._increment_usage_count)
        return await performed_async(asked, lambda: original(self, input, config, **kwargs))

    return ainvoke


def _asked(tool: Any, arguments: Mapping[str, Any], counted: Callable[[], object]) -> Asked:
    return Asked(TOOL, tool.name, arguments, {TOOL_NAME: tool.name}, answered=counted)


def _named(tool: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    names = tool.args_schema.model_fields if tool.args_schema else ()
    return {**dict(zip(names, args, strict=False)), **kwargs}


def _parsed(given: Any) -> Mapping[str, Any]:
    """Return arguments that a model may have written as JSON."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return {"input": given}
    return given if isinstance(given, dict) else {"input": given}
