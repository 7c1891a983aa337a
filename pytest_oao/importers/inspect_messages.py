"""Messages of inspect_ai, which are of no provider → the neutral form."""

from collections.abc import Iterable, Iterator, Sequence

from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, record, records, text
from pytest_oao.providers.media_parts import located
from pytest_oao.providers.stop_reasons import neutral_reason

_UNKNOWN = "unknown"
_PARAMETERS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_tokens": "max_tokens",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "seed": "seed",
    "stop_seqs": "stop_sequences",
    "num_choices": "choice.count",
}
_MEDIA = ("image", "audio", "video", "document")


def request_of(event: JSONObject, messages: Sequence[JSONObject]) -> ModelRequest:
    """Return what a model was asked."""
    provider, _, model = text(event.get("model")).partition("/")
    config = record(event.get("config"))
    return ModelRequest(
        model=model or provider,
        system=tuple(part for one in messages if one.get("role") == "system" for part in _parts(one)),
        messages=tuple(
            Message(text(one.get("role")), tuple(_parts(one))) for one in messages if one.get("role") != "system"
        ),
        tools=tuple(_tool(one) for one in records(event.get("tools"))),
        parameters={
            f"gen_ai.request.{told}": config[name] for name, told in _PARAMETERS.items() if config.get(name) is not None
        },
        provider=provider if model else "",
    )


def response_of(output: JSONObject) -> ModelResponse:
    """Return what a model answered."""
    return ModelResponse(
        id=text(output.get("response_id")),
        model=text(output.get("model")),
        choices=tuple(
            Message("assistant", tuple(_parts(record(one.get("message")))), _reason(one.get("stop_reason")))
            for one in records(output.get("choices"))
        ),
        usage=_usage(record(output.get("usage"))),
    )


def _reason(told: JSON) -> str:
    return "" if told == _UNKNOWN else neutral_reason(text(told))


def _usage(told: JSONObject) -> Usage:
    """Return the tokens: those that went in are told without those of the cache, their sum with them."""
    total, output = count(told.get("total_tokens")), count(told.get("output_tokens"))
    return Usage(
        count(told.get("input_tokens")) if total is None or output is None else max(0, total - output),
        output,
        count(told.get("input_tokens_cache_read")),
        count(told.get("input_tokens_cache_write")),
        count(told.get("reasoning_tokens")),
    )


def _tool(one: JSONObject) -> JSONObject:
    told = {name: one.get(name) for name in ("name", "description", "parameters")}
    return {"type": "function", **{name: value for name, value in told.items() if value is not None}}


def _parts(message: JSONObject) -> Iterator[JSONObject]:
    if message.get("role") == "tool":
        yield _result(message)
        return
    content = message.get("content")
    if isinstance(content, str):
        if content:
            yield {"type": "text", "content": content}
    else:
        yield from (_part(one) for one in records(content))
    yield from _calls(records(message.get("tool_calls")))


def _result(message: JSONObject) -> JSONObject:
    error = record(message.get("error"))
    told: JSONObject = {"is_error": True} if error else {}
    said = text(error.get("message")) if error else _said(message.get("content"))
    return {"type": "tool_call_response", "id": text(message.get("tool_call_id")), "response": said, **told}


def _said(content: JSON) -> JSON:
    """Return what a tool returned as text; what is more than text, as it is."""
    blocks = records(content)
    only_text = bool(blocks) and all(one.get("type") == "text" for one in blocks)
    return "".join(text(one.get("text")) for one in blocks) if only_text else content


def _calls(calls: Iterable[JSONObject]) -> Iterator[JSONObject]:
    for one in calls:
        yield {
            "type": "tool_call",
            "id": text(one.get("id")),
            "name": text(one.get("function")),
            "arguments": one.get("arguments"),
        }


def _part(block: JSONObject) -> JSONObject:
    kind = text(block.get("type"))
    if kind == "text":
        return {"type": "text", "content": text(block.get("text"))}
    if kind == "reasoning" and not block.get("redacted"):
        signed: JSONObject = {"signature": block["signature"]} if block.get("signature") else {}
        return {"type": "reasoning", "content": text(block.get("reasoning")), **signed}
    if kind in _MEDIA:
        return located(text(block.get(kind)), kind)
    return {"type": kind or "unknown", "provider_part": block}
