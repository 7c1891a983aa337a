"""Outcomes to httpx responses and exceptions, and back."""

import builtins
from collections.abc import Sequence
from functools import partial
from types import ModuleType
from typing import Any, cast

from pytest_oao.adapters.httpx_streams import streams_of
from pytest_oao.adapters.tapes import Tape
from pytest_oao.errors import OaoHalt
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Headers
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.providers.http_calls import is_streamed
from pytest_oao.providers.http_headers import header, unframed
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.late import Late
from pytest_oao.runtime.overruns import stop_where_cancelled

RawHeaders = Sequence[tuple[bytes, bytes]]
_BUILT_IN = frozenset({"ConnectionError", "ConnectionResetError", "ConnectionRefusedError", "BrokenPipeError",
                       "OSError", "TimeoutError", "KeyboardInterrupt", "RuntimeError", "ValueError"})  # fmt: skip


def head_of(response: Any, library: ModuleType) -> Late[Head]:
    """Return the head of a response as it is now, without how it travelled: hooks of the agent may change it later.

    One that is closed was read by its transport, and its content is decoded.
    """
    status, raw, version = response.status_code, response.headers.raw, response.http_version
    return Late(partial(_head, status, raw, version, library, decoded=response.is_closed))


def _head(status: int, raw: RawHeaders, version: str, library: ModuleType, *, decoded: bool) -> Head:
    return Head(status, unframed(headers_of(raw, library), decoded=decoded), version)


def headers_of(raw: RawHeaders, library: ModuleType) -> Headers:
    """Return headers as text, as the library reads them: their names in lower case."""
    try:
        return tuple([(name.decode("ascii").lower(), value.decode("ascii")) for name, value in raw])
    except UnicodeDecodeError:
        return tuple(library.Headers(raw).multi_items())


def outcome_of(head: Late[Head], tape: Tape, library: ModuleType) -> Late[Outcome]:
    """Return what a response's head and its passed chunks come to: the body is decoded."""
    chunks, times = tuple(tape.chunks), tuple(tape.times)
    return Late(partial(_outcome, head, chunks, times, tape.end, library), sum(map(len, chunks)))


def _outcome(
    heard: Late[Head], chunks: Sequence[bytes], times: tuple[float, ...], end: Any, library: ModuleType
) -> Outcome:
    head = heard.whole()
    media_type = header(head.headers, "content-type")
    decoded = _decoded(head.headers, chunks, library)
    if decoded is not None:
        chunks, times = decoded, times if len(decoded) == len(times) else ()
        head = Head(head.status, unframed(head.headers, decoded=True), head.http_version)
    body = Body(b"".join(chunks), media_type)
    if end == "complete" and not is_streamed(media_type):
        return Returned(body, head)
    return Streamed(body, head, tuple(map(len, chunks)), times, end)


def content_of(content: bytes, headers: Headers, library: ModuleType) -> bytes:
    """Return what a request carries, decoded: compressed bytes hold the time, and hide secrets."""
    decoded = _decoded(headers, [content], library)
    return content if decoded is None else b"".join(decoded)


def _decoded(headers: Sequence[tuple[str, str]], chunks: Sequence[bytes], library: ModuleType) -> list[bytes] | None:
    """Decode a compressed body as the library itself does; None where it is not, or cannot be (cut short, unknown)."""
    encodings = [(name, value) for name, value in headers if name == "content-encoding"]
    if not encodings:
        return None

    class Chunks(library.SyncByteStream):  # type: ignore[misc,name-defined]  # httpx or httpx2
        def __iter__(self) -> Any:
            return iter(chunks)

    try:
        return list(library.Response(200, headers=library.Headers(encodings, "utf-8"), stream=Chunks()).iter_bytes())
    except library.DecodingError:
        return None


def answer_of(recorded: Exchange, request: Any, library: ModuleType, gateway: Gateway) -> Any:
    """Build the response that was recorded, or raise the exception that was."""
    outcome = recorded.outcome
    if isinstance(outcome, Raised):
        stop_where_cancelled(recorded, outcome, gateway)
        raise exception_of(outcome, request, library)
    head = outcome.head
    if head is None:
        remedy = "the cassette was edited: take it from version control, or record it again"
        raise gateway.halt(OaoHalt("the recorded answer has no HTTP status", where=gateway.header.id, remedy=remedy))
    extensions = {"http_version": head.http_version.encode("ascii")}
    headers = [(name.encode(), value.encode()) for name, value in head.headers]  # of text, it takes ASCII only
    if isinstance(outcome, Returned):  # a stream as well: of one that is read already, `elapsed` and `iter_raw` raise
        data = outcome.body.data
        headers += [(b"content-length", b"%d" % len(data))] if data else []
        stream = library.ByteStream(data)
    else:
        stream = streams_of(library).recorded(
            recorded, outcome, lambda end: exception_of(end, request, library), gateway
        )
    return library.Response(head.status, headers=headers, stream=stream, extensions=extensions)


def exception_of(raised: Raised, request: Any, library: ModuleType) -> BaseException:
    """Build a recorded exception: of the library's own classes or a few built-in ones, never a class that is named."""
    kind = getattr(library, raised.type, None)
    if isinstance(kind, type) and issubclass(kind, library.RequestError):
        return cast("BaseException", kind(raised.message, request=request))
    if raised.type in _BUILT_IN:
        kind = getattr(builtins, raised.type)
        return cast("BaseException", kind(raised.message))
    return cast("BaseException", library.TransportError(f"{raised.type}: {raised.message}", request=request))
