"""Secrets that a model said in pieces: found in the joined text of a stream's deltas, taken out of each piece."""

import re
from collections.abc import Callable, Iterator

from pytest_oao.cassette.spans import Span

_TOKEN = re.compile(
    rb"\n(?P<line>)"
    rb'|"(?:index|output_index|content_index|summary_index|contentBlockIndex)"\s?:\s?(?P<index>[0-9]{1,6}+)'
    rb'|"(?P<field>content|text|arguments|delta|partial_json|thinking|reasoning|reasoning_content|refusal|input|transcript'
    rb'|completion|response|generated_text|outputText)"\s?:\s?"(?P<text>(?:[^"\\]++|\\.)*+)"',
    re.DOTALL,
)
"""What tells the channels of a stream apart, and what flows in them."""

_EVENTS = (b"data:", b"event:", b"id:", b"retry:", b":")

Channel = tuple[bytes, ...]


def is_event_stream(data: bytes) -> bool:
    """Whether a body looks like SSE, or like JSON in lines."""
    if data.startswith(_EVENTS):
        return True
    return b"\n" in data and data.startswith(b"{") and b"}\n{" in data


def fragment_spans(data: bytes, find: Callable[[bytes], list[Span]]) -> Iterator[Span]:
    """Yield what `find` finds in the text of each channel, cut up as the events cut it.

    The first piece of a secret gets the placeholder, the others nothing, so that each event stays the JSON it was.
    """
    for channel, pieces in _channels(data).items():
        if len(pieces) > 1:
            for start, end, mark in find(b"".join(pieces)):
                yield from _cut(_places(data, channel), start, end, mark)


def _channels(data: bytes) -> dict[Channel, list[bytes]]:
    channels: dict[Channel, list[bytes]] = {}
    indexes: Channel = ()
    for _line, index, field, text in _TOKEN.findall(data):
        if field:
            channels.setdefault((*indexes, field), []).append(text)
        else:
            indexes = (*indexes, index) if index else ()
    return channels


def _places(data: bytes, channel: Channel) -> Iterator[tuple[int, int]]:
    indexes: Channel = ()
    for match in _TOKEN.finditer(data):
        if match["field"] is not None:
            if (*indexes, match["field"]) == channel:
                yield match.span("text")
        else:
            indexes = (*indexes, match["index"]) if match["index"] is not None else ()


def _cut(places: Iterator[tuple[int, int]], start: int, end: int, mark: bytes) -> Iterator[Span]:
    """Yield the parts of a span of the joined text, each at its place in the data."""
    joined = 0
    for first, last in places:
        low, high = max(start - joined, 0), min(end - joined, last - first)
        if low < high:
            yield first + low, first + high, mark
            mark = b""
        joined += last - first
        if joined >= end:
            return
