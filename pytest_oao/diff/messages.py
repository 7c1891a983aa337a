"""What a model request says, whichever API it is for: its messages, who says them, the tools that answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from pytest_oao.diff.sameness import Absent
from pytest_oao.model.jsontypes import JSON

LISTS = frozenset({"messages", "input", "contents"})
"""Keys at the top of a request that hold its messages: OpenAI and Anthropic, OpenAI's Responses, Gemini."""
SYSTEM = frozenset({"system", "instructions", "systemInstruction", "system_instruction"})
"""Keys at the top that hold the system prompt."""
SYSTEM_ROLES = frozenset({"system", "developer"})

_OTHERS = frozenset({"user", "tool", "function"})
"""Who speaks to a model."""
_RESULTS = frozenset({"tool_result", "function_call_output", "custom_tool_call_output"})
_PARTS = 100
"""Parts of a message among which a tool's result is looked for."""
_LEVELS = 5
"""Levels of a message in which text is looked for: message, parts, result, its parts, text."""
_IDS = ("tool_call_id", "tool_use_id", "call_id", "id")

_TEXTS = ("content", "text", "output", "parts")


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered, as a message or a part of one: the id and the name of the tool call."""

    id: str
    name: str


def role(message: JSON | Absent) -> str:
    """Return who says a message: `user`, `assistant`, `tool`, …, or the empty string."""
    if not isinstance(message, dict):
        return ""
    if message.get("type") in _RESULTS or _result_part(message):
        return "tool"
    said = message.get("role")
    return said if isinstance(said, str) else ""


def tool_result(message: JSON | Absent, request: JSON) -> ToolResult | None:
    """Return which tool call a message answers, the first one of several; None for other messages."""
    if not isinstance(message, dict) or role(message) not in ("tool", "function"):
        return None
    part = _result_part(message) or message
    known = next((value for key in _IDS if isinstance(value := part.get(key), str)), "")
    name = message.get("name")
    return ToolResult(known, name if isinstance(name, str) else _tool_name(known, request))


def said(message: JSON) -> str:
    """Return the text of a message: of its parts, those that are text, one to a line."""
    return "\n".join(_texts(message, _LEVELS))


def latest(request: JSON) -> Iterator[tuple[str, str]]:
    """Yield what a request says after the model's last word: the tool's name, empty for a user, and the text."""
    for message in _after_the_model(request):
        content = message.get("content") if isinstance(message, dict) and _result_part(message) else None
        for part in content if isinstance(content, list) else [message]:
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


def _result_part(message: dict[str, JSON]) -> dict[str, JSON] | None:
    content = message.get("content")
    parts = content[:_PARTS] if isinstance(content, list) else []
    return next((part for part in parts if isinstance(part, dict) and part.get("type") in _RESULTS), None)


def _tool_name(call_id: str, request: JSON) -> str:
    return next((name for known, name in _tool_calls(request) if known == call_id), "") if call_id else ""


def _tool_calls(request: JSON) -> Iterator[tuple[str, str]]:
    """Yield (id, tool name) of each tool call in a request."""
    for part in _parts(request):
        function = part.get("function")
        name = function.get("name") if isinstance(function, dict) else part.get("name")
        for key in ("call_id", "id"):
            if isinstance(known := part.get(key), str) and isinstance(name, str):
                yield known, name


def _parts(request: JSON) -> Iterator[dict[str, JSON]]:
    """Yield the messages of a request, their content parts, and their tool calls."""
    lists = [request.get(key) for key in LISTS] if isinstance(request, dict) else []
    for message in (item for found in lists if isinstance(found, list) for item in found):
        if isinstance(message, dict):
            yield message
            for key in ("tool_calls", "content"):
                inner = message.get(key)
                yield from (part for part in (inner if isinstance(inner, list) else []) if isinstance(part, dict))
