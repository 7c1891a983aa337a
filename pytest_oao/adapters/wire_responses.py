"""Responses on the wire: read as they pass while recording, and written again from the record in replay."""

import io
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from pytest_oao.adapters.http_exchanges import reason_of
from pytest_oao.adapters.tapes import Tape
from pytest_oao.adapters.wire_chunks import chunk, unchunked
from pytest_oao.errors import OaoHalt
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed

CUT = "IncompleteRead"
"""What http.client raises where a body ends before it is whole."""
CHUNKING = "HTTP/1.1"
"""The version that sends bodies in chunks; before it, the end of the connection is the end of a body."""
_PROMISE = re.compile(r" of (\d+) bytes\Z")
_BODILESS = frozenset({204, 304})


def head_bytes(head: Head, framing: str = "") -> bytes:
    """Return a response's status line and headers as a server sends them."""
    lines = [f"{head.http_version} {head.status} {reason_of(head.status)}"]
    lines += [f"{name}: {value}" for name, value in head.headers]
    lines += [framing] if framing else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def recorded_pieces(outcome: Returned | Streamed, head: Head, method: str) -> Iterator[bytes]:
    """Yield a recorded answer as a server sends it: the head, and then each chunk for itself."""
    if method == "HEAD" or head.status in _BODILESS:
        yield head_bytes(head)
    elif isinstance(outcome, Returned):
        data = outcome.body.data
        yield head_bytes(head, f"content-length: {len(data)}")
        yield data
    elif head.http_version != CHUNKING:
        yield head_bytes(head)
        yield from outcome.chunks()
    elif promised := _promised(outcome.end):
        yield head_bytes(head, f"content-length: {promised}")
        yield from outcome.chunks()
    else:
        yield head_bytes(head, "transfer-encoding: chunked")
        for part in outcome.chunks():
            yield chunk(part)


def _promised(end: str | Raised) -> str:
    """Return how long a body was to be that was cut, or the empty string where nobody said so."""
    promise = _PROMISE.search(end.message) if isinstance(end, Raised) and end.type == CUT else None
    return promise[1] if promise else ""


class RecordedFile(io.RawIOBase):
    """What a socket in replay is read from: the recorded pieces, and then what `end()` says or raises."""

    def __init__(self, pieces: Iterable[bytes], end: Callable[[], bytes]) -> None:
        self._pieces, self._end = iter(pieces), end
        self._left = b""
        self._ended = False

    def readable(self) -> bool:
        """Say that this is read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give of the next piece what fits, nothing at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                if self._ended:
                    return 0
                self._left, self._ended = self._end(), True
                if not self._left:
                    return 0
            else:
                self._left = piece
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


class Framing(NamedTuple):
    """How a body says where it ends."""

    chunked: bool
    length: int | None
    """None where the end of the connection is the end of the body."""

    def is_whole(self, raw: bytes, *, ended: bool) -> bool:
        """Whether these bytes are all of the body; `ended` when the connection is."""
        if self.chunked:
            return unchunked(raw).ended
        return ended if self.length is None else len(raw) >= self.length

    def cut(self, size: int) -> Raised:
        """Return how a body ended that should have gone on."""
        return Raised(
            CUT, f"the body ended after {size} of {self.length} bytes" if self.length else "a chunk is missing"
        )


class TapedFile:
    """The file that http.client reads a body from: what it reads of it is passed on, and put on a tape."""

    def __init__(self, file: Any, tape: Tape, framing: Framing, fail: Callable[[BaseException], Raised]) -> None:
        self._file, self._tape, self._framing, self._fail = file, tape, framing, fail
        self._ended = False

    def read(self, size: int | None = -1) -> bytes:
        """Read as the file does; what is short has come to the end."""
        data = self._passed(self._file.read, size)
        self._ended |= size is None or size < 0 or len(data) < size
        return data

    def read1(self, size: int = -1) -> bytes:
        """Read as the file does."""
        return self._passed(self._file.read1, size)

    def readline(self, size: int = -1) -> bytes:
        """Read as the file does."""
        return self._passed(self._file.readline, size)

    def readinto(self, buffer: Any) -> int:
        """Read as the file does."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _passed(self, read: Callable[[Any], bytes], size: int | None) -> bytes:
        try:
            data = read(size)
        except BaseException as error:
            self._tape.over(self._fail(error))
            raise
        if data:
            try:
                self._tape.pass_on(data)
            except OaoHalt:
                self.close()
                raise
        elif size != 0:
            self._ended = True
        return data

    def close(self) -> None:
        """Close the file: what was read of it is all that the agent saw."""
        try:
            self._file.close()
        finally:
            self.over()

    def over(self) -> None:
        """Say how far the body was read."""
        raw = b"".join(self._tape.chunks)
        if self._framing.is_whole(raw, ended=self._ended):
            self._tape.over("complete")
        else:
            self._tape.over(self._framing.cut(len(raw)) if self._ended else "closed")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def without_frames(tape: Tape) -> None:
    """Have a tape of a chunked body hold its chunks, each with the time at which it was there."""
    sizes = list(accumulate(map(len, tape.chunks)))
    found = unchunked(b"".join(tape.chunks))
    tape.times = [tape.times[bisect_left(sizes, end)] for end in found.ends]
    tape.chunks = list(found.chunks)
