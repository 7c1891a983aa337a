"""What of a conversation is compared: who says what, whichever API it is written for."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pytest_oao.model.apis import TRANSLATED
from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import MEDIA
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.native_parts import UNREAD, of_type
from pytest_oao.providers.payloads import unwrapped

_MEDIA = frozenset({"blob", "file", "uri"})
_BESIDE = TRANSLATED | {"cache_control"}
_ELSEWHERE = ("tool_call", "tool_call_response", "reasoning", "message")
"""Parts that are no content: they stand beside it, or are not compared."""
_SPACE = re.compile(r"\s+")


class Telling(NamedTuple):
    """What messages can tell."""

    lacked: frozenset[str]
    own: str
    """The API that both are of: what only that one says is compared, too; empty where they are of two."""


def compared_messages(messages: Iterable[Message], level: str, telling: Telling) -> list[JSON]:
    """Return what is compared of messages: results of tools as messages of their own, ids by their numbers."""
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


def _said(message: Message, names: _Names, telling: Telling) -> Iterator[JSONObject]:
    """Yield a message: results of tools as messages of their own, then what is said, then the tools asked for."""
    parts = records(list(message.parts))
    for part in parts:
        if part.get("type") == "tool_call_response":
            told = part.get("response", part.get("result"))
            failed: JSONObject = {"is_error": True} if telling.own and part.get("is_error") is True else {}
            yield {"role": "tool", "tool_call_id": names.answered(part.get("id")), "content": _result(told), **failed}
    said = [part for part in parts if _is_said(part)]
    content = [_content(part, telling) for part in said]
    asked: list[JSON] = [_asked(part, names) for part in parts if part.get("type") == "tool_call"]
    if content or asked:
        role = "user" if message.role == "tool" else message.role
        named = _speaker(parts) if telling.own else {}
        yield {"role": role, **named, "content": _flat(content, said), **({"tool_calls": asked} if asked else {})}


def _speaker(parts: Iterable[JSONObject]) -> JSONObject:
    """Return the name that a message gives to who says it."""
    held = (record(part.get("provider_part")) for part in parts if part.get("type") == "message")
    name = next((text(fields.get("name")) for fields in held if fields.get("name")), "")
    return {"name": name} if name else {}


def _is_said(part: JSONObject) -> bool:
    kind = part.get("type")
    return kind not in _ELSEWHERE and (kind != "text" or bool(part.get("content")))


def _content(part: JSONObject, telling: Telling) -> JSON:
    if part.get("type") == "text":
        return text(part.get("content"))
    if text(part.get("type")) in _MEDIA and MEDIA in telling.lacked:
        return {"type": "media"}
    held = part.get("provider_part")
    if held is not None:
        return held
    return {key: value for key, value in part.items() if key not in _BESIDE or (key == telling.own and value)}


def _flat(content: list[JSON], said: Iterable[JSONObject]) -> JSON:
    """Return text alone as one text, and a whole content that its API does not have as it is."""
    if of_type(said, UNREAD):
        return content[0]
    if all(isinstance(piece, str) for piece in content):
        return "".join(piece for piece in content if isinstance(piece, str))
    return content


def _asked(part: JSONObject, names: _Names) -> JSON:
    return {"id": names.asked(part.get("id")), "name": part.get("name"), "arguments": _value(part.get("arguments"))}


def _value(value: JSON) -> JSON:
    """Return what a result or an argument says: JSON in a text as JSON, a list of texts as one text."""
    if isinstance(value, list) and value and all(part.get("type") == "text" for part in _objects(value)):
        value = "".join(text(part.get("text", part.get("content"))) for part in _objects(value))
    return unwrapped(value)


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
