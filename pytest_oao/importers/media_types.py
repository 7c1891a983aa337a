"""The media type of a body whose headers are missing or hidden, by its bytes."""

import json

from pytest_oao.importers.content_encodings import is_text
from pytest_oao.providers import aws_eventstream

_SSE = (b"data:", b"event:", b"id:", b"retry:", b": ", b":\n")


def is_media_type(value: str) -> bool:
    """Whether a header's value is a media type; `**REDACTED**` is none."""
    kind, slash, _ = value.partition("/")
    return bool(slash and kind) and "*" not in value


def guessed(body: bytes) -> str:
    """Return what a body is; empty for an empty one."""
    start = body[:64].lstrip()
    if not start:
        return ""
    if start.startswith(_SSE):
        return "text/event-stream"
    if start[:1] in b"{[" and _is_json(body):
        return "application/json"
    if next(aws_eventstream.parse(body), None) is not None:
        return aws_eventstream.MEDIA_TYPE
    return "text/plain; charset=utf-8" if is_text(body) else "application/octet-stream"


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
