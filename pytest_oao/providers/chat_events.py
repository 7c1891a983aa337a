"""A chat completion as the chunks that stream it."""

from collections.abc import Iterable, Iterator

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.sse_writing import DONE, event, pieces

_REASONING = ("reasoning_content", "reasoning")
_STREAMED = frozenset({"role", "content", "refusal", "tool_calls", "function_call", *_REASONING})
_OF_CHOICE = frozenset({"index", "message", "finish_reason", "logprobs"})


def events(completion: JSONObject, asked: ModelRequest) -> Iterator[bytes]:
    """Yield the events; OpenAI tells the usage only where the request's `stream_options` ask for it."""
    with_usage = record(asked.extra.get("stream_options")).get("include_usage") is True
    head = {key: value for key, value in completion.items() if key not in {"choices", "usage"}}
    head |= {"object": "chat.completion.chunk", **({"usage": None} if with_usage else {})}
    for choice in records(completion.get("choices")):
        for told in _choice(choice):
            yield event(
                {**head, "choices": [{"index": choice.get("index"), "finish_reason": None, "logprobs": None, **told}]}
            )
    if with_usage:
        yield event({**head, "choices": [], "usage": completion.get("usage")})
    yield DONE


def _choice(choice: JSONObject) -> Iterator[JSONObject]:
    """Yield what the chunks of a choice say: the log probabilities come with the first, which has no text yet."""
    message = record(choice.get("message"))
    spoken = message.get("content")
    yield {
        "delta": {"role": "assistant", "content": "" if isinstance(spoken, str) else None, "refusal": None},
        "logprobs": choice.get("logprobs"),
    }
    for delta in _deltas(message):
        yield {"delta": delta}
    beside = {key: value for key, value in choice.items() if key not in _OF_CHOICE}
    yield {"delta": {}, **beside, "finish_reason": choice.get("finish_reason")}


def _deltas(message: JSONObject) -> Iterator[JSONObject]:
    for name in (*_REASONING, "content", "refusal"):
        if isinstance(said := message.get(name), str):
            for piece in pieces(said):
                yield {name: piece}
        elif said is not None:
            yield {name: said}
    yield from _asking(message)
    yield from _beside(message)


def _asking(message: JSONObject) -> Iterator[JSONObject]:
    for index, call in enumerate(records(message.get("tool_calls"))):
        for part in _call(call):
            yield {"tool_calls": [{"index": index, **part}]}
    if former := record(message.get("function_call")):
        for part in _written(former, "arguments"):
            yield {"function_call": part}


def _beside(message: JSONObject) -> Iterator[JSONObject]:
    told: JSONObject = {
        key: value for key, value in message.items() if key not in _STREAMED and value not in (None, [])
    }
    if told:
        yield told


def _call(call: JSONObject) -> Iterable[JSONObject]:
    kind, key = ("custom", "input") if "custom" in call else ("function", "arguments")
    first, *others = _written(record(call.get(kind)), key)
    yield {**call, "type": kind, kind: first}
    for piece in others:
        yield {kind: piece}


def _written(tool: JSONObject, key: str) -> list[JSONObject]:
    """Return a tool's name with nothing, then what it is asked with, piece by piece."""
    asked: list[JSON] = [*pieces(text(tool.get(key)))]
    return [tool | {key: ""}, *({key: piece} for piece in asked)]
