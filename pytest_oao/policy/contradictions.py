"""Rules of a policy that exclude each other, each of which is possible by itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pytest_oao.policy.faults import Fault, Place
from pytest_oao.policy.inclusion import covers
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.tool_leave import ToolLeave

Values: TypeAlias = Mapping[str, Any]

LISTS = ("require_approval", "require_rationale", "idempotent", "checkpoint_before")
"""The gates that are lists of tools."""
BY_TOOL = ("max_tool_calls", "rate", "require_before")
"""What may be told for each tool."""


def require_consistent(values: Values) -> None:
    """Raise Fault where rules exclude each other; the values are those that a policy keeps."""
    _require_allowed_tools(values)
    leave = ToolLeave.of(values)
    _require_leave(values, leave)
    _require_order(values)
    _require_retries(values)
    for name, agent in values["agents"].items():
        _require_leave(vars(agent), leave, "agents", name)
        _require_within(vars(agent), leave, "agents", name)


def told_tools(values: Values) -> Iterator[tuple[Place, Any]]:
    """Yield each pattern that something is told of besides whether it is allowed, and its place."""
    for field in LISTS:
        for number, pattern in enumerate(values[field]):
            yield (field, number), pattern
    for field in BY_TOOL:
        if isinstance(values[field], Mapping):
            for name in values[field]:
                yield (field, name), name


def _require_allowed_tools(values: Values) -> None:
    denied = ToolLeave(None, ToolLeave.of(values).denied)
    for number, pattern in enumerate(values["allowed_tools"] or ()):
        _refuse_moot(denied.refusal(pattern), pattern, "allowed_tools", number)


def _require_leave(values: Values, leave: ToolLeave, *above: str) -> None:
    for place, pattern in told_tools(values):
        _refuse_moot(leave.refusal(pattern), pattern, *above, *place)
    for name, needed in values["require_before"].items():
        for number, tool in enumerate(needed):
            why = leave.refusal(tool)
            if why:
                what = f"{name!r} can never run: {tool!r} must have succeeded before, and {why}"
                raise Fault(what, remedy="allow one or drop the other", place=(*above, "require_before", name, number))


def _require_within(values: Values, leave: ToolLeave, *above: str) -> None:
    for number, pattern in enumerate(values["allowed_tools"] or ()):
        _refuse_moot(leave.refusal(pattern), pattern, *above, "allowed_tools", number)


def _refuse_moot(why: str, pattern: object, *place: str | int) -> None:
    if why:
        raise Fault(f"{pattern!r} never matches: {why}", remedy="keep one of the two", place=place)


def _require_order(values: Values) -> None:
    """Refuse tools that wait for each other: those of one key for what are, all of them, tools of the next."""
    before: Mapping[str, Sequence[str]] = values["require_before"]
    for name in before:
        circle = _circle(before, name)
        if circle:
            chain = " needs ".join(map(repr, circle))
            what = f"{name!r} can never run: {chain}, which is one of {name!r}"
            raise Fault(what, remedy="a tool cannot wait for itself", place=("require_before", name))


def _circle(before: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...]:
    """Return the shortest way from a key back to it, empty where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        for needed in before[way[-1]]:
            for key in _keys_of(before, needed):
                if key == start:
                    return (*way, needed)
                if key not in seen:
                    seen.add(key)
                    ways.append((*way, key))
    return ()


def _keys_of(before: Mapping[str, Sequence[str]], needed: str) -> list[str]:
    """Return the keys that hold for all tools of a pattern."""
    return [key for key in before if covers(NamePattern.of(key).tokens, NamePattern.of(needed).tokens)]


def _require_retries(values: Values) -> None:
    retry, most = values["retry"], values["max_retries"]
    if retry is not None and most is not None and retry.max_retries > most:
        what = f"{retry.max_retries} retries are more than max_retries allows, which is {most}"
        raise Fault(what, remedy=f"write {most} in both", place=("retry", "max_retries"))
