"""No request and no answer is too odd to be looked at."""

import json
import struct
from binascii import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Head, Returned, Streamed
from pytest_oao.providers.description import describe, reply, tools_of
from pytest_oao.providers.recognition import PROVIDERS
from pytest_oao.providers.stream_ends import said_all

TARGETS = {
    "/chat/completions": "chat",
    "/responses": "chat",
    "/messages": "chat",
    "/embeddings": "embeddings",
    "/completions": "text_completion",
    "/model/anthropic.claude/invoke": "chat",
    "/models/gemini:streamGenerateContent": "chat",
    "/models/gemini:embedContent": "embeddings",
    "/model/nova/converse-stream": "chat",
    "/v2/chat": "chat",
    "/v2/embed": "embeddings",
}
KEYS = [
    "id",
    "model",
    "type",
    "index",
    "choices",
    "message",
    "delta",
    "content",
    "text",
    "refusal",
    "audio",
    "transcript",
    "reasoning",
    "reasoning_content",
    "thinking",
    "tool_calls",
    "function_call",
    "function",
    "custom",
    "name",
    "arguments",
    "input",
    "usage",
    "prompt_tokens",
    "input_tokens",
    "output_tokens",
    "x_groq",
    "prompt_tokens_details",
    "cached_tokens",
    "completion_tokens_details",
    "reasoning_tokens",
    "error",
    "code",
    "finish_reason",
    "stop_reason",
    "response",
    "output",
    "status",
    "incomplete_details",
    "reason",
    "item",
    "output_index",
    "summary_index",
    "content_index",
    "summary",
    "call_id",
    "action",
    "content_block",
    "partial_json",
    "cache_read_input_tokens",
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "n",
    "stream",
    "response_format",
    "format",
    "output_config",
    "conversation",
    "tools",
    "functions",
    "dimensions",
    "encoding_format",
    "bytes",
    "candidates",
    "parts",
    "thought",
    "functionCall",
    "args",
    "partialArgs",
    "jsonPath",
    "stringValue",
    "numberValue",
    "willContinue",
    "finishReason",
    "promptFeedback",
    "blockReason",
    "usageMetadata",
    "promptTokenCount",
    "thoughtsTokenCount",
    "candidatesTokenCount",
    "generationConfig",
    "generation_config",
    "responseModalities",
    "responseMimeType",
    "stopSequences",
    "functionDeclarations",
    "requests",
    "inferenceConfig",
    "additionalModelRequestFields",
    "outputConfig",
    "textFormat",
    "toolConfig",
    "contentBlockIndex",
    "start",
    "toolUse",
    "toolUseId",
    "reasoningContent",
    "reasoningText",
    "citationsContent",
    "stopReason",
    "inputTokens",
    "cacheReadInputTokens",
    "tool_plan",
    "tokens",
    "billed_units",
    "meta",
    "p",
    "k",
]
TYPES = [
    "text",
    "thinking",
    "tool_use",
    "text_delta",
    "thinking_delta",
    "input_json_delta",
    "message_start",
    "content_block_start",
    "message_delta",
    "content_block_delta",
    "error",
    "message",
    "reasoning",
    "function_call",
    "custom_tool_call",
    "response.created",
    "response.completed",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_text.delta",
    "response.refusal.delta",
    "completed",
    "response.reasoning_summary_text.delta",
    "response.function_call_arguments.delta",
    "incomplete",
    "json_schema",
    "contentBlockStart",
    "contentBlockDelta",
    "messageStop",
    "metadata",
    "message-start",
    "message-end",
    "$.a.b[0]",
    "$[1]['c']",
]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats()
    | st.sampled_from(TYPES)
    | st.text(st.characters(codec=None), max_size=4)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=20,
)
events = st.lists(st.dictionaries(st.sampled_from(KEYS), values, max_size=6), max_size=6)


