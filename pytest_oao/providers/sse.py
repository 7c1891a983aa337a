"""Server-sent events, read as a browser reads them (WHATWG HTML §9.2.6)."""

from collections.abc import Iterator
from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event: its name, `message` where the stream gives none, and its data lines joined by newlines."""

    event: str
    data: str


def parse(data: bytes | str) -> Iterator[Event]:
    """Yield the events of a stream.

    An event that the end of the stream cuts is left out: a client never saw it either. `id` and `retry` mean
    nothing to a recording, comments neither.
    """
    name, lines = "", list[str]()
    for line in _lines(data):
        if not line:
            if lines:
                yield Event(name or "message", "\n".join(lines))
            name, lines = "", []
            continue
        field, _, value = line.partition(":")
        if field == "data":
            lines.append(value.removeprefix(" "))
        elif field == "event":
            name = value.removeprefix(" ")


def _lines(data: bytes | str) -> Iterator[str]:
    """Yield the ended lines: the text after the last line end is a line that was cut."""
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    for line in raw.removeprefix(_BOM).splitlines(keepends=True):
        # bytes split at CR, LF and CRLF alone; str would split at form feeds and U+2028 inside a JSON text too
        if line.endswith((b"\n", b"\r")):
            yield line.rstrip(b"\r\n").decode("utf-8", "replace")
