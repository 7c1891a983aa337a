"""Answers in llama-stack's recordings: objects of an SDK, whole or chunk by chunk, or the exception that it raised."""

from collections.abc import Iterator

from pytest_oao.cassette.encodings import compact
from pytest_oao.importers.event_lists import named_event
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import Came, Native, Value
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import END
from pytest_oao.providers.fields import record, text

_SSE = "text/event-stream"
_NDJSON = "application/x-ndjson"
_JSON = "application/json"
_DATA = "__data__"


def types_of(response: Part) -> str:
    """Return the class of what came back, or of its first chunk."""
    body = response["body"].value
    first = body[0] if isinstance(body, list) and body else body
    return text(first.get("__type__")) if isinstance(first, dict) else ""


def came_of(response: Part, *, lists: bool = False) -> tuple[Came, frozenset[str]]:
    """Return what came back, and what of it was cut off; of the endpoints that list things, objects are no chunks."""
    failure = record(response["exception_data"].json())
    if response["is_exception"].value is True and not response["body"].value:
        return _failure(failure, response["exception_message"].text("")), frozenset()
    body = response["body"].json()
    if isinstance(body, list) and lists:
        return Native(compact({"object": "list", "data": [_plain(one) for one in body]})), frozenset()
    if isinstance(body, list):
        return _stream([_plain(one) for one in body], response, failure)
    status = response["status"].whole(200)
    return Native(compact(_plain(body)), status=status), frozenset()


def value_of(response: Part) -> Value:
    """Return what a tool returned."""
    return Value(_plain(response["body"].json()))


def _stream(chunks: list[JSON], response: Part, failure: JSONObject) -> tuple[Came, frozenset[str]]:
    """Return the stream as it was sent; one that broke for a reason that has no body is one that was cut."""
    broke = response["is_exception"].value is True
    if types_of(response).startswith("ollama."):
        lines = b"".join(compact(chunk) + b"\n" for chunk in chunks)
        return Native(lines, media_type=_NDJSON), frozenset({END}) if broke else frozenset()
    if broke and failure.get("body") is not None:
        chunks = [*chunks, {"error": failure["body"]}]
    events = b"".join(_events(chunks, done=not broke))
    cut = broke and failure.get("body") is None
    return Native(events, media_type=_SSE), frozenset({END}) if cut else frozenset()


def _events(chunks: list[JSON], *, done: bool) -> Iterator[bytes]:
    """Yield server-sent events: named ones of the Responses API, whose chunks say what they are, else unnamed ones."""
    named = False
    for chunk in chunks:
        name = text(record(chunk).get("type"))
        named = named or bool(name)
        yield named_event(name, compact(chunk))
    if done and not named:
        yield b"data: [DONE]\n\n"


def _failure(failure: JSONObject, message: str) -> Came:
    """Return an error of the API as it sent it, and any other by its exception."""
    status = failure.get("status_code")
    if isinstance(status, int) and failure.get("body") is not None:
        return Native(compact({"error": failure["body"]}), status=status)
    told = text(failure.get("message")) or message
    return ModelFailure(status if isinstance(status, int) else 0, text(failure.get("type")), told)


def _plain(value: JSON) -> JSON:
    """Return an object's data without the name of its class."""
    return value[_DATA] if isinstance(value, dict) and _DATA in value else value
