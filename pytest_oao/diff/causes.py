"""The likely cause of a difference, in one sentence."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeAlias

from pytest_oao.diff.ids import ID_KEYS
from pytest_oao.diff.messages import LISTS, SYSTEM, SYSTEM_ROLES, ToolResult, role, tool_result
from pytest_oao.diff.naming import name_of, tool_list
from pytest_oao.diff.paths import Path, named, value_at
from pytest_oao.diff.sameness import Absent
from pytest_oao.diff.walk import Difference
from pytest_oao.diff.words import first_line
from pytest_oao.model.attributes import CALL_ID, TOOL_NAME
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import AGENT

_TOLD = 2
"""Causes that one sentence names."""
_LONGEST = 40
"""Characters of a value that a sentence quotes."""
_ITEM = 2
"""Keys in the path of an item of a list at the top: the list, the index."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a cause is looked for."""

    found: Sequence[Difference]
    expected: JSON
    actual: JSON
    before: Sequence[Exchange]


Rule: TypeAlias = Callable[[Situation], str]


def likely_cause(found: Sequence[Difference], expected: JSON, actual: JSON, before: Sequence[Exchange]) -> str:
    """Say what most likely made the requests differ; the empty string when nothing differs."""
    situation = Situation(found, expected, actual, before)
    causes = [cause for rule in _RULES if (cause := rule(situation))]
    return "; ".join(causes[:_TOLD])


def _model(situation: Situation) -> str:
    for one in situation.found:
        if one.path == ("model",) and one.kind == "changed":
            return f"model changed from {_brief(one.expected)} to {_brief(one.actual)}"
    return ""


def _system_prompt(situation: Situation) -> str:
    for one in situation.found:
        if _is_system(one, situation):
            if isinstance(one.expected, str) and isinstance(one.actual, str):
                return f"system prompt changed at line {first_line(one.expected, one.actual)}"
            return "system prompt changed" if one.kind == "changed" else f"system prompt was {one.kind}"
    return ""


def _is_system(one: Difference, situation: Situation) -> bool:
    if one.path and one.path[0] in SYSTEM:
        return True
    if len(one.path) > _ITEM and "content" not in one.path:
        return False
    message = _message(one, situation)
    return isinstance(message, dict) and message.get("role") in SYSTEM_ROLES


def _message(one: Difference, situation: Situation) -> JSON:
    """Return the message that a difference is in: the recorded one, or the one that was added."""
    if len(one.path) < _ITEM or one.path[0] not in LISTS:
        return None
    return _item(situation.actual if one.kind == "added" and len(one.path) == _ITEM else situation.expected, one.path)


def _item(request: JSON, path: Path) -> JSON:
    """Return the item of a list at the top that a path leads to or into."""
    return value_at(request, path[:_ITEM])


def _tools(situation: Situation) -> str:
    found = [one for one in situation.found if tool_list(one.path)]
    phrases = list(dict.fromkeys(_tool(one, situation) for one in found))
    more = f" and {len(phrases) - _TOLD} more changes of tools" if len(phrases) > _TOLD else ""
    return ", ".join(phrases[:_TOLD]) + more


def _tool(one: Difference, situation: Situation) -> str:
    item = tool_list(one.path) + 1
    if len(one.path) < item:
        return f"{one.path[-1]} were {one.kind}"
    if one.kind == "moved":
        return "tool order changed"
    whole = len(one.path) == item
    name = name_of(value_at(situation.actual if one.kind == "added" and whole else situation.expected, one.path[:item]))
    if whole and one.kind != "changed":
        return f"tool `{name}` was {one.kind}"
    return f"the {'description' if one.path[-1] == 'description' else 'schema'} of tool `{name}` changed"


def _conversation(situation: Situation) -> str:
    first = next((one for one in situation.found if _is_said(one, situation)), None)
    if first is None:
        return ""
    if len(first.path) < _ITEM:
        return f"{first.path[0]} {_verb(first)}"
    if len(first.path) == _ITEM and first.kind != "changed":
        return _whole(first, situation)
    return _inside(first, situation)


