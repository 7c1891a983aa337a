"""The bytes of a body ⇄ how a cassette shows them: `json`, `text`, `base64` or `blob`."""

import re
from base64 import b64decode, encodebytes
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from pytest_oao.cassette import encodings, limits
from pytest_oao.cassette.fields import Fields
from pytest_oao.cassette.measures import Sizes
from pytest_oao.cassette.sharing import FIRST
from pytest_oao.errors import DamagedFile
from pytest_oao.model.bodies import Body
from pytest_oao.model.jsontypes import JSON, JSONObject

KINDS = frozenset({"json", "text", "base64", "blob"})
"""The fields of a form that hold its content: one of them, none for no bytes."""
Whole = Callable[[JSON], JSON]
Blobs = Callable[[str], bytes]
"""Returns the blob of a sha256; raises OaoError."""

_RESERVED = re.compile(rb'\$(?<="\$)%s"' % FIRST[1:].encode())
_HEX = re.compile("[0-9a-f]{64}")
_EDITED = "If you edited it: `oao seal FILE` accepts a hand edit; else take it from version control, or record again."


@dataclass(slots=True)
class Room:
    """What a file that is being written may still hold, and the blobs that stand beside it."""

    nodes: int = limits.STRUCTURED_NODES
    inline: int = limits.INLINE_BYTES
    blobs: dict[str, bytes] = field(default_factory=dict)
    sizes: Sizes = field(default_factory=partial(Sizes, limits.BODY_NODES, limits.BODY_DEPTH))
    """Of the bodies in it."""


def parsed(body: Body) -> tuple[JSON] | None:
    """Return the JSON value of a body that is worth showing as such, else None."""
    data = body.data
    if not ("json" in body.media_type or data[:1] in (b"{", b"[")) or _RESERVED.search(data):
        return None
    if body.parsed is not None:
        return body.parsed
    try:
        return (encodings.parse(data),)
    except ValueError:
        return None


def structured(body: Body, room: Room) -> JSONObject:
    """Return the form of a body, as `json` where that gives its bytes back."""
    value = parsed(body)
    return (value and as_json(value[0], value[0], body, room)) or raw(body.data, room)


def as_json(value: JSON, stored: JSON, body: Body, room: Room) -> "JSONObject | None":
    """Return the form of a body that is stored as `stored` and means `value`, None where its bytes would be others."""
    made_of_it = body.parsed is not None and value is body.parsed[0]
    size = room.sizes.of(stored, len(body.data) if made_of_it and stored is value else None)
    if size is None or size[0] > room.nodes or size[1] > room.inline:
        return None
    encoding = encodings.DEFAULT if made_of_it else encodings.find(value, body.data)
    if encoding is None:
        return None
    room.nodes -= size[0]
    room.inline -= size[1]
    return {"json": stored} if encoding == encodings.DEFAULT else {"encoding": encoding, "json": stored}


def raw(data: bytes, room: Room) -> JSONObject:
    """Return the form of a body that is not shown as JSON; empty when it is."""
    if not data:
        return {}
    text = _text(data)
    if len(data) > min(limits.TEXT_BYTES if text is not None else limits.BINARY_BYTES, room.inline):
        digest = sha256(data).hexdigest()
        room.blobs[digest] = data
        return {"blob": digest}
    room.inline -= len(data)
    if text is None:
        return {"base64": encodebytes(data).decode()}
    lines = text.count("\n")
    if lines and text.count("\r\n") == text.count("\r") == lines:
        return {"newlines": "crlf", "text": text.replace("\r\n", "\n")}
    return {"text": text}


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def read(fields: Fields, blobs: Blobs, digest: str = "", whole: Whole | None = None) -> Body:
    """Take a form from its fields; its bytes are made when asked for, and then checked against `digest`, if any.

    `whole` puts shared lists together. Getting the bytes raises DamagedFile where they cannot be made.
    """
    media_type, where = fields.text("type", ""), f"{fields.where}: {fields.path}"
    make = _maker(fields, blobs, whole)
    fields.done()
    if make is None:
        return Body(b"", media_type)
    return Body.deferred(partial(_made, make, digest, where), digest, media_type)


def answer(fields: Fields, blobs: Blobs) -> Body:
    """Take the form of an answer: its bytes are made now, cheaper than amid a run, unless a blob holds them."""
    deferred = "blob" in fields
    body = read(fields, blobs)
    return body if deferred else Body(body.data, body.media_type)


def measured(body: Body, size: int, where: str) -> Body:
    """Return a body whose bytes are made when asked for, and then have that `size`; else that raises DamagedFile."""

    def load() -> bytes:
        data = body.data
        if len(data) != size:
            what = f"the chunks of a stream add up to {size} bytes, its body has {len(data)}"
            raise DamagedFile(what, where=where, remedy=_EDITED)
        return data

    return Body.deferred(load, "", body.media_type)


def _made(make: Callable[[], bytes], digest: str, where: str) -> bytes:
    try:
        data = make()
    except (ValueError, RecursionError) as error:
        raise DamagedFile(f"the body cannot be put together: {error}", where=where, remedy=_EDITED) from error
    if digest and sha256(data).hexdigest() != digest:
        raise DamagedFile("the body is not the one whose sha256 stands there", where=where, remedy=_EDITED)
    return data


def _maker(fields: Fields, blobs: Blobs, whole: Whole | None) -> Callable[[], bytes] | None:
    if "json" in fields:
        value, name = fields.take("json"), _encoding(fields)
        if whole is None:
            return partial(encodings.encode, value, name)
        return lambda: encodings.encode(whole(value), name)
    if "text" in fields:
        return partial(_from_text, fields.text("text"), _newlines(fields))
    if "base64" in fields:
        return partial(b64decode, _base64(fields))
    if "blob" in fields:
        return partial(_from_blob, blobs, _digest(fields, "blob"))
    return None


def _from_text(text: str, newline: str) -> bytes:
    return (text if newline == "\n" else text.replace("\n", newline)).encode()


def _from_blob(blobs: Blobs, digest: str) -> bytes:
    data = blobs(digest)
    if sha256(data).hexdigest() != digest:
        raise ValueError(f"the blob {digest} holds something else")
    return data


def _encoding(fields: Fields) -> str:
    name = fields.text("encoding", encodings.DEFAULT)
    if not encodings.NAME.fullmatch(name):
        fields.refuse("encoding", name, "the name of an encoding")
    return name


def _newlines(fields: Fields) -> str:
    name = fields.text("newlines", "lf")
    if name not in {"lf", "crlf"}:
        fields.refuse("newlines", name, "lf or crlf")
    return "\r\n" if name == "crlf" else "\n"


def _base64(fields: Fields) -> bytes:
    text = "".join(fields.text("base64").split())
    try:
        b64decode(text, validate=True)
    except ValueError:
        fields.refuse("base64", text, "base64")
    return text.encode()


def sha256_of(fields: Fields) -> str:
    """Take a body's sha256, empty when missing."""
    return _digest(fields, "sha256") if "sha256" in fields else ""


def _digest(fields: Fields, key: str) -> str:
    digest = fields.text(key)
    if not _HEX.fullmatch(digest):
        fields.refuse(key, digest, "a sha256 in hex")
    return digest
