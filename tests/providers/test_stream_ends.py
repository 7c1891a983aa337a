import json

import pytest

from pytest_oao.providers.stream_ends import said_all

CHUNK = b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'
DELTA = b'event: content_block_delta\ndata: {"type": "content_block_delta"}\n\n'
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
        b"\x00\xff\x00message_stop\xff",
    ],
)
def test_any_other_event_is_not_the_last(data):
    assert not said_all(data)
