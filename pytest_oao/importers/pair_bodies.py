"""A request and an answer, as a log keeps them: JSON, text, or in an envelope, to the bytes that they were."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pytest_oao.cassette.encodings import compact_and_parsed
from pytest_oao.errors import UnreadableFile
from pytest_oao.importers.event_lists import is_sse, sse_of
from pytest_oao.importers.failures import http_status, inferred_status, is_failure
from pytest_oao.importers.foreign import REMEDY, Part, encodable
from pytest_oao.importers.json_records import line_value
from pytest_oao.importers.merged_streams import unstreamed
from pytest_oao.importers.sdk_arguments import wire_body
from pytest_oao.model.calls import Headers
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import FIRST_ERROR
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, STATUS
from pytest_oao.providers.fields import record, records
from pytest_oao.providers.http_headers import unframed
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.sse import parse

_MERGED = "chat.completion.chunk"
_JSON, _SSE = "application/json", "text/event-stream"
_NOT_EXACT = frozenset({EXACT_BYTES})
_WHOLE = (
    "The request is the whole body that was sent, an object with `model` and `messages`, or what its API calls them: "
    "name the field that has it, oao import FILE --map request=PATH."
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the body, and where it went, as far as that is told beside it."""

    body: JSONObject
    data: bytes
    url: str = ""
    lacked: frozenset[str] = frozenset()
    kept: bool = True
    """Whether the bytes are all that the log has of it."""
    parsed: tuple[JSON] | None = None
    """As `Body.parsed`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `first` is its JSON, or that of a stream's first event."""

    data: bytes
    first: JSON
    media_type: str = _JSON
    status: int = 0
    headers: Headers = ()
    lacked: frozenset[str] = frozenset()
    inferred: frozenset[str] = frozenset()
    kept: bool = True
    parsed: tuple[JSON] | None = None
    """As `Body.parsed`."""


def request_in(part: Part, before: bytes = b"") -> Request:
    """Return the request in a field; raises UnreadableFile, HostileFile. `before` is for `compact`."""
    value, data = _request_json(part)
    if (inside := _enveloped(value, part)) is not None:
        inner, url = request_in(inside, before), value.get("url")
        return replace(inner, url=url if isinstance(url, str) else "", kept=False)
    body = wire_body(value)
    kept = body == value
    if data and kept:
        return Request(value, data)
    data, parsed = _compact(body, part, before)
    return Request(body, data, lacked=_NOT_EXACT, kept=kept, parsed=parsed)


def request_body_in(part: Part) -> JSONObject:
    """Return the body of the request in a field, and do not write it; raises UnreadableFile, HostileFile."""
    value, _ = _request_json(part)
    inside = _enveloped(value, part)
    return wire_body(value) if inside is None else request_body_in(inside)


def _request_json(part: Part) -> tuple[JSONObject, bytes]:
    value, data = _json(part)
    if isinstance(value, dict):
        return value, data
    what = f"this is {'a list' if isinstance(value, list) else 'no object'}, and no body of a request"
    raise UnreadableFile(what, where=part.where, remedy=_WHOLE)


def _enveloped(value: JSONObject, part: Part) -> Part | None:
    """Return the body in an envelope that has the URL too; None where there is no envelope."""
    return Part(value["body"], f"{part.where}.body") if "body" in value and "messages" not in value else None


def answer_in(part: Part, status: int) -> Answer | None:
    """Return the answer in a field, None where there is none; `status` is what the record tells beside it.

    Raises UnreadableFile, HostileFile.
    """
    value, data = _json(part)
    if isinstance(value, list):
        return _of_events(part, value, status)
    if isinstance(value, Mapping) and "body" in value:
        return _in_envelope(part, dict(value), status)
    if isinstance(value, dict) and value:
        return _of_json(part, value, data, status)
    if isinstance(part.value, str) and part.value:
        return _of_text(part, status)
    return None


def _json(part: Part) -> tuple[JSON, bytes]:
    """Return the JSON in a field, which may be a text, and the text's bytes; a text of another kind is no JSON."""
    if not isinstance(part.value, str):
        value: JSON = part.value  # type: ignore[assignment]  # parsed from JSON
        return value, b""
    data = encodable(part.value, part).encode()
    if data.lstrip()[:1] not in (b"{", b"["):
        return None, data
    try:
        value = line_value(data, part.where)  # type: ignore[assignment]
    except UnreadableFile:
        return None, data
    return value, data


def _of_json(part: Part, value: JSONObject, data: bytes, status: int) -> Answer:
    if is_failure(value) and status < FIRST_ERROR:
        told = _made(part, value, data, inferred_status(value))
        return replace(told, inferred=frozenset({STATUS}))
    if value.get("object") == _MERGED:
        told = _made(part, unstreamed(value), b"", status)
        return replace(told, lacked=told.lacked | {CHUNKS}, kept=False)
    return _made(part, value, data, status)


def _made(part: Part, value: JSONObject, data: bytes, status: int) -> Answer:
    """Return an answer of the bytes of a text, else of those that its JSON makes."""
    if data:
        return Answer(data, value, status=status)
    data, parsed = _compact(value, part)
    return Answer(data, value, status=status, lacked=_NOT_EXACT, parsed=parsed)


def _of_text(part: Part, status: int) -> Answer:
    data = encodable(str(part.value), part).encode()
    if not is_sse(data):
        return Answer(data, None, "text/plain; charset=utf-8", status)
    events = (loads(event.data) for event in parse(data))
    return Answer(data, next((event for event in events if isinstance(event, dict)), None), _SSE, status)


def _of_events(part: Part, events: list[JSON], status: int) -> Answer | None:
    if not events:
        return None
    if len(events) == 1 and is_failure(events[0]):
        return _of_json(part, record(events[0]), b"", status)  # Google wraps its errors in a list
    try:
        data = sse_of(events)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadableFile(str(error), where=part.where, remedy=REMEDY) from error
    told = _of_text(Part(data.decode(), part.where), status)
    return replace(told, lacked=_NOT_EXACT, kept=False)


def _in_envelope(part: Part, value: JSONObject, status: int) -> Answer | None:
    beside = next(
        (found for key in ("status", "status_code", "statusCode") if (found := http_status(value.get(key)))), 0
    )
    inner = answer_in(Part(value["body"], f"{part.where}.body"), status or beside)
    if inner is None:
        return None
    headers = unframed(_headers(value.get("headers")), decoded=True)
    return replace(inner, headers=headers, kept=False)


def _headers(value: JSON) -> Headers:
    """Return the headers of an envelope: an object, or a list of pairs."""
    if isinstance(value, dict):
        return tuple((name, text) for name, item in value.items() if isinstance(text := _first(item), str))
    pairs = ((one.get("name"), one.get("value")) for one in records(value))
    return tuple((name, text) for name, text in pairs if isinstance(name, str) and isinstance(text, str))


def _first(value: JSON) -> JSON:
    return value[0] if isinstance(value, list) and value else value


def _compact(value: JSON, part: Part, before: bytes = b"") -> tuple[bytes, tuple[JSON] | None]:
    try:
        return compact_and_parsed(value, before)
    except (RecursionError, ValueError) as error:
        raise UnreadableFile(f"it cannot be written as JSON: {error}", where=part.where, remedy=REMEDY) from error
