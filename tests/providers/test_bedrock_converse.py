import json
import struct
import time
from binascii import crc32

import pytest

from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.aws_eventstream import MEDIA_TYPE
from pytest_oao.providers.recognition import BEDROCK_CONVERSE, Recognised


def frame(payload, **headers):
    head = b""
    for name, value in headers.items():
        key, said = f":{name.replace('_', '-')}".encode(), value.encode()
        head += bytes([len(key)]) + key + b"\7" + struct.pack(">H", len(said)) + said
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    message = prelude + struct.pack(">I", crc32(prelude)) + head + body
    return message + struct.pack(">I", crc32(message))


def event(name, payload):
    return frame(payload, event_type=name, content_type="application/json", message_type="event")


def delta(index, **said):
    return event("contentBlockDelta", {"contentBlockIndex": index, "delta": said, "p": "abcdefg"})


USAGE = {
    "inputTokens": 10,
    "outputTokens": 7,
    "cacheReadInputTokens": 4,
    "cacheWriteInputTokens": 3,
    "totalTokens": 24,
}
FRAMES = [
    event("messageStart", {"role": "assistant"}),
    delta(0, reasoningContent={"text": "why "}),
    delta(0, reasoningContent={"text": "not"}),
    delta(0, reasoningContent={"signature": "s"}),
    event("contentBlockStop", {"contentBlockIndex": 0}),
    delta(1, text="Hi"),
    delta(1, text=" there"),
    event("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t1", "name": "f"}}}),
    delta(2, toolUse={"input": ""}),
    delta(2, toolUse={"input": '{"q": '}),
    delta(2, toolUse={"input": '"x"}'}),
    event("contentBlockStart", {"contentBlockIndex": 3, "start": {"toolUse": {"toolUseId": "t2", "name": "g"}}}),
    event("messageStop", {"stopReason": "tool_use"}),
    event("metadata", {"usage": USAGE, "metrics": {"latencyMs": 1}}),
]
STREAM = b"".join(FRAMES)
WHOLE = {
    "output": {
        "message": {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "why not", "signature": "s"}}},
                {"text": "Hi"},
                {"citationsContent": {"content": [{"text": " there"}], "citations": []}},
                {"toolUse": {"toolUseId": "t0", "name": "nova_grounding", "input": {}, "type": "server_tool_use"}},
                {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"q": "x"}}},
                {"toolUse": {"toolUseId": "t2", "name": "g"}},
            ],
        }
    },
    "stopReason": "tool_use",
    "usage": USAGE,
}
SAID = Reply("Hi there", "why not", (ToolCall("t1", "f", '{"q": "x"}'), ToolCall("t2", "g", "")))
TOLD = {
    "gen_ai.response.finish_reasons": ["tool_use"],
    "gen_ai.usage.input_tokens": 17,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.usage.cache_read.input_tokens": 4,
    "gen_ai.usage.cache_creation.input_tokens": 3,
}


@pytest.mark.parametrize(
    ("data", "media_type"), [(STREAM, MEDIA_TYPE), (STREAM, ""), (json.dumps(WHOLE).encode(), "application/json")]
)
def test_an_answer_says_the_same_streamed_and_whole(data, media_type):
    assert BEDROCK_CONVERSE.reply(data, media_type) == SAID
    assert BEDROCK_CONVERSE.describe_response(data, media_type) == TOLD


def test_of_a_stream_that_was_cut_what_came_is_told():
    cut = b"".join(FRAMES[:7]) + FRAMES[7][:20]
    assert BEDROCK_CONVERSE.reply(cut, "") == Reply("Hi there", "why not")
    assert BEDROCK_CONVERSE.describe_response(cut, "") == {}


def test_an_error_in_a_stream_tells_its_type():
    error = frame({"message": "slow down"}, exception_type="throttlingException", message_type="exception")
    told = BEDROCK_CONVERSE.describe_response(b"".join(FRAMES[:7]) + error, MEDIA_TYPE)
    assert told == {"error.type": "throttlingException"}


def test_a_request_tells_its_parameters():
    asked = {
        "messages": [],
        "inferenceConfig": {"maxTokens": 100, "temperature": 0.5, "topP": 0.9, "stopSequences": ["x"]},
        "additionalModelRequestFields": {"top_k": 40},
        "outputConfig": {"textFormat": {"type": "json_schema"}},
    }
    assert BEDROCK_CONVERSE.describe_request(asked) == {
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.stop_sequences": ["x"],
        "gen_ai.request.top_k": 40,
        "gen_ai.output.type": "json",
    }


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/gateway/model/a%2Fb/converse", "/model/a/b/converse"),
        ("/model/a/model/b/converse-stream", "/model/a/model/b/converse-stream"),
        ("/model//converse/b/converse", "/model//converse/b/converse"),
        ("/model//converse", None),
        ("/model//converse-stream", None),
        ("/model/converse", None),
        ("/model/a/converse/", None),
    ],
)
def test_a_model_stands_between_the_two_words_of_the_path(path, endpoint):
    assert BEDROCK_CONVERSE.endpoint("POST", path) == endpoint
    assert BEDROCK_CONVERSE.endpoint("GET", path) is None


def test_a_long_path_is_looked_at_in_no_time():
    started = time.process_time()
    assert BEDROCK_CONVERSE.endpoint("POST", "/model/" * 30_000) is None
    assert not Recognised(BEDROCK_CONVERSE, "/model/" * 30_000).model
    assert time.process_time() - started < 1
