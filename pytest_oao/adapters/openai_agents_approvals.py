"""openai-agents: who approves a tool's call is a person.

A run that stops for an approval does so in a replay too, and is resumed as when it was recorded: what is recorded is
the decision, so that another one is told. A callback that approves is asked once, and the record answers afterwards.
`needs_approval` asks nobody: it is the agent's own rule, and runs in a replay too.
"""

import functools
import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pytest_oao.adapters.approvals import attributes, decided, wanted
from pytest_oao.adapters.patching import Patches
from pytest_oao.model.kinds import APPROVAL, HUMAN
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

_SAID = ("always", "always_approve", "always_reject", "rejection_message")
_STATE, _REALTIME, _TOOLS = "agents.run_state", "agents.realtime.session", "agents.tool"


class OpenaiAgentsApprovals:
    """Patches where decisions come in, by a run's state or a realtime session, and the tools that ask a callback."""

    name = "openai-agents approvals"
    modules = (_STATE, _REALTIME, _TOOLS)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; before 0.8 no run stops, and no session waits."""
        patches, library = Patches(), sys.modules[module]
        if module == _TOOLS:
            for kind, name in _CALLBACKS.items():
                if hasattr(library, kind):
                    patches.wrap(getattr(library, kind), "__getattribute__", functools.partial(_asked_for, name))
        for decision in ("approve", "reject"):
            if module == _STATE:
                patches.wrap(library.RunState, decision, functools.partial(_told, decision))
            elif module == _REALTIME and hasattr(library.RealtimeSession, f"{decision}_tool_call"):
                patches.wrap(library.RealtimeSession, f"{decision}_tool_call", functools.partial(_said_to, decision))
        return patches.undo


def _told(decision: str, original: Callable[..., None]) -> Callable[..., None]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def decide(self: Any, *args: Any, **kwargs: Any) -> None:
        if current() is None or performing():
            return original(self, *args, **kwargs)
        with perform():  # the state of an agent that is a tool is told by this one
            original(self, *args, **kwargs)
        given = signature.bind(self, *args, **kwargs).arguments
        return _tell(given.pop("approval_item"), decision, given)

    return decide


def _said_to(decision: str, original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(original)
    async def decide(self: Any, call_id: str, **given: Any) -> None:
        pending = vars(self)["_pending_tool_calls"].get(call_id)
        if pending is not None and current() is not None:
            item = pending[-1] if isinstance(pending, tuple) else pending.approval_item
            _tell(item, decision, given)
        return await original(self, call_id, **given)

    return decide


def _tell(item: Any, decision: str, given: Mapping[str, Any]) -> None:
    """Tell what was decided; what has its default is no part of it."""
    more = {name: given[name] for name in _SAID if given.get(name)}
    performed(decided(_about(item), item.call_id, {"decision": decision, **more}), lambda: None)


def _asked_for(name: str, original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def __getattribute__(self: Any, asked: str) -> Any:  # noqa: N807 - what it stands for
        value = original(self, asked)
        if asked != name or value is None or current() is None or hasattr(value, "oao_approval"):
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