def _is_said(one: Difference, situation: Situation) -> bool:
    """Whether a difference is in the conversation, the system prompt apart."""
    return bool(one.path) and one.path[0] in LISTS and not _is_system(one, situation)


def _whole(first: Difference, situation: Situation) -> str:
    """Say that messages were inserted, left out or moved."""
    run = sum(1 for one in situation.found if _is_like(one, first) and _is_said(one, situation))
    said = role(_message(first, situation))
    what = f"a {said} message was".replace("a  ", "a ").replace("a a", "an a") if run == 1 else f"{run:,} messages were"
    at = named(first.path)
    if first.kind == "moved":
        return f"{at} moved"
    if first.kind == "removed":
        return f"{what} left out, from {at} on" if run > 1 else f"{what} left out: {at}"
    key, place = first.path[0], first.place or 0
    after = _item(situation.expected, (key, place))
    return f"{what} added at the end of {key}" if after is None else f"{what} inserted before {key}[{place}]"


def _is_like(one: Difference, first: Difference) -> bool:
    return len(one.path) == _ITEM and one.place == first.place and one.kind == first.kind


def _inside(first: Difference, situation: Situation) -> str:
    """Say what changed in a message."""
    message = _message(first, situation)
    at = named(first.path[:_ITEM])
    result = tool_result(message, situation.expected)
    if result and first.path[-1] in ID_KEYS:
        return f"{at} (tool result) is told to another call"
    if result:
        return f"{at} (tool result) differs: {_answered(result, first.path, situation)}"
    said = role(message)
    line = ""
    if isinstance(first.expected, str) and isinstance(first.actual, str) and "\n" in first.expected + first.actual:
        line = f" at line {first_line(first.expected, first.actual)}"
    return f"{at} ({said} message) changed{line}" if said else f"{at} changed{line}"


def _answered(result: ToolResult, path: Path, situation: Situation) -> str:
    """Say which call gave a tool result, and who made it another one: what the record answered, the agent changed."""
    exchange = _call_of(result, path, situation)
    if exchange is None:
        return f"tool `{result.name}` returned something else" if result.name else "the tool returned something else"
    call = f"call #{exchange.seq} `{result.name or exchange.call.attributes.get(TOOL_NAME)}`"
    ran = exchange.call.kind == AGENT
    return (
        f"{call} returned something else" if ran else f"{call} was answered as recorded, the agent sends something else"
    )


def _call_of(result: ToolResult, path: Path, situation: Situation) -> Exchange | None:
    """Return the call that gave a tool result: by its id, else of its tool, whose last call gave the last result."""
    asked = [one for one in situation.before if result.id and one.call.attributes.get(CALL_ID) == result.id]
    if asked:
        return asked[-1]
    named = [one for one in situation.before if result.name and one.call.attributes.get(TOOL_NAME) == result.name]
    later = value_at(situation.expected, path[:1])
    messages = later[int(path[1]) + 1 :] if isinstance(later, list) else []
    told = (tool_result(message, situation.expected) for message in messages)
    after = sum(1 for one in told if one is not None and one.name == result.name)
    return sorted(named, key=attrgetter("seq"))[-1 - after] if after < len(named) else None


def _setting(situation: Situation) -> str:
    """Say which other field changed: a parameter, a tool's argument."""
    known = LISTS | SYSTEM | {"model"}
    one = next(
        (one for one in situation.found if not one.path or (one.path[0] not in known and not tool_list(one.path))),
        None,
    )
    if one is None:
        return ""
    name = named(one.path) or "the request"
    if one.kind == "changed" and _told(one.expected) and _told(one.actual):
        return f"{name} changed from {_brief(one.expected)} to {_brief(one.actual)}"
    return f"{name} {_verb(one)}"


def _verb(one: Difference) -> str:
    return {"changed": "changed", "added": "was added", "removed": "was left out", "moved": "moved"}[one.kind]


def _told(value: JSON | Absent) -> bool:
    return not isinstance(value, dict | list | Absent) and len(_brief(value)) <= _LONGEST


def _brief(value: JSON | Absent) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)


_RULES: tuple[Rule, ...] = (_model, _system_prompt, _tools, _conversation, _setting)
