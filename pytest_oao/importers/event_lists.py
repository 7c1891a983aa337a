"""The events of a stream, as a log lists them, to the bytes that they came in."""

from collections.abc import Iterable, Mapping, Sequence

from pytest_oao.cassette.encodings import compact
from pytest_oao.model.jsontypes import JSON
from pytest_oao.providers.fields import record

_LINES = ("data:", "event:", "id:", "retry:", ":")
_WRAPPED = frozenset({"event", "data", "id", "retry"})
_CLOSED = frozenset({"chat.completion.chunk", "text_completion"})
"""The events of APIs whose streams end with a word of their own."""
_DONE = b"data: [DONE]\n\n"


def sse_of(events: Sequence[JSON]) -> bytes:
    """Return server-sent events as their API writes them; raises TypeError for what is no event."""
    texts = [event for event in events if isinstance(event, str)]
    if len(texts) == len(events):
        return _joined(texts)
    written = b"".join(_event(event) for event in events)
    closes = _CLOSED.isdisjoint(str(record(event).get("object")) for event in events)
    return written if closes or written.endswith(_DONE) else written + _DONE


def is_sse(text: str | bytes) -> bool:
    """Whether a text begins as server-sent events do."""
    start = text[:64].lstrip()
    return start.startswith(_LINES) if isinstance(start, str) else start.startswith(tuple(map(str.encode, _LINES)))


def _joined(texts: Iterable[str]) -> bytes:
    """Put lines, events or pieces of a stream together: what ends in a line end was cut from the text as it was."""
    pieces = list(texts)
    if any(piece.endswith("\n") for piece in pieces[:-1]) or not any(is_sse(piece) for piece in pieces):
        return "".join(pieces).encode()
    ends = ("\n" if piece.startswith(("event:", "id:", "retry:")) else "\n\n" for piece in pieces)
    return "".join(piece + end for piece, end in zip(pieces, ends, strict=True)).encode()


def _event(event: JSON) -> bytes:
    if isinstance(event, str):
        return b"data: " + event.encode() + b"\n\n"
    if not isinstance(event, Mapping):
        raise TypeError(f"{event!r:.40} is no event")
    if "data" in event and event.keys() <= _WRAPPED:
        data = event["data"]
        return named_event(event.get("event"), data.encode() if isinstance(data, str) else compact(data))
    return named_event(event.get("type"), compact(event))


def named_event(name: JSON, data: bytes) -> bytes:
    """Write an event; those of APIs that name them carry the name in the data too."""
    line = b"event: " + name.encode() + b"\n" if isinstance(name, str) and name and name.isprintable() else b""
    return line + b"data: " + data + b"\n\n"
