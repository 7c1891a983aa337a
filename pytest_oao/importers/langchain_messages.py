"""LangChain's messages, as its serialiser, its tracers and those of platforms write them → the neutral form's."""

from collections.abc import Iterable, Iterator

from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import json_text, record, records, text
from pytest_oao.providers.media_parts import blob, located, uri
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.stop_reasons import neutral_reason

_ROLES = {
    "human": "user",
    "ai": "assistant",
    "AIMessageChunk": "assistant",
    "HumanMessageChunk": "user",
    "SystemMessageChunk": "system",
    "ToolMessageChunk": "tool",
    "function": "tool",
    "developer": "system",
}
_CLASSES = {"HumanMessage": "user", "AIMessage": "assistant", "SystemMessage": "system", "ToolMessage": "tool"}
_TYPES = frozenset({"human", "ai", "system", "tool", "function", "chat", *(name for name in _ROLES if "Chunk" in name)})
_MEDIA = frozenset({"image", "audio", "video", "file"})
"""Blocks of LangChain's own, with data or an address in them."""
_ASKS = frozenset({"tool_use", "tool_call", "function_call"})
"""Blocks of a content that repeat what `tool_calls` says."""


def is_langchain(value: JSON) -> bool:
    """Whether a value is a list of LangChain's messages: a batch of one counts too."""
    messages = records(_unbatched(value))
    return bool(messages) and any(_is_message(one) for one in messages)


def _is_message(message: JSONObject) -> bool:
    if message.get("lc") or "additional_kwargs" in message:
        return True
    if "role" not in message and text(message.get("type")) in _TYPES and ("content" in message or "data" in message):
        return True
    calls = records(message.get("tool_calls"))
    return any("args" in call for call in calls) or _is_definition(message)


def _is_definition(message: JSONObject) -> bool:
    """Whether a message is none, but a tool's definition: Langfuse's handler puts them at the end of the messages."""
    content = record(message.get("content"))
    return message.get("role") == "tool" and ("function" in content or "input_schema" in content)


def conversation(value: JSON) -> tuple[tuple[JSONObject, ...], tuple[Message, ...]]:
    """Return the parts of the system prompt, and the messages after it."""
    told = [(_role(one), tuple(_parts(one))) for one in _messages(value) if not _is_definition(one)]
    system = tuple(part for role, parts in told if role == "system" for part in parts)
    return system, tuple(Message(role, parts) for role, parts in told if role != "system")


def definitions(value: JSON) -> list[JSONObject]:
    """Return the definitions of tools among the messages, as their provider writes them."""
    return [record(one.get("content")) for one in _messages(value) if _is_definition(one)]


def message_fields(value: JSON) -> JSONObject:
    """Return the fields of one message: its constructor's arguments, where it is serialised."""
    message = record(value)
    return record(message.get("kwargs")) if message.get("lc") else record(message.get("data")) or message


def returned(value: JSON) -> tuple[JSON, str]:
    """Return what a tool returned, and the id of its call: of a message its content, of all else itself and no id."""
    message = message_fields(value)
    if "tool_call_id" in message and "content" in message:
        return message["content"], text(message["tool_call_id"])
    return value, ""


def said(value: JSON) -> Message:
    """Return a message of the model."""
    message = record(value)
    fields = message_fields(message)
    told = record(fields.get("response_metadata"))
    reason = text(told.get("finish_reason")) or text(told.get("stop_reason"))
    return Message("assistant", tuple(_parts(message)), neutral_reason(reason))


def _unbatched(value: JSON) -> JSON:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], list) else value


def _messages(value: JSON) -> list[JSONObject]:
    return records(_unbatched(value))


def _role(message: JSONObject) -> str:
    fields = message_fields(message)
    path = message.get("id")
    name = path[-1] if message.get("lc") and isinstance(path, list) and path else ""
    kind = text(fields.get("type")) or text(message.get("type"))
    role = text(fields.get("role"))
    known = _CLASSES.get(text(name).removesuffix("Chunk"))
    return known or _ROLES.get(role, role) or _ROLES.get(kind, kind) or "user"


def _parts(message: JSONObject) -> Iterator[JSONObject]:
    fields = message_fields(message)
    if _role(message) == "tool":
        yield _result(fields)
        return
    asked = list(_tool_calls(fields))
    yield from _content(fields.get("content"), skip=_ASKS if asked else frozenset())
    yield from asked


def _result(fields: JSONObject) -> JSONObject:
    failed: JSONObject = {"is_error": True} if fields.get("status") == "error" else {}
    name: JSONObject = {"name": fields.get("name")} if text(fields.get("name")) else {}
    return {
        "type": "tool_call_response",
        "id": text(fields.get("tool_call_id")),
        "response": fields.get("content"),
        **name,
        **failed,
    }


def _content(content: JSON, skip: Iterable[str]) -> Iterator[JSONObject]:
    if isinstance(content, str):
        if content:
            yield {"type": "text", "content": content}
        return
    for block in content if isinstance(content, list) else []:
        if isinstance(block, str):
            yield {"type": "text", "content": block}
        elif isinstance(block, dict) and text(block.get("type")) not in skip:
            yield _block(block)


def _block(block: JSONObject) -> JSONObject:
    kind = text(block.get("type"))
    if kind in ("text", "output_text", "input_text"):
        return {"type": "text", "content": text(block.get("text"))}
    if kind in ("thinking", "reasoning"):
        return _reasoning(block)
    if kind == "tool_use":
        return {"type": "tool_call", "id": block.get("id"), "name": block.get("name"), "arguments": block.get("input")}
    if kind == "image_url":
        image = block.get("image_url")
        return located(text(image) or text(record(image).get("url")), "image")
    data = text(block.get("base64")) or text(block.get("data"))
    if kind in _MEDIA and (data or text(block.get("url"))):
        return blob(text(block.get("mime_type")), data) if data else uri(text(block.get("url")), kind)
    return {"type": kind or "unknown", "provider_part": block}


def _reasoning(block: JSONObject) -> JSONObject:
    summary = "".join(text(one.get("text")) for one in records(block.get("summary")))
    words = text(block.get("thinking")) or text(block.get("reasoning")) or text(block.get("text")) or summary
    signature: JSONObject = {"signature": block.get("signature")} if text(block.get("signature")) else {}
    return {"type": "reasoning", "content": words, **signature}


def _tool_calls(fields: JSONObject) -> Iterator[JSONObject]:
    """Yield the tools that a message asks for: as LangChain has them, and else as OpenAI wrote them."""
    calls = records(fields.get("tool_calls"))
    given = calls or records(record(fields.get("additional_kwargs")).get("tool_calls"))
    for call in given:
        function = record(call.get("function"))
        if function:
            raw = text(function.get("arguments"))
            name, arguments = function.get("name"), loads(raw)
        else:
            name, arguments = call.get("name"), call.get("args")
            raw = ""
        exact: JSONObject = {"arguments_raw": raw} if raw else {}
        yield {"type": "tool_call", "id": text(call.get("id")), "name": name, "arguments": arguments, **exact}
    for call in records(fields.get("invalid_tool_calls")):
        raw = json_text(call.get("args"))
        yield {
            "type": "tool_call",
            "id": text(call.get("id")),
            "name": call.get("name"),
            "arguments": loads(raw),
            "arguments_raw": raw,
        }
