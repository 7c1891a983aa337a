"""What came back from a call ⇄ how a cassette shows it: `body`, `stream` or `raised`, under the response's head."""

from typing import Literal

from pytest_oao.cassette import chunks, moments, payloads
from pytest_oao.cassette.fields import Fields, present
from pytest_oao.cassette.payloads import Blobs, Room
from pytest_oao.cassette.soundness import cut_flaw
from pytest_oao.errors import StoreFailed
from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Headers
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed

_HTTP = "HTTP/1.1"


def outcome_form(outcome: Outcome, room: Room) -> JSONObject:
    """Return how an outcome is shown."""
    if isinstance(outcome, Raised):
        return {"raised": raised_form(outcome)}
    shown = _head_form(outcome.head)
    if isinstance(outcome, Streamed):
        return shown | {"stream": _stream_form(outcome, room)}
    form = _typed(outcome.body) | payloads.structured(outcome.body, room)
    return shown | present(body=form)


def outcome_of(fields: Fields, blobs: Blobs) -> Outcome:
    """Take an outcome apart; raises DamagedFile."""
    outcome = raised_of(fields.below("raised")) if "raised" in fields else _answer_of(fields, blobs)
    fields.done()
    return outcome


def _answer_of(fields: Fields, blobs: Blobs) -> Returned | Streamed:
    head = _head_of(fields)
    if "stream" in fields:
        return _stream_of(fields.below("stream"), head, blobs)
    return Returned(payloads.answer(fields.below("body"), blobs) if "body" in fields else EMPTY, head)


def _typed(body: Body) -> JSONObject:
    return present(type=body.media_type)


def _head_form(head: Head | None) -> JSONObject:
    if head is None:
        return {}
    version = {} if head.http_version == _HTTP else {"http_version": head.http_version}
    return {"status": head.status, **version, **present(headers=header_list(head.headers))}


def _head_of(fields: Fields) -> Head | None:
    if "status" not in fields:
        return None
    return Head(fields.whole("status"), headers_of(fields), fields.text("http_version", _HTTP))


def raised_form(raised: Raised) -> JSONObject:
    """Return how an exception is shown, in a journal, too."""
    return {"type": raised.type, "message": raised.message, **present(detail=raised.detail)}


def raised_of(fields: Fields) -> Raised:
    """Take an exception apart; raises DamagedFile."""
    raised = Raised(fields.text("type"), fields.text("message"), fields.take("detail"))
    fields.done()
    return raised


def _stream_form(stream: Streamed, room: Room) -> JSONObject:
    data = stream.body.data
    _check_cuts(stream, len(data))
    form = _typed(stream.body) | payloads.raw(data, room)
    form |= present(chunks=list(stream.sizes) if "text" not in form else chunks.write(data, stream.sizes))
    form |= present(times=[moments.offset(time) for time in stream.times])
    if isinstance(stream.end, Raised):
        return form | {"end": raised_form(stream.end)}
    return form if stream.end == "complete" else form | {"end": stream.end}


def _check_cuts(stream: Streamed, size: int) -> None:
    """See that a stream is one that can be read back."""
    if found := cut_flaw(size, stream.sizes, stream.times):
        raise StoreFailed(found, remedy="Report the adapter or importer that made it.")


def _stream_of(fields: Fields, head: Head | None, blobs: Blobs) -> Streamed:
    cut = fields.take("chunks", [])
    times = fields.numbers("times")
    end = _end_of(fields)
    deferred = "blob" in fields
    body = payloads.answer(fields, blobs)
    sizes = _cuts(fields, cut) if deferred else _sizes(fields, cut, body.data)
    if deferred:
        body = payloads.measured(body, sum(sizes), f"{fields.where}: {fields.path}")
    if found := cut_flaw(sum(sizes), sizes, times):
        fields.fail(f"`{fields.path}`: {found}")
    return Streamed(body, head, sizes, times, end)


def _sizes(fields: Fields, cut: JSON, data: bytes) -> tuple[int, ...]:
    if isinstance(cut, str):
        try:
            return chunks.read(cut, data)
        except ValueError as error:
            fields.fail(f"`{fields.path}.chunks`: {error}")
    sizes = _cuts(fields, cut)
    if sum(sizes) != len(data):
        total = f"they add up to {sum(sizes)} bytes, the body has {len(data)}"
        fields.fail(f"`{fields.path}.chunks`: {total}; `chunks: {chunks.EVENTS}` cuts after each blank line")
    return sizes


def _cuts(fields: Fields, cut: JSON) -> tuple[int, ...]:
    return Fields({"chunks": cut}, fields.path, fields.where).wholes("chunks")


def _end_of(fields: Fields) -> Literal["complete", "closed"] | Raised:
    end = fields.take("end", "complete")
    if end == "complete":
        return "complete"
    if end == "closed":
        return "closed"
    return raised_of(Fields(end, f"{fields.path}.end", fields.where))


def header_list(headers: Headers) -> list[JSON]:
    """Return headers as a list, one mapping of one name to its value for each: they have an order and may repeat."""
    return [{name: value} for name, value in headers]


def headers_of(fields: Fields) -> Headers:
    """Take headers, none when missing."""
    found: list[tuple[str, str]] = []
    for item in fields.items("headers"):
        if not isinstance(item, dict) or len(item) != 1:
            fields.refuse("headers", item, "a list of `name: value`")
        ((name, value),) = item.items()
        if not isinstance(value, str):
            fields.refuse("headers", item, "a list of `name: value`")
        found.append((name, value))
    return tuple(found)
