"""A chain of JSON lines: each names the sha256 of the line before, so that a cut or a flipped bit shows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import BinaryIO, NamedTuple

import orjson

from pytest_oao.cassette.disk import READ_LIMIT
from pytest_oao.errors import HostileFile
from pytest_oao.model.jsontypes import JSONObject

ROOT = "0" * 64
"""What the first line names as the sha256 of the line before."""
LINE_LIMIT = 256 * 1024 * 1024
"""Bytes in one line, written or read."""

BEGINNING = b'{"prev":"'
"""What every line begins with, and so the whole file."""

_HEAD = BEGINNING + b'%s",'
_TAIL = b',"sha256":"%s"}\n'
_TAIL_SIZE = len(_TAIL % ROOT.encode())
_AS_IT_IS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
_PIECE = 64 * 1024
_patient = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain stops holding: the line (from 1), the byte it begins at, and why."""

    line: int
    offset: int
    why: str
    cut: bool = False
    """Whether the file just ends there, as one does whose writer was killed."""

    def __str__(self) -> str:
        return f"line {self.line} (byte {self.offset}): {self.why}"


class End(NamedTuple):
    """Where a chain ends that is written: its bytes, and the sha256 of its last line."""

    size: int = 0
    digest: str = ROOT

    def then(self, payload: JSONObject) -> "tuple[bytes, End]":
        """Return the line that goes on with a payload, and where the chain ends then; raises what `link` does.

        A chain that would be too large to be read raises OverflowError, too.
        """
        line, digest = link(self.digest, payload)
        end = End(self.size + len(line), digest)
        if end.size > READ_LIMIT:
            raise OverflowError(f"a journal of more than {READ_LIMIT} bytes would be too large to be read")
        return line, end


def link(prev: str, payload: JSONObject) -> tuple[bytes, str]:
    """Return the line that carries a payload (not empty) after the line of sha256 `prev`, and its own sha256.

    Raises TypeError, ValueError or RecursionError for what is no JSON, and OverflowError for a line that would not be
    read; a number that is not finite becomes null.
    """
    assert payload
    covered = _HEAD % prev.encode() + _encoded(payload)[1:-1]
    size = len(covered) + _TAIL_SIZE
    if size > LINE_LIMIT:
        raise OverflowError(f"a line of {size} bytes would be too long to be read")
    digest = sha256(covered).hexdigest()
    return covered + _TAIL % digest.encode(), digest


def is_link(line: bytes) -> bool:
    """Whether a line, its newline included, carries its own sha256; what stands in it is not looked at."""
    return line.endswith(_TAIL % sha256(line[:-_TAIL_SIZE]).hexdigest().encode())


def _encoded(payload: JSONObject) -> bytes:
    try:
        return orjson.dumps(payload, option=_AS_IT_IS)
    except TypeError:  # a lone surrogate, which only an escape can carry, a long number, or no JSON at all
        return _patient(payload).encode()


class Chain:
    """Iterates over the payloads of the longest valid prefix; after that `broken` says why it is not the whole.

    `where` names the file in errors. While a payload is being looked at, `line` and `offset` say where it stands.
    Raises HostileFile for JSON that is nested too deep or holds a number with thousands of digits, and OSError.
    """

    line: int
    offset: int
    broken: Break | None

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self.line = self.offset = 0
        self.broken = None
        self._stream = stream
        self._where = where

    def __iter__(self) -> Iterator[JSONObject]:
        head, digest, size = _HEAD % ROOT.encode(), b"", 0
        while True:
            self.line, self.offset = self.line + 1, self.offset + size
            start = self._stream.readline(len(head))
            if not start:
                return
            rest = self._stream.readline(LINE_LIMIT) if start == head else b""
            covered = rest[:-_TAIL_SIZE]
            digest = sha256(head + covered).hexdigest().encode()
            payload = self._payload(covered) if rest.endswith(_TAIL % digest) else None
            if payload is None:
                self.broken = self._break(start, head, rest)
                return
            yield payload
            head, size = _HEAD % digest, len(head) + len(rest)

    def _payload(self, text: bytes) -> "JSONObject | None":
        """Parse the inside of a line's braces; None where it is no JSON or empty."""
        try:
            payload: JSONObject = json.loads((b"{%s}" % text).decode())
        except (json.JSONDecodeError, UnicodeDecodeError):
            return None
        except (RecursionError, ValueError) as error:  # a ValueError is a number of more digits than int() takes
            raise HostileFile(
                f"line {self.line} is nested too deep or holds a number that is too long",
                where=self._where,
                remedy="No recording holds such a line: do not trust the file; delete it and record again.",
            ) from error
        return payload or None

    def _break(self, start: bytes, head: bytes, rest: bytes) -> Break:
        whole = (start + rest).endswith(b"\n")
        is_begun = start == head or (head.startswith(start.rstrip(b"\0")) and not self._goes_on())
        if not whole and is_begun and len(rest) < LINE_LIMIT:
            nothing = (
                ", and NUL bytes stand in its place, as after a power cut" if (start + rest).endswith(b"\0") else ""
            )
            return Break(self.line, self.offset, f"the line is cut short{nothing}", cut=True)
        if start != head:
            why = "the line does not follow the one before it"
        elif not whole:
            why = f"the line is longer than {LINE_LIMIT} bytes"
        else:
            why = "the line's sha256 does not hold, or it is no JSON"
        return Break(self.line, self.offset, why)

    def _goes_on(self) -> bool:
        """Whether more than NUL bytes is left to be read."""
        return any(piece.strip(b"\0") for piece in iter(partial(self._stream.read, _PIECE), b""))
