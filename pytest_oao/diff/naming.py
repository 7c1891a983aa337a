"""Lists whose items have names: tools and functions, which are compared by name, in whatever order they stand."""

from collections.abc import Sequence
from typing import TypeAlias

from pytest_oao.diff.paths import Path
from pytest_oao.model.jsontypes import JSON

UNORDERED = frozenset({"tools", "functions"})
"""Keys at the top of a model request whose lists have no order that means anything."""

Match: TypeAlias = tuple[int | None, int | None]
Matches: TypeAlias = list[Match]
"""Which item of the expected list stands for which of the actual one; None: it has no partner."""


def name_of(item: JSON) -> str:
    """Return the name of a tool, in the shapes of OpenAI, Anthropic and Bedrock, or the empty string."""
    if not isinstance(item, dict):
        return ""
    for holder in (item, item.get("function"), item.get("toolSpec")):
        name = holder.get("name") if isinstance(holder, dict) else None
        if isinstance(name, str):
            return name
    # Tools that a provider runs itself have a type and no name: `{"type": "web_search"}`.
    kind = item.get("type")
    return kind if isinstance(kind, str) and kind != "function" else ""


def by_name(path: Path, expected: Sequence[JSON], actual: Sequence[JSON]) -> Matches | None:
    """Pair the items of two lists at a path by name; None where the order counts or the names are no use."""
    return paired_by_name(expected, actual) if len(path) == 1 and path[0] in UNORDERED else None


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
