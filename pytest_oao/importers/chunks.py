"""Where a stream was cut, as far as one can tell afterwards: at the ends of its events."""

import re
import struct

from pytest_oao.providers import aws_eventstream

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_LINE = re.compile(rb"\n")
_LENGTH = struct.Struct(">I")


def chunk_sizes(body: bytes, media_type: str) -> tuple[int, ...]:
    """Return the sizes of a stream's chunks, one event each; what follows the last event is a chunk of its own."""
    kind = media_type.lower()
    if kind.startswith(aws_eventstream.MEDIA_TYPE):
        return _frames(body)
    pattern = _BLANK_LINE if kind.startswith("text/event-stream") else _LINE
    ends = [match.end() for match in pattern.finditer(body)]
    if not ends or ends[-1] < len(body):
        ends.append(len(body))
    return tuple(end - start for start, end in zip([0, *ends], ends, strict=False) if end > start)


def _frames(body: bytes) -> tuple[int, ...]:
    sizes, left = [], len(body)
    while left:
        start = len(body) - left
        size = _LENGTH.unpack_from(body, start)[0] if left >= _LENGTH.size else left
        size = size if _LENGTH.size < size <= left else left
        sizes.append(size)
        left -= size
    return tuple(sizes)
