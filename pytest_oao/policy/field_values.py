"""Values of a policy's fields, one by one: of the right type, and possible; what they are kept as."""

import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from pytest_oao.model.suggestions import meant
from pytest_oao.policy.faults import Fault
from pytest_oao.policy.pattern_texts import require_host
from pytest_oao.policy.patterns import NamePattern, ToolPattern
from pytest_oao.policy.rates import Rate

Check: TypeAlias = Callable[[Any], Any]
"""Takes a value as it is given, and returns it as it is kept; raises Fault."""


def at(place: str | int, check: Check, value: object) -> Any:  # noqa: ANN401 - each has its type
    """Return a value of a list or of a mapping as it is kept; raises Fault, with its place."""
    try:
        return check(value)
    except Fault as fault:
        raise fault.below(place) from None


def whole(value: object, least: int = 0) -> int:
    """Take a whole number that is not below `least`; 10.0 is one, as in JSON, and True is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Fault(f"{value!r} is no whole number", remedy=_unquoted(value))
    if value < least:
        what = "negative" if value < 0 else "too small"
        raise Fault(f"{value!r} is {what}", remedy=f"write {least} or more, or leave the key out for no limit")
    return value


def from_one(value: object) -> int:
    """Take a whole number from 1."""
    return whole(value, 1)


def amount(value: object) -> float:
    """Take a number from 0: dollars, seconds."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault(f"{value!r} is no number", remedy=_unquoted(value))
    if not abs(value) <= sys.float_info.max:  # nor nan, nor an int that no float can hold
        raise Fault(f"{value!r} is no limit", remedy="leave the key out for no limit")
    if value < 0:
        raise Fault(f"{value!r} is negative", remedy="write 0 or more, or leave the key out for no limit")
    return value


def share(value: object) -> float:
    """Take a number above 0, up to 1."""
    number = amount(value)
    if not 0 < number <= 1:
        remedy = f"write {number / 100:g}" if 1 < number <= 100 else "write 0.8 for four fifths"  # noqa: PLR2004
        raise Fault(f"{value!r} is no share of a window: those are above 0, up to 1", remedy=remedy)
    return number


def text(value: object) -> str:
    """Take a text of one line."""
    if not isinstance(value, str):
        raise Fault(f"{value!r} is no text", remedy="write it in quotes")
    if not value.isprintable():
        raise Fault(f"{value!r} is more than a line of text")
    return value


def rate(value: object) -> str:
    """Take a rate, as text."""
    if not isinstance(value, str):
        raise Fault(f"{value!r} is no rate", remedy='write calls per window of time: "60/min", "5/10s", "100/h"')
    Rate.of(value)
    return value


def name(value: object) -> str:
    """Take a glob of names."""
    return NamePattern.of(value).shown  # type: ignore[arg-type] # it looks itself


def host(value: object) -> str:
    """Take a glob of hosts."""
    return NamePattern.of(require_host(value)).shown


def tool(value: object) -> str | dict[str, Any]:
    """Take a pattern of tool calls."""
    if isinstance(value, Mapping):
        ToolPattern.of(value)
        return {"tool": value["tool"], "arguments": plain(value["arguments"])}
    if not isinstance(value, str):
        raise Fault(f"{value!r} is no pattern", remedy="write a text, or {tool, arguments}")
    ToolPattern.of(value)
    return value


def listed(each: Check, *, least: int = 0) -> Check:
    """Return the check of a list, which is kept as a tuple; `least` items must be there."""

    def check(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise Fault(f"{value!r} is no list", remedy=f"write [{value!r}]" if isinstance(value, str) else "")
        if len(value) < least:
            raise Fault("the list is empty, which would let nothing through", remedy="leave the key out, or deny *")
        return tuple(at(number, each, item) for number, item in enumerate(value))

    return check


def mapped(key: Check, each: Check, *, least: int = 1) -> Check:
    """Return the check of a mapping, which is kept as a dict."""

    def check(value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Fault(f"{value!r} is no mapping", remedy="write a key and a value for each")
        if len(value) < least:
            raise Fault("the mapping is empty", remedy="leave the key out")
        return {at(str(one), key, one): at(str(one), each, inner) for one, inner in value.items()}

    return check


def either(kind: type | tuple[type, ...], one: Check, other: Check) -> Check:
    """Return the check of a value that may be written in two ways, told apart by its type."""
    return lambda value: one(value) if isinstance(value, kind) else other(value)


def one_of(*names: str) -> Check:
    """Return the check of a key that is one of these."""

    def check(value: object) -> str:
        if value not in names:
            remedy = f"the keys are {' and '.join(names)}"
            raise Fault(f"unknown key {value}{meant(str(value), names)}", remedy=remedy)
        return str(value)

    return check


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON as plain dicts and lists, so that nobody changes it behind our back."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def _unquoted(value: object) -> str:
    return f"write {value} without quotes" if isinstance(value, str) and value.strip().isdigit() else ""
