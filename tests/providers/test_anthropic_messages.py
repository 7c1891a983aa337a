import json
from base64 import b64encode
from binascii import crc32

import pytest

from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.recognition import ANTHROPIC_MESSAGES

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "model": "claude",
        "content": [],
        "stop_reason": None,
        "usage": {
            "input_tokens": 10,
            "cache_read_input_tokens": 5,
            "cache_creation_input_tokens": 2,
            "output_tokens": 1,
        },
    },
}
BLOCKS = [
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "why"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "ping"},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "H"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "i"}},
    {
        "type": "content_block_start",
        "index": 2,
        "content_block": {"type": "tool_use", "id": "a", "name": "f", "input": {}},
    },
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": ""}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"x": '}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "1}"}},
    {
        "type": "content_block_start",
        "index": 3,
        "content_block": {"type": "tool_use", "id": "b", "name": "g", "input": {}},
    },
]
END = [
    {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use"},
        "usage": {"output_tokens": 20, "input_tokens": None},
    },
    {"type": "message_stop"},
]
SAID = Reply("Hi", "why", (ToolCall("a", "f", '{"x": 1}'), ToolCall("b", "g", "{}")))
TOLD = {
    "gen_ai.response.id": "msg_1",
    "gen_ai.response.model": "claude",
    "gen_ai.response.finish_reasons": ["tool_use"],
    "gen_ai.usage.input_tokens": 17,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 5,
    "gen_ai.usage.cache_creation.input_tokens": 2,
}


def stream(*events):
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


def frames(*events):
    """The events as Bedrock sends them."""
    return b"".join(frame({"bytes": b64encode(json.dumps(event).encode()).decode(), "p": "abc"}) for event in events)


def frame(payload, **headers):
    block = b"".join(
        bytes([len(name) + 1])
        + b":"
        + name.replace("_", "-").encode()
        + b"\x07"
        + len(value).to_bytes(2, "big")
        + value.encode()
        for name, value in headers.items()
    )
    data = json.dumps(payload).encode()
    prelude = (16 + len(block) + len(data)).to_bytes(4, "big") + len(block).to_bytes(4, "big")
    begun = prelude + crc32(prelude).to_bytes(4, "big") + block + data
    return begun + crc32(begun).to_bytes(4, "big")


def test_a_request_is_described_in_the_conventions_names():
    body = {
        "model": "claude",
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 3,
        "max_tokens": 64,
        "stop_sequences": ["a", "b"],
        "stream": True,
        "output_config": {"format": {"type": "json_schema"}},
    }
    assert ANTHROPIC_MESSAGES.describe_request(body) == {
        "gen_ai.request.model": "claude",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.top_k": 3,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.stop_sequences": ["a", "b"],
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "json",
    }


def test_an_answer_says_and_tells_what_it_holds():
    message = START["message"] | {
        "stop_reason": "tool_use",
        "content": [
            {"type": "thinking", "thinking": "why"},
            {"type": "redacted_thinking", "data": "xx"},
            {"type": "text", "text": "H"},
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
            {"type": "text", "text": "i"},
            {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
            {"type": "tool_use", "id": "b", "name": "g", "input": {}},
        ],
    }
    data = json.dumps(message).encode()
    assert ANTHROPIC_MESSAGES.reply(data, "application/json") == SAID
    expected = TOLD | {"gen_ai.usage.output_tokens": 1}
    assert ANTHROPIC_MESSAGES.describe_response(data, "application/json") == expected


@pytest.mark.parametrize(
    ("written", "media_type"),
    [(stream, "text/event-stream"), (frames, "application/vnd.amazon.eventstream"), (frames, "")],
)
def test_a_stream_says_and_tells_the_same(written, media_type):
    data = written(START, *BLOCKS, *END)
    assert ANTHROPIC_MESSAGES.reply(data, media_type) == SAID
    assert ANTHROPIC_MESSAGES.describe_response(data, media_type) == TOLD


def test_a_cut_stream_tells_no_output_tokens():
    """What the start of a message says of them is where it began to count."""
    data = stream(START, *BLOCKS)
    assert ANTHROPIC_MESSAGES.reply(data, "") == SAID
    told = ANTHROPIC_MESSAGES.describe_response(data, "")
    assert told["gen_ai.usage.input_tokens"] == 17
    assert not {"gen_ai.usage.output_tokens", "gen_ai.response.finish_reasons"} & told.keys()


def test_the_last_delta_may_tell_usage_anew():
    end = {
        "type": "message_delta",
        "delta": {},
        "usage": {"input_tokens": 30, "output_tokens": 4, "cache_read_input_tokens": 0},
    }
    told = ANTHROPIC_MESSAGES.describe_response(stream(START, end), "")
    assert told["gen_ai.usage.input_tokens"] == 32
    assert told["gen_ai.usage.cache_read.input_tokens"] == 0


def test_input_that_is_not_told_is_not_zero():
    assert ANTHROPIC_MESSAGES.describe_response(b'{"usage": {"cache_read_input_tokens": 4}}', "") == {
        "gen_ai.usage.cache_read.input_tokens": 4
    }


def test_thinking_tokens_are_reasoning():
    data = b'{"usage": {"input_tokens": 1, "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 7}}}'
    assert ANTHROPIC_MESSAGES.describe_response(data, "")["gen_ai.usage.reasoning.output_tokens"] == 7


def test_an_error_tells_its_type():
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "m"}, "request_id": "r"}
    for data in (json.dumps(body).encode(), stream(START, body)):
        assert ANTHROPIC_MESSAGES.describe_response(data, "")["error.type"] == "overloaded_error"


def test_an_exception_in_an_amazon_stream_tells_its_type():
    failure = frame({"message": "slow down"}, message_type="exception", exception_type="throttlingException")
    told = ANTHROPIC_MESSAGES.describe_response(frames(START) + failure, "application/vnd.amazon.eventstream")
    assert told["error.type"] == "throttlingException"
