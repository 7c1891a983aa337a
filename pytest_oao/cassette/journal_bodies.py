"""Bodies in the journal: text where they are UTF-8, base64 where not, and request bodies as what is new in them."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from pytest_oao.cassette.deltas import rebuilt, shared
from pytest_oao.cassette.fields import Fields
from pytest_oao.errors import DamagedFile
from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSONObject

WORTH = 256
"""Bytes that a delta must save: below this, a whole body is shorter or as short."""
KEPT = 64 * 1024 * 1024
"""Bytes of previous bodies kept in memory; beyond this, the lanes that were silent longest begin anew."""


def body_record(body: Body) -> JSONObject:
    """Return a whole body as JSON; empty for `EMPTY`."""
    data = body.data
    record = _content(data) if data else {}
    return record | {"media_type": body.media_type} if body.media_type else record


def body_from(fields: Fields) -> Body:
    """Read a whole body."""
    data, media_type = _content_from(fields), fields.text("media_type", "")
    fields.done()
    return Body(data, media_type) if data or media_type else EMPTY


def _content(data: bytes) -> JSONObject:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


def _content_from(fields: Fields) -> bytes:
    kind = "base64" if "base64" in fields else "text"
    text = fields.text(kind, "")
    try:
        return b64decode(text, validate=True) if kind == "base64" else text.encode()
    except ValueError:  # binascii.Error and UnicodeEncodeError are ones
        fields.fail(f"the {kind} of a body does not stand for bytes")


class PreviousBodies:
    """The last request body of each lane and target, against which the next one there is written."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._size = 0

    def record(self, call: Call) -> JSONObject:
        """Return a request body as JSON: whole, or as what is new since the previous one."""
        data = call.body.data
        of, previous = self._last.get((call.lane, call.target), (0, b""))
        head, tail = shared(previous, data) if len(data) > WORTH else (0, 0)
        if head + tail < WORTH:
            return body_record(call.body)
        record: JSONObject = {"of": of, "head": head, "tail": tail, "sha256": call.body.sha256}
        return record | body_record(Body(data[head : len(data) - tail], call.body.media_type))

    def keep(self, seq: int, call: Call) -> None:
        """Remember a request body that stands in the file."""
        data, place = call.body.data, (call.lane, call.target)
        if len(data) <= WORTH:
            return
        self._forget(place)
        self._last[place] = (seq, data)
        self._size += len(data)
        while self._size > KEPT:
            self._forget(next(iter(self._last)))

    def _forget(self, place: tuple[str, str]) -> None:
        _, data = self._last.pop(place, (0, b""))
        self._size -= len(data)


@dataclass(frozen=True, slots=True)
class _Piece:
    of: int
    head: int
    middle: bytes
    tail: int


class RequestBodies:
    """Request bodies as read: each is put together when it is asked for, so that reading costs what is in the file."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._whole: dict[int, bytes] = {}
        self._pieces: dict[int, _Piece] = {}
        self._sizes: dict[int, int] = {}
        self._roots: dict[int, int] = {}
        """Call → the call whose whole body its own comes from by deltas."""
        self._latest: dict[int, tuple[int, bytes]] = {}
        """Root → the call whose body was put together last, and that body: the next one is most often built on it."""

    def read(self, seq: int, fields: Fields) -> Body:
        """Read the request body of call `seq`, whose base was read before; raises DamagedFile."""
        return self._delta(seq, fields) if "of" in fields else self._read_whole(seq, fields)

    def _read_whole(self, seq: int, fields: Fields) -> Body:
        body = body_from(fields)
        self._whole[seq] = body.data
        self._roots[seq] = seq
        self._sizes[seq] = len(body.data)
        return body

    def _delta(self, seq: int, fields: Fields) -> Body:
        of, head, tail = fields.whole("of"), fields.whole("head"), fields.whole("tail")
        if head + tail > self._sizes.get(of, -1):
            fields.fail(f"the body takes {head} and {tail} bytes of call {of}'s body, which has fewer")
        middle, digest, media_type = _content_from(fields), fields.text("sha256"), fields.text("media_type", "")
        fields.done()
        self._pieces[seq] = _Piece(of, head, middle, tail)
        self._sizes[seq] = head + len(middle) + tail
        self._roots[seq] = self._roots[of]
        return Body.deferred(partial(self._load, seq, digest), digest, media_type)

    def _load(self, seq: int, digest: str) -> bytes:
        root = self._roots[seq]
        latest, data = self._latest.get(root, (root, self._whole[root]))
        todo, at = [], seq
        while at not in (latest, root):
            todo.append(self._pieces[at])
            at = todo[-1].of
        data = data if at == latest else self._whole[root]
        for piece in reversed(todo):
            data = rebuilt(data, piece.head, piece.middle, piece.tail)
        if sha256(data).hexdigest() != digest:
            raise DamagedFile(
                f"the request body of call {seq} is not the one that was recorded",
                where=self._where,
                remedy="The file was edited or damaged: take it from where it was copied, or record again.",
            )
        self._latest[root] = (seq, data)
        return data
