"""The AI SDK's prompts, tools and tool calls → the neutral form's."""

from collections.abc import Iterator

from pytest_oao.importers.spans import decoded
from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.media_parts import blob, uri
from pytest_oao.providers.tool_arguments import told_arguments


def conversation(value: JSON) -> tuple[tuple[JSONObject, ...], tuple[Message, ...]]:
    """Return the parts of the system prompt, and the messages; of `{"system", "prompt", "messages"}` too."""
    if isinstance(value, dict):
        return _of_call(value)
    given = [(text(one.get("role")), tuple(_parts(one.get("content")))) for one in records(value)]
    system = tuple(part for role, parts in given if role == "system" for part in parts)
    return system, tuple(Message(role, parts) for role, parts in given if role != "system")


def _of_call(value: JSONObject) -> tuple[tuple[JSONObject, ...], tuple[Message, ...]]:
    system, messages = conversation(value.get("messages"))
    first = tuple(_parts(value.get("system")))
    asked = value.get("prompt")
    if isinstance(asked, list):
        more, messages = conversation(asked)
        return (*first, *more), messages
    said = (Message("user", tuple(_parts(asked))),) if asked else ()
    return (*first, *system), (*said, *messages)


def _parts(content: JSON) -> Iterator[JSONObject]:
    if isinstance(content, str):
        if content:
            yield {"type": "text", "content": content}
        return
    for part in records(content):
        yield _part(part)


def _part(part: JSONObject) -> JSONObject:
    kind = text(part.get("type"))
    if kind in {"text", "reasoning"}:
        return {"type": kind, "content": text(part.get("text"))}
    if kind == "tool-call":
        return _call(part)
    if kind == "tool-result":
        return {"type": "tool_call_response", "id": text(part.get("toolCallId")), **_result(part)}
    return _media(kind, part)


def _result(part: JSONObject) -> JSONObject:
    """Return what a tool returned: version 5 and later say of which kind it is."""
    output = record(part.get("output"))
    if "type" not in output:
        told = part.get("output") if part.get("output") is not None else part.get("result")
        return {"response": told, **({"is_error": True} if part.get("isError") is True else {})}
    kind = text(output.get("type"))
    value = output.get("value", output.get("reason"))
    if kind == "content":
        value = [{"type": "text", "text": text(one.get("text"))} for one in records(value) if one.get("type") == "text"]
    return {"response": value, **({"is_error": True} if kind.startswith("error") else {})}


def _media(kind: str, part: JSONObject) -> JSONObject:
    data = part.get("data", part.get("image"))
    media_type = text(part.get("mediaType", part.get("mimeType"))) or "application/octet-stream"
    if kind in {"image", "file"} and isinstance(data, str) and data:
        modality = "image" if kind == "image" else media_type.partition("/")[0]
        return uri(data, modality) if "://" in data[:12] else blob(media_type, data)
    return {"type": kind or "unknown", "provider_part": part}


def _call(part: JSONObject) -> JSONObject:
    given = part.get("input", part.get("args"))
    return {
        "type": "tool_call",
        "id": text(part.get("toolCallId")),
        "name": part.get("toolName"),
        **told_arguments(given),
    }


def tool_calls(value: JSON) -> Iterator[JSONObject]:
    """Yield the tools that an answer asks for."""
    for call in records(value):
        yield _call(call)


def tools(value: JSON) -> tuple[JSONObject, ...]:
    """Return the definitions of tools, each of which stands as JSON in the list."""
    given = (record(decoded(one)) for one in (value if isinstance(value, list) else []))
    return tuple(_tool(one) for one in given if one)


def _tool(one: JSONObject) -> JSONObject:
    if one.get("type", "function") != "function":
        return one
    parameters = one.get("inputSchema", one.get("parameters"))
    said: JSONObject = {"description": one["description"]} if one.get("description") else {}
    return {"type": "function", "name": one.get("name"), **said, "parameters": record(parameters)}
