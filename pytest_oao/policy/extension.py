"""One policy upon another: what the upper one says wins, but it lifts no denial and no gate."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pytest_oao.policy.contradictions import BY_TOOL, LISTS, told_tools
from pytest_oao.policy.tool_leave import ToolLeave

Values: TypeAlias = Mapping[str, Any]

_ADDED = ("denied_tools", *LISTS)
_MERGED = {"max_tool_calls": "*", "max_repeats": "in_a_row"}
"""Limits that are one number, or a mapping with the key that the one number is for."""


def extended(base: Values, over: Values) -> dict[str, Any]:
    """Return the fields of both policies as one, without what the upper one leaves no call to.

    Their agents are left as the upper one has them: whoever knows what they are puts them together.
    """
    lower = without_moot(base, ToolLeave.of(over))
    return {key: _rule(key)(lower[key], value) for key, value in over.items()}


def _rule(key: str) -> Callable[[Any, Any], Any]:
    if key in _ADDED:
        return _together
    if key == "require_before":
        return _by_key
    if key in _MERGED:
        return lambda lower, upper: _limits(lower, upper, _MERGED[key])
    if key == "rate":
        return _rates
    return lambda lower, upper: lower if upper in (None, "", {}) else upper


def _together(lower: tuple[Any, ...], upper: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*lower, *(one for one in upper if one not in lower))


def _by_key(lower: Values, upper: Values) -> dict[str, Any]:
    return {key: _together(lower.get(key, ()), upper.get(key, ())) for key in (*lower, *upper)}


def _limits(lower: Any, upper: Any, of_all: str) -> Any:  # noqa: ANN401 - a number, a mapping or None
    if None in (lower, upper):
        return lower if upper is None else upper
    if not isinstance(lower, Mapping) and not isinstance(upper, Mapping):
        return upper
    return {**_as_mapping(lower, of_all), **_as_mapping(upper, of_all)}


def _as_mapping(limit: Any, of_all: str) -> Values:  # noqa: ANN401 - the same
    return limit if isinstance(limit, Mapping) else {of_all: limit}


def _rates(lower: Any, upper: Any) -> Any:  # noqa: ANN401 - a text, a mapping or None
    both = isinstance(lower, Mapping) and isinstance(upper, Mapping)
    return {**lower, **upper} if both else lower if upper is None else upper


def without_moot(values: Values, leave: ToolLeave) -> dict[str, Any]:
    """Return a lower policy without what it says of tools that the upper one lets nothing through to."""
    moot = {place for place, pattern in told_tools(values) if leave.refusal(pattern)}
    kept = dict(values)
    for key in LISTS:
        kept[key] = tuple(one for number, one in enumerate(values[key]) if (key, number) not in moot)
    for key in BY_TOOL:
        if isinstance(values[key], Mapping):
            kept[key] = {name: each for name, each in values[key].items() if (key, name) not in moot}
            kept[key] = kept[key] or ({} if key == "require_before" else None)
    if values["allowed_tools"] is not None:
        denied, allowed = ToolLeave(None, leave.denied), values["allowed_tools"]
        # where nothing would be left, the list stays, and is refused: without one, all would be allowed
        kept["allowed_tools"] = tuple(one for one in allowed if not denied.refusal(one)) or allowed
    return kept
