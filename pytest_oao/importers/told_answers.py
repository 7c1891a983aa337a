"""What a platform keeps as the output of a model call, in whichever of a dozen shapes → what was answered."""

import json

from pytest_oao.importers import gemini_objects, langchain_messages, part_messages
from pytest_oao.importers.apis_by_shape import api_of_answer, is_items
from pytest_oao.importers.merged_streams import unstreamed
from pytest_oao.model.apis import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES
from pytest_oao.model.conversations import Message, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.fields import count, json_text, record, records, text
from pytest_oao.providers.payloads import unwrapped
from pytest_oao.providers.stop_reasons import neutral_reason

_BLOCKS = frozenset({"text", "tool_use", "thinking", "redacted_thinking"})


def answer_told(value: JSON) -> ModelResponse:
    """Return the answer that an output tells; without choices where it tells none."""
    value = unwrapped(value)
    if isinstance(value, dict):
        return _of_object(value)
    if isinstance(value, list):
        return _of_list(value)
    return ModelResponse(choices=(_text(value),)) if isinstance(value, str) else ModelResponse()


def read(api: str, body: JSONObject) -> ModelResponse:
    """Return what a body of an API answers; nothing where the API is not translated."""
    codec = CODECS.get(api)
    return codec.read_response(json.dumps(body).encode(), "application/json") if codec else ModelResponse()


def _of_object(value: JSONObject) -> ModelResponse:
    api = api_of_answer(value)
    if api in (GEMINI, CHAT, COMPLETIONS, RESPONSES, MESSAGES):
        return _of_body(api, value)
    if isinstance(value.get("generations"), list):
        return _generated(value)
    if isinstance(record(value.get("content")).get("parts"), list):  # of Google's agent kit
        return read(GEMINI, gemini_objects.answer_body(value))
    if isinstance(value.get("messages"), list):
        return _of_list(records(value["messages"])[-1:])
    return _of_list([value]) if _is_said(value) else ModelResponse(choices=(_text(json_text(value)),))


def _of_body(api: str, body: JSONObject) -> ModelResponse:
    if api == GEMINI:
        return read(GEMINI, gemini_objects.answer_body(body))
    return read(CHAT, unstreamed(body)) if api in (CHAT, COMPLETIONS) else read(api, body)


def _is_said(value: JSONObject) -> bool:
    return "role" in value or "content" in value or "lc" in value or "tool_calls" in value or is_items([value])


def _of_list(value: list[JSON] | list[JSONObject]) -> ModelResponse:
    given = records([*value])
    if langchain_messages.is_langchain([*value]):
        return ModelResponse(choices=tuple(langchain_messages.said(one) for one in given))
    if part_messages.is_made_of_parts([*value]):
        return ModelResponse(choices=part_messages.conversation([*value])[1])
    if len(given) == 1 and api_of_answer(given[0]):
        return _of_object(given[0])
    if not given:
        return ModelResponse(choices=tuple(_text(one) for one in value if isinstance(one, str)))
    return _of_native(given)


def _of_native(given: list[JSONObject]) -> ModelResponse:
    """Read what an API answers with, without what it stands in."""
    if is_items([*given]):
        return read(RESPONSES, {"object": "response", "output": [*given]})
    if all(text(block.get("type")) in _BLOCKS and "role" not in block for block in given):
        return read(MESSAGES, {"type": "message", "role": "assistant", "content": [*given]})
    if isinstance(given[0].get("content"), list) and api_of_answer({**given[0], "type": "message"}) == MESSAGES:
        return read(MESSAGES, {**given[0], "type": "message"})
    choices: list[JSON] = [
        {"index": at, "message": {"role": "assistant", **one}, "finish_reason": one.get("finish_reason")}
        for at, one in enumerate(given)
    ]
    return read(CHAT, {"object": "chat.completion", "choices": choices})


def _generated(value: JSONObject) -> ModelResponse:
    """Return what LangChain's result says: the first of its batch."""
    batch = value["generations"]
    first = batch[0] if isinstance(batch, list) and batch else []
    found = records(first if isinstance(first, list) else batch)
    choices = tuple(_generation(one) for one in found)
    fields = langchain_messages.message_fields(found[0].get("message")) if found else {}
    told = record(fields.get("response_metadata"))
    model = text(told.get("model_name")) or text(told.get("model"))
    name = text(told.get("id"))
    return ModelResponse(name, model, choices, usage_told(fields.get("usage_metadata")))


def _generation(one: JSONObject) -> Message:
    message = record(one.get("message"))
    said = langchain_messages.said(message) if message else _text(text(one.get("text")))
    reason = said.finish_reason or text(record(one.get("generation_info")).get("finish_reason"))
    return Message(said.role, said.parts, neutral_reason(reason))


def usage_told(value: JSON) -> Usage:
    """Return the tokens of `usage_metadata`, as LangChain and LangSmith have it; of input, all is the sum."""
    told = record(value)
    given, came = record(told.get("input_token_details")), record(told.get("output_token_details"))
    return Usage(
        count(told.get("input_tokens")),
        count(told.get("output_tokens")),
        count(given.get("cache_read")),
        count(given.get("cache_creation")),
        count(came.get("reasoning")),
    )


def _text(value: str) -> Message:
    return Message("assistant", ({"type": "text", "content": value},) if value else ())
