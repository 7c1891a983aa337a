"""Lists whose items have names: tools and functions, which are compared by name, in whatever order they stand."""

from collections.abc import Sequence
from typing import TypeAlias

from pytest_oao.diff.paths import Path
from pytest_oao.model.jsontypes import JSON

_TOOLS = frozenset({"tools", "functions"})
"""Keys at the top of a model request whose lists have no order that means anything."""
_BEDROCK = ("toolConfig", "tools")
_DECLARED = frozenset({"functionDeclarations", "function_declarations"})
"""Keys of a tool of Gemini's that hold the functions."""
_DECLARATIONS = 3
"""Steps to the functions of a tool."""

Match: TypeAlias = tuple[int | None, int | None]
Matches: TypeAlias = list[Match]
"""Which item of the expected list stands for which of the actual one; None: it has no partner."""


def name_of(item: JSON) -> str:
    """Return the name of a tool, in the shapes of OpenAI, Anthropic, Bedrock and Gemini, or the empty string."""
    if not isinstance(item, dict):
        return ""
    for holder in (item, item.get("function"), item.get("toolSpec")):
        name = holder.get("name") if isinstance(holder, dict) else None
        if isinstance(name, str):
            return name
    # Tools that a provider runs itself have a type and no name: `{"type": "web_search"}`, `{"googleSearch": {}}`.
    kind = item.get("type")
    if isinstance(kind, str):
        return kind if kind != "function" else ""
    alone = [key for key, value in item.items() if isinstance(value, dict | list)]
    return alone[0] if len(item) == len(alone) == 1 else ""


def tool_list(path: Path) -> int:
    """Return how many steps of a path lead to the list of tools that it is in, or is; 0 where it is in none."""
    if path[:2] == _BEDROCK:
        return 2
    if not path or path[0] not in _TOOLS:
        return 0
    return _DECLARATIONS if len(path) >= _DECLARATIONS and path[2] in _DECLARED else 1


def by_name(path: Path, expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches | None:
    """Pair the items of two lists at a path by name; None where the order counts or the names are no use."""
    return paired_by_name(expected, actual) if path and len(path) == tool_list(path) else None


def paired_by_name(expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches | None:
    """Pair by name, in the order of `expected`, added items last; None where a name is missing or not unique."""
    places = {name_of(item): index for index, item in enumerate(actual)}
    known = {name_of(item) for item in expected}
    if "" in places or "" in known or len(places) < len(actual) or len(known) < len(expected):
        return None
    matches: Matches = [(index, places.get(name_of(item))) for index, item in enumerate(expected)]
    return matches + [(None, index) for name, index in places.items() if name not in known]


def reordered(matches: Matches) -> bool:
    """Whether the partners stand in another order than the items they belong to."""
    partners = [actual for expected, actual in matches if expected is not None and actual is not None]
    return partners != sorted(partners)
