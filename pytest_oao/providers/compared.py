"""What of a model request is compared where the two sides come from different recorders: the same, however it is said.

System prompts stand in one text, results of tools in messages of their own, wherever an API wants them; ids of tool
calls are numbered in the order in which they appear; what a model thought is left out, since no API asks for it back
the way it came. The keys are those that reports and people know: `model`, `system`, `messages`, `tools`.
"""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pytest_oao.model import apis
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import (
    EARLIER,
    MESSAGES,
    MODEL,
    PARAMETERS,
    RESPONSE_FORMAT,
    STRICTNESS,
    SYSTEM,
    TOOL_CHOICE,
    TOOLS,
)
from pytest_oao.providers.compared_messages import Telling, compared_messages
from pytest_oao.providers.fields import json_text, records
from pytest_oao.providers.neutral import MEDIA_TYPE, request_of
from pytest_oao.providers.payloads import loads

COMPARED = {
    "request": "all that the source carries: model, system prompt, messages, tools, parameters",
    "conversation": "the model's family, system prompt and messages, spaces aside",
    "turn": "the model's family, system prompt and the messages from the user's last one on, spaces aside",
    "skeleton": "the model's family, who speaks, and which tools are asked for",
    "next": "that a model is asked",
}
"""How much of two requests is compared, by its name: from all that there is to next to nothing."""
LEVELS = (*COMPARED,)

_DATE = re.compile(r"[-@](?:20\d{2}-?\d{2}-?\d{2}|latest|preview|\d{4})\Z")
_LEVELS = 60
"""Of a schema that are read: what stands deeper in one is compared as it is written."""
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
_NAMED = frozenset({"type", "name", "description"})
"""What is known of a tool of which little more than its name is known."""
_SHARED = _NAMED | {"parameters"}
"""What every API says of a function."""
_ASSUMED: dict[str, JSONObject] = {
    apis.CHAT: {"strict": False},
    apis.RESPONSES: {"strict": True},
    apis.MESSAGES: {"strict": False, apis.MESSAGES: {"type": "custom"}},
    apis.GEMINI: {"openapi": True},
}
"""What an API takes a function to be where nothing is said of it."""
_OPENAPI_TYPES = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"})
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
        form["messages"] = compared_messages(request.messages, self.level, Telling(frozenset(self.lacked), own))
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
                name: _as_json_schema(value)
                for name, value in request.extra.items()
                if self._is_asked(name) and (not partial or name in recorded.extra)
            }
        return form if TOOLS in self.lacked else form | {"tools": [*map(self._tool, request.tools)]}

    def _is_asked(self, name: str) -> bool:
        return name not in _UNASKED and _CHOICES.get(name) not in self.lacked

    def _tool(self, tool: JSONObject) -> JSON:
        """Return a definition, of another API what the recorded one has of it: some sources tell names alone."""
        recorded = next((one for one in self.recorded.tools if one.get("name") == tool.get("name")), tool)
        if STRICTNESS in self.lacked:
            tool = _made_strict(tool)
        if self._is_of_one_api and recorded.keys() - _NAMED:
            return _said_of(tool, _ASSUMED.get(self.live.api, {}))
        shared = _SHARED if tool.get("type") == "function" else tool.keys() - apis.TRANSLATED
        return _said_of({key: value for key, value in tool.items() if key in recorded and key in shared}, {})


def _said_of(tool: JSONObject, assumed: JSONObject) -> JSONObject:
    """Return a definition without what says nothing: nulls, an empty description, what the API assumes anyway."""
    nothing = {"description": ""} | assumed
    return {key: _as_json_schema(value) for key, value in tool.items() if value not in (None, nothing.get(key))}


def _as_json_schema(value: JSON, levels: int = _LEVELS) -> JSON:
    """Return what may hold a schema with its types in small letters: in Gemini's API they may stand in capitals."""
    if isinstance(value, list) and levels:
        return [_as_json_schema(one, levels - 1) for one in value]
    if not isinstance(value, dict) or not levels:
        return value
    told = {name: _as_json_schema(one, levels - 1) for name, one in value.items()}
    kind = told.get("type")
    return told | {"type": kind.lower()} if isinstance(kind, str) and kind in _OPENAPI_TYPES else told


def _made_strict(tool: JSONObject) -> JSONObject:
    """Return a function as OpenAI has it that does not say how strict it is: with a schema that leaves nothing open."""
    schema = tool.get("parameters")
    told: JSONObject = {"parameters": _closed(schema)} if isinstance(schema, dict) else {}
    return {name: item for name, item in tool.items() if name != "strict"} | told


def _closed(schema: JSON, levels: int = _LEVELS) -> JSON:
    if isinstance(schema, list) and levels:
        return [_closed(one, levels - 1) for one in schema]
    if not isinstance(schema, dict) or not levels:
        return schema
    closed = {name: _closed(one, levels - 1) for name, one in schema.items()}
    if not isinstance(named := schema.get("properties"), dict):
        return closed
    required: list[JSON] = [*sorted(named)]
    return {"additionalProperties": False} | closed | {"required": required}


def imported_request(call: Call) -> JSON:
    """Return what an imported call without bytes of its provider asks, as it is compared; None for any other call."""
    if call.body.media_type != MEDIA_TYPE:
        return None
    request = request_of(loads(call.body.data))
    form = Comparison(request, request).forms()[0]
    return form | {"messages": [_as_text(one) for one in records(form.get("messages"))]}


def _as_text(message: JSONObject) -> JSON:
    """Return a message with what a tool returned as the text that it was; parts that say something are said."""
    content = message.get("content")
    if message.get("role") != "tool" or (isinstance(content, str) and content) or _is_parts(content):
        return message
    return {**message, "content": json.dumps(content, ensure_ascii=False)}


def _is_parts(content: JSON) -> bool:
    parts = records(content)
    return bool(parts) and all("type" in part for part in parts) and any("content" in part for part in parts)


def first_level(lacked: Collection[str], truncated: Collection[str]) -> str:
    """Return the level at which a recorded request can be compared at most."""
    if MESSAGES in lacked:
        return "next"
    if MESSAGES in truncated:
        return "skeleton"
    return "turn" if EARLIER in lacked or EARLIER in truncated else "request"


def _joined(parts: Iterable[JSONObject]) -> str:
    return "\n".join(filter(None, (json_text(part.get("content", part.get("provider_part"))) for part in parts)))


def _spaced(said: str, level: str) -> str:
    return said if level == "request" else _SPACE.sub(" ", said).strip()
