"""OpenInference's numbered attributes → messages, tools, parameters, tokens."""

from collections.abc import Iterator

from pytest_oao.importers.genai_requests import definitions
from pytest_oao.importers.indexed_attributes import indexed
from pytest_oao.importers.response_echoes import asked_for, is_answers
from pytest_oao.importers.spans import Span, decoded
from pytest_oao.importers.told_requests import with_settings
from pytest_oao.model.apis import RESPONSES
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, record, records, text
from pytest_oao.providers.media_parts import located
from pytest_oao.providers.stop_reasons import neutral_reason
from pytest_oao.providers.tool_arguments import told_arguments

_SYSTEM = frozenset({"system", "developer"})
_TOOL = frozenset({"tool", "function"})
_TOKENS = {
    "input_tokens": "llm.token_count.prompt",
    "output_tokens": "llm.token_count.completion",
    "cached_tokens": "llm.token_count.prompt_details.cache_read",
    "cache_write_tokens": "llm.token_count.prompt_details.cache_write",
    "reasoning_tokens": "llm.token_count.completion_details.reasoning",
}
_NOT_ASKED = frozenset({"model", "model_name", "_type", "stream", "tools", "messages", "input"})


def conversation(span: Span, prefix: str) -> tuple[ModelRequest | None, bool]:
    """Return the messages of a request, None where there are none, and whether some are missing."""
    found, holes = _messages(span, prefix)
    system = tuple(part for one in found if one.role in _SYSTEM for part in one.parts)
    messages = tuple(one for one in found if one.role not in _SYSTEM)
    return (ModelRequest(system=system, messages=messages) if found else None), holes


def answer(span: Span) -> tuple[tuple[Message, ...], bool]:
    """Return the messages of an answer, and whether some are missing."""
    return _messages(span, "llm.output_messages.")


def _messages(span: Span, prefix: str) -> tuple[tuple[Message, ...], bool]:
    """Return messages: numbered, or as a list, which is what Phoenix makes of them."""
    listed = decoded(span.first(prefix.removesuffix(".")))
    if isinstance(listed, list):
        flat = {f"{prefix}{at}.{key}": value for at, one in enumerate(records(listed)) for key, value in _flat(one)}
        found = indexed(flat, prefix)
    else:
        found = indexed(span.attributes, prefix)
    told = [record(one.get("message")) or one for one in found.items]
    return tuple(_message(one) for one in told), found.holes


def _flat(value: JSONObject, prefix: str = "") -> Iterator[tuple[str, JSON]]:
    """Yield the leaves of an object by their paths, lists by numbers: the form that attributes have."""
    for key, item in value.items():
        path = f"{prefix}{key}"
        if isinstance(item, dict):
            yield from _flat(item, f"{path}.")
        elif isinstance(item, list) and records(item):
            yield from _flat({str(at): one for at, one in enumerate(item)}, f"{path}.")
        elif item is not None:  # a column that other messages have
            yield path, item


def _message(one: JSONObject) -> Message:
    role = text(one.get("role")) or "user"
    if role in _TOOL:
        name: JSONObject = {"name": one["name"]} if one.get("name") else {}
        result = {"type": "tool_call_response", "id": text(one.get("tool_call_id")), "response": _said(one), **name}
        return Message("tool", (result,))
    return Message("assistant" if role in {"model", "ai"} else role, (*_contents(one), *_calls(one)))


def _said(one: JSONObject) -> JSON:
    """Return what a tool's message says: text, or the text of its blocks."""
    if one.get("content") is not None:
        return one["content"]
    return "".join(text(part.get("content")) for part in _contents(one))


def _contents(one: JSONObject) -> Iterator[JSONObject]:
    content = one.get("content")
    if isinstance(content, str) and content:
        yield {"type": "text", "content": content}
    for item in records(one.get("contents")):
        yield from _content(record(item.get("message_content")) or item)


def _content(block: JSONObject) -> Iterator[JSONObject]:
    kind = text(block.get("type")) or "text"
    if kind == "text" and "text" in block:
        yield {"type": "text", "content": text(block.get("text"))}
    elif kind in {"reasoning", "thinking"}:
        signed: JSONObject = {"signature": block["signature"]} if block.get("signature") else {}
        yield {"type": "reasoning", "content": text(block.get("text")), **signed}
    elif "image" in block:
        url = text(record(record(block.get("image")).get("image")).get("url")) or text(
            record(block.get("image")).get("url")
        )
        yield located(url, "image")
    elif block:
        yield {"type": kind, "provider_part": block}


def _calls(one: JSONObject) -> Iterator[JSONObject]:
    for item in records(one.get("tool_calls")):
        call = record(item.get("tool_call")) or item
        function = record(call.get("function"))
        arguments = told_arguments(function.get("arguments"))
        yield {"type": "tool_call", "id": text(call.get("id")), "name": function.get("name"), **arguments}


def tools(span: Span) -> tuple[JSONObject, ...]:
    """Return the definitions of tools: numbered, as a list, or among the parameters."""
    listed = decoded(span.first("llm.tools"))
    found = records(listed) if isinstance(listed, list) else indexed(span.attributes, "llm.tools.").items
    given = [decoded(one.get("tool.json_schema") or record(one.get("tool")).get("json_schema")) for one in found]
    told = [one for one in given if isinstance(one, dict)]
    return definitions([*told] or _listed(span.object("llm.invocation_parameters").get("tools")))


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def parameters(span: Span) -> tuple[JSONObject, JSONObject]:
    """Return the parameters by OpenTelemetry's names, and all as the provider's SDK was given them."""
    given = span.object("llm.invocation_parameters")
    asked: JSONObject = {key: value for key, value in given.items() if key not in _NOT_ASKED and value is not None}
    repeated = is_answers(given)
    known = ModelRequest(api=RESPONSES if repeated else "")
    told = with_settings(known, "", asked_for(asked) if repeated else asked)
    return dict(told.parameters), given


def usage(span: Span) -> Usage:
    """Return the tokens; of the prompt, those of the cache are part."""
    return Usage(**{name: count(span.first(attribute)) for name, attribute in _TOKENS.items()})


def reason(span: Span) -> str:
    """Return why the model stopped."""
    return neutral_reason(span.text("llm.finish_reason"))
