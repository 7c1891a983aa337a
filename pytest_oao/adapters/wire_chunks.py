"""The chunks of HTTP/1.1's chunked transfer encoding, out of the bytes of a connection and back."""

from collections.abc import Sequence
from typing import NamedTuple

_LINE = b"\r\n"
LAST = b"0\r\n\r\n"


class Unchunked(NamedTuple):
    """What chunked bytes hold."""

    chunks: Sequence[bytes]
    ends: Sequence[int]
    """For each chunk, at which byte of the connection it was there."""
    ended: bool
    """Whether the last chunk, which is empty, came."""


def unchunked(data: bytes) -> Unchunked:
    """Take the frames off; the last chunk may be cut."""
    chunks: list[bytes] = []
    ends: list[int] = []
    at = 0
    while True:
        line = data.find(_LINE, at)
        size = _size(data[at:line]) if line >= 0 else None
        if not size:
            return Unchunked(chunks, ends, size == 0)
        start = line + len(_LINE)
        if start < len(data):
            chunks.append(data[start : start + size])
            ends.append(min(start + size, len(data)))
        at = start + size + len(_LINE)


def chunk(data: bytes) -> bytes:
    """Put a chunk's frame around bytes."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def _size(line: bytes) -> int | None:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        return None
