import os
from binascii import crc32
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.providers.aws_eventstream import Message, parse

SHARED = Path(os.environ.get("OAO_SHARED", Path(__file__).parents[3] / "shared")) / "corpus"


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def header(name: str, kind: int, value: bytes) -> bytes:
    size = len(value).to_bytes(2, "big") if kind in (6, 7) else b""
    return bytes([len(name)]) + name.encode() + bytes([kind]) + size + value


def frame(payload: bytes, *headers: bytes) -> bytes:
    block = b"".join(headers)
    prelude = u32(16 + len(block) + len(payload)) + u32(len(block))
    begun = prelude + u32(crc32(prelude)) + block + payload
    return begun + u32(crc32(begun))


def test_text_headers_are_told_and_others_are_stepped_over():
    sizes = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 6: 3, 8: 8, 9: 16}
    others = [header(f"h{kind}", kind, b"\1" * size) for kind, size in sizes.items()]
    data = frame(b"{}", *others, header(":event-type", 7, b"chunk"))
    assert list(parse(data)) == [Message({":event-type": "chunk"}, b"{}")]


def test_messages_up_to_the_cut_are_told():
    one, two = frame(b"one"), frame(b"two")
    for size in range(len(two)):
        assert [m.payload for m in parse(one + two[:size])] == [b"one"]
    assert [m.payload for m in parse(one + two)] == [b"one", b"two"]


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=4), st.data())
def test_a_flipped_byte_ends_the_stream_before_it(payloads, data):
    frames = [frame(payload, header("a", 7, b"b")) for payload in payloads]
    stream = bytearray(b"".join(frames))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= data.draw(st.integers(1, 255))
    whole, end = 0, 0
    for one in frames:
        end += len(one)
        whole += end <= at
    assert [m.payload for m in parse(bytes(stream))] == payloads[:whole]


@given(st.binary(max_size=100))
def test_any_bytes_are_read(data):
    assert isinstance(list(parse(b"\0\0\0" + data)), list)


@given(st.binary(max_size=40))
def test_any_header_block_is_read(block):
    assert len(list(parse(frame(b"{}", block)))) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not here")
def test_streams_of_the_real_service_are_read_to_their_end():
    streams = []
    for path in (SHARED / "vcr-yaml").rglob("*.yaml"):
        if b"vnd.amazon.eventstream" in path.read_bytes():
            streams += [i["response"]["body"]["string"] for i in yaml.safe_load(path.read_bytes())["interactions"]]
    for data in streams:
        messages = list(parse(data))
        assert messages[0].headers[":event-type"] == "messageStart"
        assert messages[-1].headers[":event-type"] == "metadata"
    assert len(streams) >= 2