def frame(name, payload):
    head = b"".join(
        bytes([len(key)]) + key + b"\7" + struct.pack(">H", len(value)) + value
        for key, value in ((b":event-type", name.encode("utf-8", "replace")),)
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    message = prelude + struct.pack(">I", crc32(prelude)) + head + body
    return message + struct.pack(">I", crc32(message))


def framed(items):
    return b"".join(frame(str(item.get("type", "")), item) for item in items)


def sse(items):
    return "".join(f"data: {json.dumps(item)}\n\n" for item in items).encode()


bodies = st.one_of(
    st.binary(max_size=60),
    st.binary(max_size=60).map(lambda tail: b"data: " + tail),
    values.map(lambda value: json.dumps(value).encode()),
    events.map(sse),
    events.map(framed),
    events.map(lambda items: json.dumps(items).encode()),
    st.tuples(events.map(json.dumps), st.integers(0, 400)).map(lambda pair: pair[0][: pair[1]].encode()),
    st.tuples(events.map(sse), st.integers(0, 400)).map(lambda pair: pair[0][: pair[1]]),
)
media_types = st.sampled_from(["", "application/json", "text/event-stream", "application/vnd.amazon.eventstream"])


def looked_at(data, media_type, status=200):
    body = Body(data, media_type)
    yield str(said_all(data)).encode()
    for target, kind in TARGETS.items():
        call = Call(kind, f"POST {target}", body)
        for outcome in (Returned(body, Head(status)), Streamed(body, sizes=(len(data),))):
            told = dict(describe(call, outcome))
            said = reply(call, outcome)
            yield json.dumps(told, allow_nan=False).encode()
            yield (said.text + said.reasoning).encode()
            for asked in said.tool_calls:
                yield f"{asked.id}{asked.name}{asked.arguments}".encode()
        yield json.dumps(tools_of(call)).encode()


@settings(max_examples=150)
@given(bodies, media_types, st.sampled_from([200, 429]))
def test_no_answer_is_too_odd(data, media_type, status):
    assert all(isinstance(found, bytes) for found in looked_at(data, media_type, status))


@settings(max_examples=100)
@given(values)
def test_no_request_is_too_odd(body):
    for provider in PROVIDERS:
        told = dict(provider.describe_request(body))
        assert json.dumps(told, allow_nan=False).encode()
        assert all(value is not None for value in told.values())


DEEP = 5_000


@pytest.mark.parametrize(
    "data",
    [
        b"[" * DEEP,
        b'{"error":' * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"content": [{"type": "tool_use", "input": ' + b"[" * 900 + b"]" * 900 + b"}]}",
        b'{"usage": {"input_tokens": ' + b"9" * 5000 + b"}}",
        b'{"temperature": NaN, "usage": {"input_tokens": Infinity}}',
        b"data: " + b"[" * DEEP + b"\n\n",
        b'{"id": "\\ud800", "model": "\\udfff"}',
        b"\xef\xbb\xbf{}",
        b"\0" * 100,
    ],
)
def test_hostile_answers_are_looked_at(data):
    assert all(isinstance(found, bytes) for found in looked_at(data, "application/json"))


def test_many_small_pieces_are_put_together_in_linear_time():
    chunk = {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "x"}}]}}]}
    calls = ({"choices": [{"delta": {"tool_calls": [{"index": n, "id": str(n)}]}}]} for n in range(5_000))
    data = sse([chunk] * 5_000) + sse(calls)
    found = reply(Call("chat", "POST /chat/completions"), Returned(Body(data)))
    assert len(found.tool_calls) == 5_000
    assert len(found.tool_calls[0].arguments) == 5_000


def test_many_pieces_of_google_and_amazon_are_put_together_in_linear_time():
    text = {"candidates": [{"content": {"parts": [{"text": "x"}]}}]}
    piece = {"functionCall": {"partialArgs": [{"jsonPath": "$.a", "stringValue": "x"}], "willContinue": True}}
    asked = {"candidates": [{"content": {"parts": [piece]}}]}
    array = json.dumps([text] * 5_000 + [asked] * 5_000).encode()
    for data in (array, array[:-1]):
        found = reply(Call("chat", "POST /models/g:streamGenerateContent"), Returned(Body(data)))
        assert len(found.text) == 5_000
        assert json.loads(found.tool_calls[0].arguments) == {"a": "x" * 5_000}
    delta = {"contentBlockIndex": 0, "delta": {"text": "x"}}
    frames = frame("contentBlockDelta", delta) * 5_000
    assert len(reply(Call("chat", "POST /model/m/converse-stream"), Returned(Body(frames))).text) == 5_000
