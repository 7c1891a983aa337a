"""What a model request says, whichever API it is for: its messages, who says them, the tools that answered."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from pytest_oao.diff.ids import ID_KEYS
from pytest_oao.diff.sameness import Absent
from pytest_oao.model.jsontypes import JSON

LISTS = frozenset({"messages", "input", "contents"})
"""Keys at the top of a request that hold its messages: OpenAI, Anthropic and Bedrock, OpenAI's Responses, Gemini."""
SYSTEM = frozenset({"system", "instructions", "systemInstruction", "system_instruction"})
"""Keys at the top that hold the system prompt."""
SYSTEM_ROLES = ("system", "developer")

_OTHERS = frozenset({"user", "tool", "function"})
"""Who speaks to a model."""
_RESULTS = ("tool_result", "function_call_output", "custom_tool_call_output")
_RESULT_KEYS = ("toolResult", "functionResponse", "function_response")
"""Keys of a part that hold a tool's result: Bedrock, Gemini."""
_CALL_KEYS = ("function", "toolUse", "functionCall", "function_call")
"""Keys of a part or a message that hold a tool call: OpenAI, Bedrock, Gemini."""
_HOLDERS = ("content", "parts")
"""Keys of a message that hold its parts."""
_PARTS = 100
"""Parts of a message among which a tool's result is looked for."""
_LEVELS = 7
"""Levels of a message in which text is looked for: message, parts, part, result, its parts, part, text."""

_TEXTS = ("content", "text", "output", "parts", *_RESULT_KEYS, "document", "data")
"""Keys of what is said, of which Cohere says `document` and `data`."""
_DATA = ("response", "json")
"""Keys of what a tool answered as data: Gemini, Bedrock."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered, as a message or a part of one: the id and the name of the tool call."""

    id: str
    name: str


def role(message: JSON | Absent) -> str:
    """Return who says a message: `user`, `assistant`, `tool`, …, or the empty string."""
    if not isinstance(message, dict):
        return ""
    if _is_result(message) or _results(message):
        return "tool"
    said = message.get("role")
    return said if isinstance(said, str) else ""


def tool_result(message: JSON | Absent, request: JSON) -> ToolResult | None:
    """Return which tool call a message answers, the first one of several; None for other messages."""
    if not isinstance(message, dict) or role(message) not in ("tool", "function"):
        return None
    part = next(iter(_results(message)), message)
    held = _held(part, _RESULT_KEYS)
    known = next((value for key in ID_KEYS if isinstance(value := held.get(key), str)), "")
    name = next((value for one in (message, held) if isinstance(value := one.get("name"), str)), None)
    return ToolResult(known, _tool_name(known, request) if name is None else name)


def said(message: JSON) -> str:
    """Return the text of a message: of its parts, those that are text, one to a line."""
    return "\n".join(_texts(message, _LEVELS))


def latest(request: JSON) -> Iterator[tuple[str, str]]:
    """Yield what a request says after the model's last word: the tool's name, empty for a user, and the text."""
    for message in _after_the_model(request):
        for part in _parts_of(message) if isinstance(message, dict) and _results(message) else [message]:
            result = tool_result(part, request)
            if text := said(part):
                yield (result.name or "tool") if result else "", text


def _after_the_model(request: JSON) -> list[JSON]:
    """Return the messages at a request's end that are no model's; the last one where it is a model's or a system's."""
    found = [request.get(key) for key in LISTS] if isinstance(request, dict) else []
    messages: list[JSON] = next((item if isinstance(item, list) else [item] for item in found if item), [])
    theirs = takewhile(lambda message: isinstance(message, str) or role(message) in _OTHERS, reversed(messages))
    return list(theirs)[::-1] or messages[-1:]


def _texts(value: JSON, levels: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and levels:
        for part in value[:_PARTS]:
            yield from _texts(part, levels - 1)
    elif isinstance(value, dict) and levels:
        yield from _texts(next((value[key] for key in _TEXTS if value.get(key)), None), levels - 1)
        yield from (_shown(value[key]) for key in _DATA if isinstance(value.get(key), dict))


def _shown(data: JSON) -> str:
    """Return data as text: of an object with one text alone, that one (`{"result": "Grey."}`)."""
    alone = list(data.values()) if isinstance(data, dict) else []
    if len(alone) == 1 and isinstance(alone[0], str):
        return alone[0]
    try:
        return json.dumps(data, ensure_ascii=False)
    except RecursionError:  # nested too deep to be written out, though it could be read
        return ""


def _parts_of(message: dict[str, JSON]) -> list[JSON]:
    """Return the parts of a message."""
    found = (message.get(key) for key in _HOLDERS)
    return next((parts for parts in found if isinstance(parts, list)), [])


def _results(message: dict[str, JSON]) -> list[dict[str, JSON]]:
    """Return the parts of a message that are results of tools."""
    parts = (part for part in _parts_of(message)[:_PARTS] if isinstance(part, dict))
    return [part for part in parts if _is_result(part)]


def _is_result(part: dict[str, JSON]) -> bool:
    return part.get("type") in _RESULTS or _held(part, _RESULT_KEYS) is not part


def _held(part: dict[str, JSON], keys: Sequence[str]) -> dict[str, JSON]:
    """Return what a part holds under one of the keys, the part itself where it has none of them."""
    return next((inner for key in keys if isinstance(inner := part.get(key), dict)), part)


def _tool_name(call_id: str, request: JSON) -> str:
    return next((name for known, name in _tool_calls(request) if known == call_id), "") if call_id else ""


def _tool_calls(request: JSON) -> Iterator[tuple[str, str]]:
    """Yield (id, tool name) of each tool call in a request."""
    for part in _parts(request):
        held = _held(part, _CALL_KEYS)
        name = held.get("name")
        for known in (part.get("call_id"), part.get("id"), held.get("toolUseId"), held.get("id")):
            if isinstance(known, str) and isinstance(name, str):
                yield known, name


def _parts(request: JSON) -> Iterator[dict[str, JSON]]:
    """Yield the messages of a request, their content parts, and their tool calls."""
    lists = [request.get(key) for key in LISTS] if isinstance(request, dict) else []
    for message in (item for found in lists if isinstance(found, list) for item in found):
        if isinstance(message, dict):
            yield message
            for key in ("tool_calls", *_HOLDERS):
                inner = message.get(key)
                yield from (part for part in (inner if isinstance(inner, list) else []) if isinstance(part, dict))
