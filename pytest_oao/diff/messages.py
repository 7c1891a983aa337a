"""What a model request says, whichever API it is for: its messages, who says them, the tools that answered."""

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_oao.diff.sameness import Absent
from pytest_oao.model.jsontypes import JSON

LISTS = frozenset({"messages", "input", "contents"})
"""Keys at the top of a request that hold its messages: OpenAI and Anthropic, OpenAI's Responses, Gemini."""
SYSTEM = frozenset({"system", "instructions", "systemInstruction", "system_instruction"})
"""Keys at the top that hold the system prompt."""
SYSTEM_ROLES = frozenset({"system", "developer"})

_RESULTS = frozenset({"tool_result", "function_call_output", "custom_tool_call_output"})
_IDS = ("tool_call_id", "tool_use_id", "call_id", "id")


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


def _result_part(message: dict[str, JSON]) -> dict[str, JSON] | None:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
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
