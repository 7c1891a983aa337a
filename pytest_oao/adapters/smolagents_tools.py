"""Tools of smolagents: `Tool.__call__`, of agents that write code and of those that call tools."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.subclasses import is_running, run, wrap_everywhere
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import TOOL
from pytest_oao.runtime.performances import performed
from pytest_oao.runtime.value_calls import Asked
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode

_ANSWER = "final_answer"
"""The tool by which an agent ends: it asks nothing of the world."""


class SmolagentsTools:
    """Patches `Tool.__call__`."""

    name = "smolagents"
    modules = ("smolagents.tools",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the class, and subclasses that call in a way of their own."""
        patches = Patches()
        wrap_everywhere(patches, sys.modules[module].Tool, "__call__", _call)
        return patches.undo


def _call(original: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807 - it takes the place of that
        if self.name == _ANSWER or is_running(self):
            return original(self, *args, **kwargs)
        return performed(_asked(self, args, kwargs), lambda: run(self, lambda: original(self, *args, **kwargs)))

    return __call__


def _asked(tool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Asked:
    given = dict(kwargs)
    sanitized = given.pop("sanitize_inputs_outputs", False)
    if len(args) == 1 and not given and isinstance(args[0], dict) and set(args[0]) <= set(tool.inputs):
        arguments = args[0]
    else:
        arguments = {**dict(zip(tool.inputs, args, strict=False)), **given}
    revive = partial(_typed, tool.output_type) if sanitized else decode
    return Asked(TOOL, tool.name, arguments, {TOOL_NAME: tool.name}, _raw, revive)


def _raw(result: Any) -> JSON:
    """Keep what an agent's type stands for: an image, a text."""
    types = sys.modules["smolagents.agent_types"]
    return encode(result.to_raw() if isinstance(result, types.AgentType) else result)


def _typed(output_type: str, data: JSON) -> Any:
    types = sys.modules["smolagents.agent_types"]
    return types.handle_agent_output_types(decode(data), output_type)
