"""How the events of a stream travel: as server-sent events, in Amazon's binary frames, or as one JSON list."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pytest_oao.providers import aws_eventstream, sse

_FRAMES = "/invoke-with-response-stream"
_LIST = ":streamGenerateContent"
_SSE_WANTED = "alt=sse"
_UNFRAMED = "ping"
"""An event that only a connection needs: Bedrock sends none."""


class Framing(NamedTuple):
    """The media type of a stream, and what makes it of server-sent events."""

    media_type: str
    frame: Callable[[Iterable[bytes]], Iterable[bytes]]


def framing_of(target: str) -> Framing:
    """Return how an API that a call's target names sends its streams.

    Anthropic's messages on Bedrock are framed; Gemini streams a JSON list where its path does not ask for `alt=sse`.
    """
    path, _, query = target.partition("?")
    if path.endswith(_FRAMES):
        return Framing(aws_eventstream.MEDIA_TYPE, _framed)
    if path.endswith(_LIST) and _SSE_WANTED not in query.split("&"):
        return Framing("application/json", _listed)
    return Framing("text/event-stream", iter)


def _framed(events: Iterable[bytes]) -> Iterator[bytes]:
    for event in events:
        for name, data in sse.parse(event):
            if name != _UNFRAMED:
                yield aws_eventstream.written(b'{"bytes":"' + b64encode(data.encode()) + b'"}')


def _listed(events: Iterable[bytes]) -> Iterator[bytes]:
    before = b"["
    for event in events:
        for _, data in sse.parse(event):
            yield before + data.encode()
            before = b",\r\n"
    yield b"]" if before != b"[" else b"[]"
