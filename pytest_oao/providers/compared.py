"""What of a model request is compared where the two sides come from different recorders: the same, however it is said.

System prompts stand in one text, results of tools in messages of their own, wherever an API wants them; ids of tool
calls are numbered in the order in which they appear; what a model thought is left out, since no API asks for it back
the way it came. The keys are those that reports and people know: `model`, `system`, `messages`, `tools`.
"""

import json
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pytest_oao.model.apis import TRANSLATED
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import (
    EARLIER,
    MEDIA,
    MESSAGES,
    MODEL,
    PARAMETERS,
    RESPONSE_FORMAT,
    SYSTEM,
    TOOL_CHOICE,
    TOOLS,
)
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.neutral import MEDIA_TYPE, request_of
from pytest_oao.providers.payloads import loads

LEVELS = ("request", "conversation", "turn", "skeleton", "next")
"""How much of two requests is compared, from all that a source carries to nothing but that a model is asked."""

_DATE = re.compile(r"[-@](?:20\d{2}-?\d{2}-?\d{2}|latest|preview|\d{4})\Z")
_PARAMETER = "gen_ai.request."
_UNASKED = frozenset(
    {
        "stream_options",
        "stream",
        "tools",
        "messages",
        "system",
        "input",
        "instructions",
        "contents",
        "systemInstruction",
    }
)
"""What stands in `extra` and is compared elsewhere, or asks for nothing: how the answer is to come."""
_CHOICES = {
    "tool_choice": TOOL_CHOICE,
    "toolConfig": TOOL_CHOICE,
    "response_format": RESPONSE_FORMAT,
    "text": RESPONSE_FORMAT,
}
_MEDIA = frozenset({"blob", "file", "uri"})
_BESIDE = TRANSLATED | {"cache_control"}
_NAMED = frozenset({"type", "name", "description"})
"""What is known of a tool of which little more than its name is known."""
_ELSEWHERE = frozenset({"tool_call", "tool_call_response", "reasoning", "message"})
"""Parts that are no content: they stand beside it, or are not compared."""
_SPACE = re.compile(r"\s+")


