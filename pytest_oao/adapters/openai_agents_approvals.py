"""openai-agents: who approves a tool's call is a person.

A run that stops for an approval does so in a replay too, and is resumed as when it was recorded: what is recorded is
the decision, so that another one is told. A callback that approves is asked once, and the record answers afterwards.
`needs_approval` asks nobody: it is the agent's own rule, and runs in a replay too.
"""

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.approvals import APPROVAL, attributes, decided, wanted
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.questions import HUMAN
from pytest_oao.runtime.lanes import perform, performing
from pytest_oao.runtime.performances import performed, performed_async
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked

_CALLBACKS = {
    "HostedMCPTool": "on_approval_request",
    "ShellTool": "on_approval",
    "ApplyPatchTool": "on_approval",
    "CustomTool": "on_approval",
}
"""Kinds of tools, and the attribute that holds who approves their calls; older versions have fewer."""
_GIVEN = ("arguments", "params", "input", "action", "operation")
"""Where kinds of calls hold what the model wrote."""


class OpenaiAgentsApprovals:
    """Patches the state of a run that stopped, and the kinds of tools that ask a callback."""

    name = "openai-agents approvals"
    modules = ("agents.run_state", "agents.tool")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; `agents.run_state` is there since 0.8, before that no run stops."""
        patches, library = Patches(), sys.modules[module]
        if module == "agents.run_state":
            patches.wrap(library.RunState, "approve", functools.partial(_told, "approve"))
            patches.wrap(library.RunState, "reject", functools.partial(_told, "reject"))
            return patches.undo
        for kind, name in _CALLBACKS.items():
            if hasattr(library, kind):
                patches.wrap(getattr(library, kind), "__getattribute__", functools.partial(_asked_for, name))
        return patches.undo


def _told(decision: str, original: Callable[..., None]) -> Callable[..., None]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def decide(self: Any, *args: Any, **kwargs: Any) -> None:
        if current() is None or performing():
            return original(self, *args, **kwargs)
        with perform():  # the state of an agent that is a tool is told by this one
            original(self, *args, **kwargs)
        item, *more = list(signature.bind(self, *args, **kwargs).arguments.items())[1:]
        # what has its default is no part of it
        said = {"decision": decision, **{name: value for name, value in more if value not in (False, None)}}
        return performed(decided(_about(item[1]), item[1].call_id, said), lambda: None)  # type: ignore[no-any-return]

    return decide


def _asked_for(name: str, original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def __getattribute__(self: Any, wanted: str) -> Any:  # noqa: N807 - what it stands for
        value = original(self, wanted)
        if wanted != name or value is None or current() is None or hasattr(value, "oao_approval"):
            return value
        return _recorded(value)

    return __getattribute__


def _recorded(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    async def approve(*given: Any) -> Any:
        async def asked() -> Any:
            answer = callback(*given)
            return await answer if inspect.isawaitable(answer) else answer

        item = given[-1]  # an approval item, after the context; of hosted MCP, a request with the item in it
        item = getattr(item, "data", item)
        about = _about(item)
        return await performed_async(Asked(HUMAN, APPROVAL, about, attributes(about, _number(item))), asked)

    vars(approve)["oao_approval"] = True
    return approve


def _about(item: Any) -> dict[str, Any]:
    raw = getattr(item, "raw_item", item)
    given: Any = next((found for found in (_field(raw, name) for name in _GIVEN) if found is not None), {})
    return wanted(getattr(item, "name", None) or _field(raw, "name"), given)


def _number(item: Any) -> object:
    return getattr(item, "call_id", None) or _field(item, "id")


def _field(raw: Any, name: str) -> Any:
    return raw.get(name) if isinstance(raw, dict) else getattr(raw, name, None)
