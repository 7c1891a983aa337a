"""A response body as one JSON object, whichever way it was sent: whole, as SSE, or as an Amazon event stream."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import TypeAlias

import orjson

from pytest_oao.model.jsontypes import JSON, JSONObject, number
from pytest_oao.providers import aws_eventstream, sse
from pytest_oao.providers.fields import record, records, text

_DECODER = json.JSONDecoder()
_LENIENT = json.JSONDecoder(parse_constant=number)
"""Reads NaN as what is written as NaN again."""
_LONG = re.compile(rb"[0-9]{19}")
_BETWEEN = re.compile(r"[\s,]*")
_STARTS = ("{", "[", '"')
"""What a text of JSON begins with that is more than a word or a number."""
_LAYERS = 3
"""How often JSON is found in a text of JSON, at most."""

Fold: TypeAlias = Callable[[Iterator[JSONObject]], JSONObject]
"""Puts the events of a stream together into the object that the same answer would have been unstreamed."""


def whole(data: bytes, media_type: str, fold: Fold) -> JSONObject:
    """Return a response as one object, empty where it is neither JSON nor a stream of it.

    The bytes decide, for recordings lack the media type, and gateways send JSON errors as `text/event-stream`.
    """
    if media_type.startswith(aws_eventstream.MEDIA_TYPE) or is_frames(data):
        return fold(frames(data))
    value = quick_loads(data)
    if isinstance(value, dict):
        return value
    if data.lstrip()[:1] == b"[":
        return _listed(records(value) if isinstance(value, list) else _cut_list(data), fold)
    return fold(_events(data))


def _listed(items: list[JSONObject], fold: Fold) -> JSONObject:
    """Return what a list comes to: Google wraps its errors in one, and streams in one where nobody asks for SSE."""
    return items[0] if len(items) == 1 else fold(iter(items))


def _cut_list(data: bytes) -> list[JSONObject]:
    """Return the objects of a list before the place where it was cut."""
    found: list[JSON] = []
    content, at = data.decode("utf-8", "replace"), data.index(b"[") + 1
    try:
        while True:
            value, end = _DECODER.raw_decode(content, _next(content, at))
            found.append(value)
            at = end
    except (ValueError, RecursionError):
        return records(found)


def _next(content: str, at: int) -> int:
    """Return where the next item of a list begins."""
    found = _BETWEEN.match(content, at)
    return found.end() if found else at


def loads(data: bytes | str) -> JSON:
    """Parse JSON; None where it is none."""
    try:
        text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), "surrogatepass")
        value: JSON = _LENIENT.decode(text)
    except (ValueError, RecursionError):
        return None
    return value


def unwrapped(value: JSON) -> JSON:
    """Return what a text of JSON says where that is an object, a list or a text again; anything else as it is.

    A text that reads as a number or as `true` stays a text: nobody can tell what it was.
    """
    for _ in range(_LAYERS):
        if not isinstance(value, str) or not value.lstrip().startswith(_STARTS):
            break
        inner = loads(value)
        if not isinstance(inner, dict | list | str):
            break
        value = inner
    return value


def quick_loads(data: bytes) -> JSON:
    """Parse JSON as `loads` does, only faster, but for what is more than JSON has, and for numbers beyond 64 bits."""
    try:
        value: JSON = orjson.loads(data) if _LONG.search(data) is None else loads(data)
    except orjson.JSONDecodeError:
        return loads(data)
    return value


def _events(data: bytes) -> Iterator[JSONObject]:
    for name, content in sse.parse(data):
        value = loads(content)
        if isinstance(value, dict):
            yield value if name == "message" else {"type": name, **value}


def is_frames(data: bytes) -> bool:
    """Whether bytes begin as an Amazon event stream does: no message of one is as long as 16 MB."""
    return data[:1] == b"\0"


def frames(data: bytes) -> Iterator[JSONObject]:
    """Yield the events of an Amazon event stream, each with what it is called as its `type`."""
    for headers, payload in aws_eventstream.parse(data):
        value = record(loads(payload))
        failure = headers.get(":exception-type") or headers.get(":error-code")
        if failure:
            yield {"type": "error", "error": {"type": failure, "message": value.get("message")}}
        elif "bytes" in value:
            yield record(loads(_unwrapped(value)))
        else:
            yield {"type": headers.get(":event-type", ""), **value}


def _unwrapped(value: JSONObject) -> bytes:
    """Return what a Bedrock payload carries: the model's own event in base64, beside padding."""
    try:
        return b64decode(text(value.get("bytes")))
    except ValueError:
        return b""
