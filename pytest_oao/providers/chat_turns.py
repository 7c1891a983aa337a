"""Messages of a chat completion ⇄ messages of no provider's."""

from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.chat_content import API, is_listed, plain_text, read_content, write_content
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.native_parts import MESSAGE, kept_fields, native_part, of_type
from pytest_oao.providers.residues import laid_over, residue, restored, with_residue
from pytest_oao.providers.tool_arguments import arguments_text, result_of, result_text, told_arguments

_REASONING = ("reasoning_content", "reasoning")
_OPEN = frozenset({"type", "content", API})
_RESULTS = ("tool", "function")
_BESIDE = ("reasoning", "tool_call", "tool_call_response", MESSAGE)
"""Parts that are no content of a message, but stand beside it."""


def read_message(native: JSONObject) -> Message:
    """Return what a message of a request says, and what is beyond that as a part that says nothing."""
    message = Message(text(native.get("role")), tuple(parts_of(native)))
    (rebuilt, *_) = write_messages(message)
    rest = residue(native, rebuilt)
    kept = (native_part(MESSAGE, rest, API),) if rest else ()
    return Message(message.role, message.parts + kept)


def parts_of(native: JSONObject) -> list[JSONObject]:
    """Return the parts of a message."""
    if native.get("role") in _RESULTS:
        return [_result(native)]
    return [
        *_thoughts(native),
        *read_content(native.get("content")),
        *_refused(native.get("refusal")),
        *(_call(call) for call in records(native.get("tool_calls"))),
        *_former_call(native.get("function_call")),
    ]


def write_messages(message: Message) -> list[JSONObject]:
    """Return the messages that say what one says: each result of a tool is one of its own."""
    written: list[JSONObject] = [
        _result_message(part, message.role) for part in of_type(message.parts, "tool_call_response")
    ]
    if not written or any(part.get("type") not in _BESIDE[2:] for part in message.parts):
        written.append(spoken(message))
    written[-1] = laid_over(written[-1], kept_fields(message.parts, MESSAGE, API))
    return written


def spoken(message: Message) -> JSONObject:
    """Return the message that says what one says beside the results of tools."""
    beside = [part for part in of_type(message.parts, "refusal") if not is_listed(part)]
    content = [part for part in message.parts if part.get("type") not in _BESIDE and part not in beside]
    role = "user" if message.role in _RESULTS else message.role
    said: JSONObject = {"role": role, "content": write_content(content) if content or role != "assistant" else None}
    if beside:
        said["refusal"] = "".join(text(part.get("content")) for part in beside)
    return said | _thinking(of_type(message.parts, "reasoning")) | _asking(of_type(message.parts, "tool_call"))


def normal_message(native: JSONObject) -> JSONObject:
    """Return a message in its normal form: content that is one plain text is that text, an assistant's may be null."""
    role, content = native.get("role"), native.get("content")
    if isinstance(content, list) and role not in _RESULTS:
        only = plain_text(content[0]) if len(content) == 1 else None
        content = content if only is None else only
        content = content or (None if role == "assistant" else "")
    return {**native, "content": content} if "content" in native or role == "assistant" else native


def _refused(refusal: JSON) -> list[JSONObject]:
    return [{"type": "refusal", "content": refusal}] if isinstance(refusal, str) else []


def _thoughts(native: JSONObject) -> list[JSONObject]:
    """Return the reasoning: `reasoning_content` (DeepSeek, vLLM), else `reasoning` (OpenRouter, Groq)."""
    found = [(name, native[name]) for name in _REASONING if isinstance(native.get(name), str)]
    return [
        {"type": "reasoning", "content": said} | ({} if name == _REASONING[0] else {API: {"field": name}})
        for name, said in found[:1]
    ]


def _thinking(parts: list[JSONObject]) -> JSONObject:
    """Return the field of the reasoning; what other APIs keep sealed says nothing here."""
    parts = [part for part in parts if part.get("content") or part.keys() <= _OPEN]
    if not parts:
        return {}
    name = text(record(parts[0].get(API)).get("field")) or _REASONING[0]
    return {name: "\n\n".join(text(part.get("content")) for part in parts)}


def _call(native: JSONObject) -> JSONObject:
    """Read a `function` with JSON arguments, or a `custom` tool with an input of free text."""
    custom = native.get("type") == "custom"
    tool = record(native.get("custom" if custom else "function"))
    asked: JSONObject = {"arguments": tool.get("input")} if custom else told_arguments(tool.get("arguments"))
    part: JSONObject = {"type": "tool_call", "id": native.get("id"), "name": text(tool.get("name")), **asked}
    part |= {"custom": True} if custom else {}
    return with_residue(part, native, _write_call(part), API)


def _former_call(native: JSON) -> list[JSONObject]:
    if not isinstance(native, dict):
        return []
    part: JSONObject = {
        "type": "tool_call",
        "name": text(native.get("name")),
        **told_arguments(native.get("arguments")),
    }
    return [part | {API: {"former": True}}]


def _write_call(part: JSONObject) -> JSONObject:
    if part.get("custom") is True:
        custom: JSONObject = {"name": part.get("name"), "input": arguments_text(part)}
        return {"id": part.get("id"), "type": "custom", "custom": custom}
    function: JSONObject = {"name": part.get("name"), "arguments": arguments_text(part)}
    return {"id": part.get("id"), "type": "function", "function": function}


def _asking(parts: list[JSONObject]) -> JSONObject:
    former = [part for part in parts if is_former(part)]
    calls: list[JSON] = [restored(_write_call(part), part, API) for part in parts if not is_former(part)]
    asked: JSONObject = {"tool_calls": calls} if calls else {}
    if former:
        asked["function_call"] = {"name": former[0].get("name"), "arguments": arguments_text(former[0])}
    return asked


def is_former(part: JSONObject) -> bool:
    """Whether a tool call is the `function_call` of older models."""
    return record(part.get(API)).get("former") is True


def _result(native: JSONObject) -> JSONObject:
    told: JSONObject = {"type": "tool_call_response"}
    told |= {"id": native["tool_call_id"]} if "tool_call_id" in native else {}
    told |= {"name": native["name"]} if native.get("role") == "function" and "name" in native else {}
    return told | {"response": native.get("content")}


def _result_message(part: JSONObject, role: str) -> JSONObject:
    response = result_of(part)
    content = response if _is_content(response) else result_text(part)
    if role == "function":
        return {"role": role, "name": part.get("name"), "content": content}
    return {"role": "tool", "tool_call_id": part.get("id"), "content": content}


def _is_content(response: JSON) -> bool:
    """Whether a result is a list of texts as this API takes it."""
    return isinstance(response, list) and bool(response) and all(plain_text(item) is not None for item in response)
