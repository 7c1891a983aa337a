"""An SDK's call as its wrapper kept it, arguments and answer → the provider's own JSON of both."""

import json
from collections.abc import Callable

from pytest_oao.importers.anthropic_system import anthropic_system
from pytest_oao.importers.api_addresses import PATHS, URLS
from pytest_oao.importers.apis_by_shape import api_of_answer, api_of_request
from pytest_oao.importers.merged_streams import unstreamed
from pytest_oao.importers.observations import Native
from pytest_oao.importers.sdk_arguments import wire_body
from pytest_oao.model.apis import CHAT, MESSAGES, RESPONSES
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, record, records, text
from pytest_oao.providers.payloads import loads


def native_request(arguments: JSONObject, base_url: str = "") -> Native | None:
    """Return the request that the arguments of an SDK's call come to; None where they are not whole, or unknown."""
    api = api_of_request(arguments)
    if api not in _WRITERS or not text(arguments.get("model")) or "text_format" in arguments:
        return None
    body = wire_body(arguments)
    for key in ("messages", "input"):
        if isinstance(body.get(key), list):
            body[key] = [_sent(one) for one in records(body[key])]
    if api == MESSAGES:
        body = anthropic_system(body)
    return Native(_dumped(body), base_url.rstrip("/") + PATHS[api] if base_url else URLS[api])


def native_answer(outputs: JSONObject, asked: Native) -> Native | None:
    """Return the answer's body, of a wrapper that keeps it but for its usage; None where it is none of the API's."""
    api = next((api for api in _WRITERS if asked.url.endswith(PATHS[api])), "")
    write = _WRITERS.get(api)
    if write is None or not text(outputs.get("id")) or (api != MESSAGES and api_of_answer(outputs) != api):
        return None
    return Native(_dumped(write(outputs)))


def _dumped(body: JSONObject) -> bytes:
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()


def _sent(message: JSONObject) -> JSONObject:
    """Return a message as it was sent: an answer's object that stands among them was dumped with all its fields."""
    kept: JSONObject = {key: item for key, item in message.items() if item is not None or key == "content"}
    calls = records(kept.get("tool_calls"))
    if calls:
        kept["tool_calls"] = [{key: item for key, item in call.items() if item is not None} for call in calls]
    return kept


def _chat(outputs: JSONObject) -> JSONObject:
    body, usage = _without_usage(outputs)
    given, came = record(usage.get("input_token_details")), record(usage.get("output_token_details"))
    if usage:
        body["usage"] = {
            "prompt_tokens": usage.get("input_tokens"),
            "completion_tokens": usage.get("output_tokens"),
            "total_tokens": usage.get("total_tokens"),
            **_details("prompt_tokens_details", cached_tokens=given.get("cache_read"), audio_tokens=given.get("audio")),
            **_details(
                "completion_tokens_details", reasoning_tokens=came.get("reasoning"), audio_tokens=came.get("audio")
            ),
        }
    return unstreamed(body)


def _response(outputs: JSONObject) -> JSONObject:
    body, usage = _without_usage(outputs)
    given, came = record(usage.get("input_token_details")), record(usage.get("output_token_details"))
    if usage:
        body["usage"] = {
            "input_tokens": usage.get("input_tokens"),
            "input_tokens_details": {"cached_tokens": given.get("cache_read") or 0, "cache_write_tokens": 0},
            "output_tokens": usage.get("output_tokens"),
            "output_tokens_details": {"reasoning_tokens": came.get("reasoning") or 0},
            "total_tokens": usage.get("total_tokens"),
        }
    return {"object": "response", **body}


def _message(outputs: JSONObject) -> JSONObject:
    """Return Anthropic's answer: LangSmith makes OpenAI's tool calls of its blocks, and adds its cache to its input."""
    body, usage = _without_usage(outputs)
    given = record(usage.get("input_token_details"))
    calls = records(body.pop("tool_calls", None))
    if calls:
        body["content"] = [*_text_block(body.get("content")), *(_tool_use(call) for call in calls)]
    read = count(given.get("cache_read")) or 0
    written = count(given.get("cache_creation")) or sum(
        count(given.get(f"ephemeral_{span}_input_tokens")) or 0 for span in ("5m", "1h")
    )
    if usage:
        body["usage"] = {
            "input_tokens": max(0, (count(usage.get("input_tokens")) or 0) - read - written),
            "output_tokens": usage.get("output_tokens"),
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
        }
    return {"type": "message", "role": "assistant", **body}


_WRITERS: dict[str, Callable[[JSONObject], JSONObject]] = {CHAT: _chat, RESPONSES: _response, MESSAGES: _message}


def _without_usage(outputs: JSONObject) -> tuple[JSONObject, JSONObject]:
    body: JSONObject = {key: item for key, item in outputs.items() if key != "usage_metadata"}
    return body, record(outputs.get("usage_metadata"))


def _details(name: str, **tokens: JSON) -> JSONObject:
    told: JSONObject = {key: number for key, number in tokens.items() if number is not None}
    return {name: told} if told else {}


def _text_block(content: JSON) -> list[JSON]:
    return [{"type": "text", "text": content}] if isinstance(content, str) and content else []


def _tool_use(call: JSONObject) -> JSON:
    function = record(call.get("function"))
    return {
        "type": "tool_use",
        "id": call.get("id"),
        "name": function.get("name"),
        "input": loads(text(function.get("arguments"))),
    }
