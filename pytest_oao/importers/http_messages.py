"""Headers and bodies in the ways in which recorders write them down."""

import json
from base64 import b64decode

from pytest_oao.errors import UnreadableFile
from pytest_oao.importers.foreign import REMEDY, Part
from pytest_oao.model.calls import Headers


def headers_of(headers: Part) -> Headers:
    """Return headers as pairs; each value is a text or a list of texts."""
    return tuple(
        (name, item.scalar())
        for name, value in headers.fields()
        for item in (value.items() if isinstance(value.value, list | tuple) else [value])
    )


def body_of(message: Part) -> bytes:
    """Return the bytes of a request or a response, in any of the ways in which they are written down."""
    if "parsed_body" in message:
        return _dumped(message["parsed_body"])
    body = message["body"] if "body" in message else message["content"]
    if not isinstance(body.value, dict):
        return _bytes(body)
    if "base64_string" in body:
        return _from_base64(body["base64_string"])
    if "base64" in body:
        return _from_base64(body["base64"])
    if "string" not in body and body.value.keys() - {"string", "encoding"}:
        body.refuse("a body: text, binary, or an object with `string` or `base64_string`")
    return _bytes(body["string"], body["encoding"].text("") or "utf-8")


def _bytes(body: Part, encoding: str = "utf-8") -> bytes:
    value = body.value
    if isinstance(value, list | tuple):  # an iterator that was sent piece by piece
        return b"".join(_bytes(item) for item in body.items())
    if isinstance(value, bytes):
        return value
    text = body.text("")
    try:
        return text.encode(encoding)
    except (LookupError, UnicodeError):
        return text.encode()


def _from_base64(body: Part) -> bytes:
    try:
        return b64decode(body.text())
    except ValueError as error:
        raise UnreadableFile(f"not base64: {error}", where=body.where, remedy=REMEDY) from error


def _dumped(body: Part) -> bytes:
    try:
        return json.dumps(body.value, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise UnreadableFile(f"not JSON: {error}", where=body.where, remedy=REMEDY) from error
