"""What every HTTP client below httpx has in common: who is asked, with what, and what an answer is kept as."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pytest_oao.adapters.body_encodings import decoded
from pytest_oao.adapters.tapes import Tape
from pytest_oao.errors import OaoHalt
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Headers
from pytest_oao.model.outcomes import Head, Outcome, Returned, Streamed
from pytest_oao.providers.http_calls import http_call, is_streamed
from pytest_oao.providers.http_headers import header, unframed
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.http_sessions import current_for_http
from pytest_oao.runtime.lanes import performing

_SAID = frozenset({"content-type", "content-encoding"})
"""Request headers that say what the body is: the others are kept for people to read, while recording."""


def watching(host: str = "") -> Gateway | None:
    """Return the session that a request to `host` is a call of; None inside another call, and for other hosts."""
    gateway = current_for_http()
    if gateway is None or performing() or host in gateway.terms.passthrough:
        return None
    return gateway


def host_of(url: str) -> str:
    """Return the host that a URL names, or the empty string."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def admitted(gateway: Gateway, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes) -> Admission:
    """Ask for a request to be answered or to be let through; raises the session's first OaoHalt."""
    every = gateway.writes or gateway.terms.headers
    kept = tuple([pair for pair in headers if every or pair[0].lower() in _SAID])
    encoding = header(kept, "content-encoding")
    if encoding and body:
        body = b"".join(decoded([body], encoding) or [body])
    return gateway.admit(http_call(method, url, kept, body, lane=gateway.lane.path))


def outcome_of(head: Head, tape: Tape, *, is_decoded: bool = False) -> Outcome:
    """Return what a response's head and its passed chunks come to; `is_decoded` when the client did that already."""
    media_type, encoding = header(head.headers, "content-type"), header(head.headers, "content-encoding")
    chunks: Sequence[bytes] | None = tape.chunks
    if encoding and not is_decoded:
        chunks = decoded(tape.chunks, encoding)
        is_decoded = chunks is not None
    told = [(chunk, time) for chunk, time in zip(chunks or tape.chunks, tape.times, strict=True) if chunk]
    head = Head(head.status, unframed(head.headers, decoded=is_decoded), head.http_version)
    body = Body(b"".join([chunk for chunk, _ in told]), media_type)
    if tape.end == "complete" and not is_streamed(media_type):
        return Returned(body, head)
    sizes, times = tuple([len(chunk) for chunk, _ in told]), tuple([time for _, time in told])
    end: Any = tape.end
    return Streamed(body, head, sizes, times, end)


def head_of(outcome: Returned | Streamed, gateway: Gateway) -> Head:
    """Return the head of a recorded answer; raises OaoHalt where an edited record has none."""
    if outcome.head is None:
        remedy = "the cassette was edited: take it from version control, or record it again"
        raise gateway.halt(OaoHalt("the recorded answer has no HTTP status", where=gateway.header.id, remedy=remedy))
    return outcome.head


def reason_of(status: int) -> str:
    """Return the standard words for a status: no record keeps a server's own."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def kept_head(status: int, headers: Iterable[tuple[str, str]], version: str) -> Head:
    """Return the head of a live response as it came."""
    as_text: Headers = tuple([(str(name), str(value)) for name, value in headers])
    return Head(status, as_text, version)
