"""Calls that a tool makes while it runs stand below it."""

from collections.abc import Iterable, Mapping

from pytest_oao.importers.observations import ObservedCall, Scope, ToolUse


def tools_around(
    calls: Iterable[ObservedCall], scopes: Mapping[str, Scope], numbers: Mapping[str, int]
) -> dict[str, int]:
    """Return the `seq` of the nearest tool around each call that has one, by the call's record id."""
    known = {one.id: one for one in calls}
    found = {name: _nearest(one, known, scopes) for name, one in known.items()}
    return {name: numbers[tool] for name, tool in found.items() if tool in numbers}


def _nearest(one: ObservedCall, known: Mapping[str, ObservedCall], scopes: Mapping[str, Scope]) -> str:
    parent, passed = one.parent, {one.id}
    while parent and parent not in passed:
        passed.add(parent)
        around = known.get(parent)
        if around is not None and isinstance(around.asked, ToolUse):
            return parent
        above = around or scopes.get(parent)
        parent = above.parent if above else ""
    return ""
