import json
import struct
from base64 import b64encode
from binascii import crc32

import pytest

from pytest_oao.providers.stream_ends import said_all

CHUNK = b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'
DELTA = b'event: content_block_delta\ndata: {"type": "content_block_delta"}\n\n'
GEMINI = b'data: {"candidates": [{"content": {"parts": [{"text": "a"}]}}]}\n\n'
ENDED = b'data: {"candidates": [{"finishReason": "STOP"}], "usageMetadata": {}}\r\n\r\n'


def frame(name, payload=b"{}"):
    head = b"\x0b:event-type\7" + struct.pack(">H", len(name)) + name
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack(">I", crc32(prelude)) + head + payload
    return message + struct.pack(">I", crc32(message))


STOPPED = frame(b"contentBlockDelta") + frame(b"messageStop")
LONG = json.dumps({"type": "response.completed", "response": {"output": ["x" * 10_000]}}).encode()


@pytest.mark.parametrize(
    "data",
    [
        CHUNK + b"data: [DONE]\n\n",
        CHUNK + b"data: [DONE]",
        CHUNK + b"data:[DONE]\n\n\n",
        (CHUNK + b"data: [DONE]\n\n").replace(b"\n", b"\r\n"),
        (CHUNK + b"data: [DONE]\n\n").replace(b"\n", b"\r"),
        DELTA + b'event: message_stop\ndata: {"type": "message_stop"}\n\n',
        DELTA + b'data: {"type": "message_stop"}\n\n',
        b"event: response.completed\ndata: " + LONG + b"\n\n",
        b"data: " + LONG + b"\n\n",
        GEMINI + ENDED,
        b'[{"candidates": []},\r\n{"candidates": []}\n]\n',
        STOPPED + frame(b"metadata"),
        frame(b"chunk", b'{"bytes": "%s"}' % b64encode(b'{"type": "message_stop"}')),
        b'event: message-end\ndata: {"type": "message-end"}\n\n',
        b'event: response.failed\ndata: {"type": "response.failed"}\n\n',
    ],
)
def test_the_last_event_tells(data):
    assert said_all(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        CHUNK,
        CHUNK + b": [DONE]\n\n",
        CHUNK.replace(b'"a"', b'"[DONE] message_stop response.completed"'),
        b"data: [DONE]\n\n" + CHUNK,
        DELTA + b"event: message_delta\ndata: {}\n\n",
        b"data: message_stop\n\n",
        b"data: [1]\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        ENDED + GEMINI,
        b'data: {"candidates": []}\n\n',
        b'data: {"candidates": [{"finishReason": "STOP"}, {"index": 1}]}\n\n',
        b'[{"candidates": []},\r\n{"candi',
        STOPPED,
        STOPPED + frame(b"metadata")[:-1],
        b"event: metadata\ndata: {}\n\n",
        b"\x00\xff\x00message_stop\xff",
    ],
)
def test_any_other_event_is_not_the_last(data):
    assert not said_all(data)
