"""Items of OpenAI's Responses, those that are asked with and those that are answered with ⇄ messages."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.native_parts import native_block, native_part
from pytest_oao.providers.residues import laid_over, residue, restored, with_residue
from pytest_oao.providers.responses_content import API, normal_item, plain_text, read_content, write_content
from pytest_oao.providers.system_parts import place, placed, sections
from pytest_oao.providers.tool_arguments import arguments_text, result_of, result_text, told_arguments

_ANSWERS = ("_output", "_response")
"""How the types of items end that answer what the model asked for."""
_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
"""Type of a call → where it keeps what it is asked with."""
_RESULTS = frozenset({"function_call_output", "custom_tool_call_output"})
_ITEMS = frozenset({"reasoning", "tool_call", "tool_call_response"})
_CUSTOM = "custom"


def read_items(items: Iterable[JSONObject]) -> list[Message]:
    """Return the messages that items make: what the model said and asked for in a row is one."""
    messages: list[Message] = []
    for item in items:
        role, parts = role_of(item), tuple(read_item(item))
        if messages and role == messages[-1].role == "assistant":
            messages[-1] = replace(messages[-1], parts=messages[-1].parts + parts)
        else:
            messages.append(Message(role, parts))
    return messages


def write_items(message: Message) -> Iterator[JSONObject]:
    """Yield the items that say what a message says."""
    for section in sections(message.parts):
        if _is_item(section[0]):
            yield from (written for part in section if (written := write_item(part)) is not None)
        else:
            yield from write_message(section, message.role)


def role_of(item: JSONObject) -> str:
    """Return whose an item is."""
    if is_message(item):
        return text(item.get("role"))
    return "tool" if text(item.get("type")).endswith(_ANSWERS) else "assistant"


def is_message(item: JSONObject) -> bool:
    """Whether an item is a message, which need not say so."""
    return item.get("type", "message") == "message" and isinstance(item.get("role"), str)


def normal(item: JSONObject) -> JSONObject:
    """Return an item in its normal form.

    A message that never was an answer tells no type, and a content that is one plain text is that text; what was an
    answer tells its status.
    """
    kind = text(item.get("type"))
    if "id" in item and (is_message(item) or kind == "function_call"):
        item = {"status": "completed", **item}
    if kind == "reasoning":
        return {"summary": [], **item}
    if not is_message(item):
        return item
    content = item.get("content")
    if isinstance(content, list):
        content = [normal_item(one) for one in content]
    if "id" in item:
        return {**item, "type": "message", "content": content}
    only = plain_text(content[0]) if isinstance(content, list) and len(content) == 1 else None
    told = {key: value for key, value in item.items() if key != "type"}
    return told | ({"content": content if only is None else only} if "content" in item else {})


def read_item(item: JSONObject) -> list[JSONObject]:
    """Return the parts of an item."""
    kind = text(item.get("type"))
    parts = read_content(item.get("content"), role_of(item)) if is_message(item) else []
    if parts:
        named = parts[0] | _id_of(item)
        rebuilt = next(write_message([named, *parts[1:]], role_of(item)), {})
        return place([named, *parts[1:]], residue(item, rebuilt))
    part = _told(kind, item)
    if part is None:
        return [native_part(kind, item, API) | {"item": True}]
    part |= _id_of(item)
    return [with_residue(part, item, _plain(part) or {}, API)]


def write_message(section: list[JSONObject], role: str) -> Iterator[JSONObject]:
    """Yield the item of a message that says what parts say; nothing where they say nothing here."""
    content = write_content(section, role)
    fields = {key: value for key, value in placed(section).items() if key != "listed"}
    if not content:
        return
    if ident := section[0].get("item_id"):
        whole: JSONObject = {"type": "message", "id": ident, "role": role, "status": "completed", "content": content}
        yield laid_over(whole, fields)
        return
    only = plain_text(content[0]) if len(content) == 1 else None
    yield laid_over({"role": role, "content": content if only is None else only}, fields)


def write_item(part: JSONObject) -> JSONObject | None:
    """Return the item that a part is, None where this API has none."""
    plain = native_block(part, API) or _plain(part)
    return None if plain is None else restored(plain, part, API)


def _is_item(part: JSONObject) -> bool:
    return text(part.get("type")) in _ITEMS or part.get("item") is True


def _id_of(item: JSONObject) -> JSONObject:
    return {"item_id": item["id"]} if isinstance(item.get("id"), str) else {}


def _told(kind: str, item: JSONObject) -> JSONObject | None:
    """Return the part of an item that is no message, None where it is of no known type."""
    custom: JSONObject = {_CUSTOM: True} if kind.startswith(_CUSTOM) else {}
    if kind in _CALLS:
        raw = item.get(_CALLS[kind])
        asked: JSONObject = {"arguments": raw} if custom else told_arguments(raw)
        return {"type": "tool_call", "id": item.get("call_id"), "name": text(item.get("name")), **asked, **custom}
    if kind in _RESULTS:
        return {"type": "tool_call_response", "id": item.get("call_id"), "response": item.get("output"), **custom}
    if kind != "reasoning":
        return None
    sealed: JSONObject = {key: item[key] for key in ("encrypted_content",) if key in item}
    thoughts = records(item.get("content")) or records(item.get("summary"))
    said = "\n\n".join(filter(None, (text(one.get("text")) for one in thoughts)))
    return {"type": "reasoning", "content": said, **sealed}


def _plain(part: JSONObject) -> JSONObject | None:
    """Return the item that a part is in the words of this API, None where it has none."""
    named: JSONObject = {"id": part["item_id"]} if "item_id" in part else {}
    custom = part.get(_CUSTOM) is True
    match part.get("type"):
        case "tool_call":
            kind = "custom_tool_call" if custom else "function_call"
            done: JSONObject = {"status": "completed"} if named and not custom else {}
            asked: JSONObject = {_CALLS[kind]: arguments_text(part)}
            return {"type": kind, **named, "call_id": part.get("id"), "name": part.get("name"), **asked, **done}
        case "tool_call_response":
            kind = "custom_tool_call_output" if custom else "function_call_output"
            return {"type": kind, **named, "call_id": part.get("id"), "output": _output(part)}
        case "reasoning":
            sealed = {key: part[key] for key in ("encrypted_content",) if key in part}
            return {"type": "reasoning", **named, "summary": _summary(part), **sealed}
    return None


def _summary(part: JSONObject) -> list[JSON]:
    said = text(part.get("content"))
    return [{"type": "summary_text", "text": said}] if said else []


def _output(part: JSONObject) -> JSON:
    """Return what a tool answered: a list of content as it is, anything else as text."""
    response = result_of(part)
    content = isinstance(response, list) and all(text(record(one).get("type")).startswith("input_") for one in response)
    return response if content else result_text(part)
