"""Amazon's binary event stream (`application/vnd.amazon.eventstream`), in which Bedrock streams its answers.

A message is: total length, length of the headers, CRC32 of these eight bytes (each a big-endian uint32), the headers,
the payload, CRC32 of all before.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zlib import crc32

MEDIA_TYPE = "application/vnd.amazon.eventstream"

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_SMALLEST = _PRELUDE.size + _CRC.size
_FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Header type → bytes of its value; types 6 (bytes) and 7 (text) tell their length in a uint16."""
_TEXT = 7
_CHUNK = ((b":event-type", b"chunk"), (b":content-type", b"application/json"), (b":message-type", b"event"))


class Message(NamedTuple):
    """One message: those of its headers that are text, and its payload."""

    headers: Mapping[str, str]
    payload: bytes


def parse(data: bytes) -> Iterator[Message]:
    """Yield the messages up to the first that is cut or damaged."""
    start = 0
    while len(data) - start >= _SMALLEST:
        total, header_size, prelude_crc = _PRELUDE.unpack_from(data, start)
        end, headers_end = start + total, start + _PRELUDE.size + header_size
        fits = total >= _SMALLEST + header_size and end <= len(data)
        if not fits or crc32(data[start : start + 8]) != prelude_crc:
            return
        if crc32(data[start : end - 4]) != _CRC.unpack_from(data, end - 4)[0]:
            return
        yield Message(
            dict(_headers(data[start + _PRELUDE.size : headers_end])),
            data[headers_end : end - 4],
        )
        start = end


def written(payload: bytes) -> bytes:
    """Return the message in which Bedrock sends a piece of an answer."""
    headers = b"".join(
        bytes([len(name)]) + name + struct.pack(">BH", _TEXT, len(value)) + value for name, value in _CHUNK
    )
    prelude = struct.pack(">II", _SMALLEST + len(headers) + len(payload), len(headers))
    message = prelude + _CRC.pack(crc32(prelude)) + headers + payload
    return message + _CRC.pack(crc32(message))


def _headers(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the text headers; stops at a header that does not fit its block."""
    at = 0
    while at < len(data):
        name_end = at + 1 + data[at]
        if name_end >= len(data):
            return
        kind, value_at = data[name_end], name_end + 1
        size = _FIXED.get(kind)
        if size is None:
            size = int.from_bytes(data[value_at : value_at + 2], "big")
            value_at += 2
        if kind == _TEXT:
            yield _decoded(data[at + 1 : name_end]), _decoded(data[value_at : value_at + size])
        at = value_at + size


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")