def family(model: str) -> str:
    """Return a model's name without who serves it and without its date: `openai/gpt-4o-2024-08-06` is `gpt-4o`."""
    return _DATE.sub("", model.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a recorded request and a live one are compared."""

    recorded: ModelRequest
    live: ModelRequest
    level: str = LEVELS[0]
    lacked: Collection[str] = ()
    """What the source of the recorded one could not tell."""

    def forms(self) -> tuple[JSONObject, JSONObject]:
        """Return what is compared of the two."""
        return self._form(self.recorded), self._form(self.live)

    @property
    def _is_of_one_api(self) -> bool:
        return bool(self.recorded.api) and self.recorded.api == self.live.api

    def _form(self, request: ModelRequest) -> JSONObject:
        if self.level == "next":
            return {}
        form: JSONObject = {}
        if self.recorded.model:
            exact = self.level == "request" and MODEL not in self.lacked
            form["model"] = request.model.rpartition("/")[2] if exact else family(request.model)
        if SYSTEM not in self.lacked and self.level != "skeleton":
            form["system"] = _spaced(_joined(request.system), self.level)
        own = request.api if self._is_of_one_api else ""
        form["messages"] = _messages(request.messages, self.level, _Telling(frozenset(self.lacked), own))
        return form | self._settings(request) if self.level == "request" else form

    def _settings(self, request: ModelRequest) -> JSONObject:
        """Return parameters and tools: of a source that may leave some out, those that it has."""
        partial, recorded = PARAMETERS in self.lacked, self.recorded
        form: JSONObject = {
            name.removeprefix(_PARAMETER): value
            for name, value in request.parameters.items()
            if not partial or name in recorded.parameters
        }
        if self._is_of_one_api:
            form |= {
                name: value
                for name, value in request.extra.items()
                if self._is_asked(name) and (not partial or name in recorded.extra)
            }
        return form if TOOLS in self.lacked else form | {"tools": [*map(self._tool, request.tools)]}

    def _is_asked(self, name: str) -> bool:
        return name not in _UNASKED and _CHOICES.get(name) not in self.lacked

    def _tool(self, tool: JSONObject) -> JSON:
        """Return a definition, of another API what the recorded one has of it: some sources tell names alone."""
        recorded = next((one for one in self.recorded.tools if one.get("name") == tool.get("name")), tool)
        if self._is_of_one_api and recorded.keys() - _NAMED:
            return tool
        return {key: value for key, value in tool.items() if key in recorded and key not in TRANSLATED}


def imported_request(call: Call) -> JSON:
    """Return what an imported call without bytes of its provider asks, as it is compared; None for any other call."""
    if call.body.media_type != MEDIA_TYPE:
        return None
    request = request_of(loads(call.body.data))
    form = Comparison(request, request).forms()[0]
    return form | {"messages": [_as_text(one) for one in records(form.get("messages"))]}


def _as_text(message: JSONObject) -> JSON:
    """Return a message with what a tool returned as the text that it was."""
    content = message.get("content")
    shown = json.dumps(content, ensure_ascii=False) if isinstance(content, dict | int | float) else content
    return {**message, "content": shown} if message.get("role") == "tool" else message


def first_level(lacked: Collection[str], truncated: Collection[str]) -> str:
    """Return the level at which a recorded request can be compared at most."""
    if MESSAGES in lacked:
        return "next"
    if MESSAGES in truncated:
        return "skeleton"
    return "turn" if EARLIER in lacked or EARLIER in truncated else "request"


class _Telling(NamedTuple):
    """What messages can tell."""

    lacked: frozenset[str]
    own: str
    """The API that both are of: what only that one says is compared, too; empty where they are of two."""


def _messages(messages: Iterable[Message], level: str, telling: _Telling) -> list[JSON]:
    names = _Names()
    said: list[JSONObject] = []
    for message in messages:
        for one in _said(message, names, telling):
            _add(said, one, level)
    if level == "turn":
        said = _last_turn(said)
    return [_bones(one) for one in said] if level == "skeleton" else [*said]


class _Names:
    """The ids of tool calls, numbered as they appear; results without an id answer calls without one."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._waiting: deque[str] = deque()

    def asked(self, name: JSON) -> str:
        """Return the number of a tool call that is asked for."""
        if isinstance(name, str) and name:
            return self._numbered(name)
        self._waiting.append(self._numbered(f"\0{len(self._numbers)}"))
        return self._waiting[-1]

    def answered(self, name: JSON) -> str:
        """Return the number of the tool call that a result answers."""
        if isinstance(name, str) and name:
            return self._numbered(name)
        return self._waiting.popleft() if self._waiting else self._numbered(f"\0{len(self._numbers)}")

    def _numbered(self, key: str) -> str:
        return self._numbers.setdefault(key, f"call {len(self._numbers) + 1}")


def _said(message: Message, names: _Names, telling: _Telling) -> Iterator[JSONObject]:
    """Yield a message: results of tools as messages of their own, then what is said, then the tools asked for."""
    parts = records(list(message.parts))
    for part in parts:
        if part.get("type") == "tool_call_response":
            told = part.get("response", part.get("result"))
            failed: JSONObject = {"is_error": True} if telling.own and part.get("is_error") is True else {}
            yield {"role": "tool", "tool_call_id": names.answered(part.get("id")), "content": _result(told), **failed}
    content = [_content(part, telling) for part in parts if _is_said(part)]
    asked: list[JSON] = [_asked(part, names) for part in parts if part.get("type") == "tool_call"]
    if content or asked:
        role = "user" if message.role == "tool" else message.role
        named = _speaker(parts) if telling.own else {}
        yield {"role": role, **named, "content": _flat(content), **({"tool_calls": asked} if asked else {})}


def _speaker(parts: Iterable[JSONObject]) -> JSONObject:
    """Return the name that a message gives to who says it."""
    held = (record(part.get("provider_part")) for part in parts if part.get("type") == "message")
    name = next((text(fields.get("name")) for fields in held if fields.get("name")), "")
    return {"name": name} if name else {}


def _is_said(part: JSONObject) -> bool:
    kind = part.get("type")
    return kind not in _ELSEWHERE and (kind != "text" or bool(part.get("content")))


def _content(part: JSONObject, telling: _Telling) -> JSON:
    if part.get("type") == "text":
        return text(part.get("content"))
    if text(part.get("type")) in _MEDIA and MEDIA in telling.lacked:
        return {"type": "media"}
    held = part.get("provider_part")
    if isinstance(held, dict):
        return held
    return {key: value for key, value in part.items() if key not in _BESIDE or (key == telling.own and value)}


def _flat(content: list[JSON]) -> JSON:
    """Return text alone as one text."""
    if all(isinstance(piece, str) for piece in content):
        return "".join(piece for piece in content if isinstance(piece, str))
    return content


def _asked(part: JSONObject, names: _Names) -> JSON:
    return {"id": names.asked(part.get("id")), "name": part.get("name"), "arguments": _value(part.get("arguments"))}


def _value(value: JSON) -> JSON:
    """Return what a result or an argument says: JSON in a text as JSON, a list of texts as one text."""
    if isinstance(value, list) and value and all(part.get("type") == "text" for part in _objects(value)):
        value = "".join(text(part.get("text", part.get("content"))) for part in _objects(value))
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        found = loads(value)
        if found is None:
            break
        value = found
    return value


def _result(told: JSON) -> JSON:
    """Return what a tool returned, without what Gemini's SDK wraps around what is no object."""
    value = _value(told)
    return _value(value["result"]) if isinstance(value, dict) and value.keys() == {"result"} else value


def _objects(value: list[JSON]) -> list[Mapping[str, JSON]]:
    return [item if isinstance(item, dict) else {} for item in value]


def _add(said: list[JSONObject], one: JSONObject, level: str) -> None:
    """Add a message, to the one before where the same one goes on."""
    content = one.get("content")
    if isinstance(content, str) and level != "request":
        one = {**one, "content": _SPACE.sub(" ", content).strip()}
    last = said[-1] if said else {}
    if one["role"] != "tool" and last.get("role") == one["role"] and "tool_calls" not in last:
        said[-1] = {**last, **one, "content": _both(last.get("content"), one.get("content"))}
    else:
        said.append(one)


def _both(one: JSON, other: JSON) -> JSON:
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}\n{other}" if one and other else one or other
    return [*(one if isinstance(one, list) else [one]), *(other if isinstance(other, list) else [other])]


def _last_turn(said: list[JSONObject]) -> list[JSONObject]:
    """Return the messages from the user's last one on."""
    last = max((at for at, one in enumerate(said) if one["role"] == "user"), default=0)
    return said[last:]


def _bones(one: JSONObject) -> JSON:
    """Return who says a message, and the names of the tools that it asks for."""
    asked = [call.get("name") for call in records(one.get("tool_calls"))]
    return {"role": one["role"], **({"tool_calls": asked} if asked else {})}


def _joined(parts: Iterable[JSONObject]) -> str:
    return "\n".join(text(part.get("content")) for part in parts if part.get("content"))


def _spaced(said: str, level: str) -> str:
    return said if level == "request" else _SPACE.sub(" ", said).strip()
