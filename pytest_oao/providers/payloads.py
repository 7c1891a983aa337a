"""A response body as one JSON object, whichever way it was sent: whole, as SSE, or as an Amazon event stream."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import TypeAlias

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import aws_eventstream, sse
from pytest_oao.providers.fields import record, records, text

Fold: TypeAlias = Callable[[Iterator[JSONObject]], JSONObject]
"""Puts the events of a stream together into the object that the same answer would have been unstreamed."""


def whole(data: bytes, media_type: str, fold: Fold) -> JSONObject:
    """Return a response as one object, empty where it is neither JSON nor a stream of it.

    The bytes decide, for recordings lack the media type, and gateways send JSON errors as `text/event-stream`.
    """
    if media_type.startswith(aws_eventstream.MEDIA_TYPE) or data[:1] == b"\0":
        return fold(_frames(data))
    value = loads(data)
    if isinstance(value, dict):
        return value
    if isinstance(value, list):  # Google wraps its errors in a list
        return next(iter(records(value)), {})
    return fold(_events(data))


def loads(data: bytes | str) -> JSON:
    """Parse JSON; None where it is none."""
    try:
        value: JSON = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value


def _events(data: bytes) -> Iterator[JSONObject]:
    for name, content in sse.parse(data):
        value = loads(content)
        if isinstance(value, dict):
            yield value if name == "message" else {"type": name, **value}


def _frames(data: bytes) -> Iterator[JSONObject]:
    for headers, payload in aws_eventstream.parse(data):
        value = record(loads(payload))
        failure = headers.get(":exception-type") or headers.get(":error-code")
        if failure:
            yield {"type": "error", "error": {"type": failure, "message": value.get("message")}}
        else:
            yield record(loads(_unwrapped(value)))


def _unwrapped(value: JSONObject) -> bytes:
    """Return what a Bedrock payload carries: the model's own event in base64, beside padding."""
    try:
        return b64decode(text(value.get("bytes")))
    except ValueError:
        return b""
