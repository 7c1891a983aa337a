"""Recorded HTTP, as an importer finds it, to exchanges as the live adapter makes them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_oao.cassette.soundness import STATUSES
from pytest_oao.errors import UnknownFormat, UnreadableFile
from pytest_oao.importers.chunks import chunk_sizes
from pytest_oao.importers.content_encodings import Inflation
from pytest_oao.importers.foreign import REMEDY
from pytest_oao.importers.media_types import guessed, is_media_type
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.provenance import CHUNKS, HEADERS, REQUEST_BODIES, RESPONSE_BODIES, URLS
from pytest_oao.providers.http_calls import http_call, is_streamed
from pytest_oao.providers.http_headers import header, media_type, unframed
from pytest_oao.providers.session_description import answer_attributes, described_call

_NO_CONTENT = frozenset({204, 205, 304})
_VERSIONS = {
    "HTTP/2.0": "HTTP/2",
    "H2": "HTTP/2",
    "HTTP/3.0": "HTTP/3",
    "H3": "HTTP/3",
    "HTTP/1.0": "HTTP/1.0",
    "HTTP/2": "HTTP/2",
    "HTTP/3": "HTTP/3",
}


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as recorded."""

    method: str
    url: str
    headers: Headers
    body: bytes | None
    """None where there was one and the recording left it out."""


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as recorded; its body may be compressed still."""

    status: int
    headers: Headers
    body: bytes | None
    """None where there was one and the recording left it out."""
    http_version: str = ""
    broke: Raised | None = None
    """Why the body ended too early."""


@dataclass(frozen=True, slots=True)
class RawExchange:
    """A request and what came of it; `where` names the place in the file."""

    where: str
    request: RawRequest
    answer: RawResponse | Raised
    started_at: float = 0.0
    duration: float = 0.0
    lacks: frozenset[str] = frozenset()
    """What is missing of this one exchange."""
    may_hide: bool = False
    """Whether its URL may be hidden: whoever looks for it goes by something else."""


@dataclass(frozen=True, slots=True)
class Read:
    """An exchange, and what the recording lacked of it."""

    exchange: Exchange
    lacks: frozenset[str]


def exchanges_of(raws: Iterable[RawExchange]) -> Iterator[Read]:
    """Yield the exchanges of one file, numbered in its order."""
    inflation = Inflation()
    for seq, raw in enumerate(raws, 1):
        yield _exchange(raw, seq, inflation)


def _exchange(raw: RawExchange, seq: int, inflation: Inflation) -> Read:
    lacks = set(raw.lacks)
    call = _call(raw, lacks)
    answer = raw.answer
    outcome: Outcome = answer if isinstance(answer, Raised) else _outcome(raw, answer, call, inflation, lacks)
    told = answer_attributes(call, outcome)
    exchange = Exchange(seq, call, outcome, raw.started_at, raw.duration, told)
    return Read(exchange, frozenset(lacks))


def _call(raw: RawExchange, lacks: set[str]) -> Call:
    request = raw.request
    if not request.url.lower().startswith(("http://", "https://")):
        if raw.may_hide:
            return _hidden(request, lacks)
        what = f"{request.url[:80]!r} is no URL that a call could be known by"
        raise UnknownFormat(what, where=raw.where, remedy="Record it again without hiding its URL.")
    headers = _with_media_type(request.headers, request.body or b"", lacks, needed=False)
    call = described_call(http_call(request.method, request.url, headers, request.body or b""))
    if request.body is None:
        if call.kind != "http":
            raise _unusable("the body of a model call is missing", raw)
        lacks.add(REQUEST_BODIES)
    return call


def _hidden(request: RawRequest, lacks: set[str]) -> Call:
    """Return a call whose URL nobody knows any more."""
    lacks.add(URLS)
    body = Body(request.body or b"", media_type(request.headers))
    return Call("http", f"{request.method.upper()} {request.url}", body, url=request.url, headers=request.headers)


def _outcome(raw: RawExchange, answer: RawResponse, call: Call, inflation: Inflation, lacks: set[str]) -> Outcome:
    if answer.status not in STATUSES:
        raise UnreadableFile(f"{answer.status} is no HTTP status", where=raw.where, remedy=REMEDY)
    body = _body(raw, answer, call, inflation, lacks)
    headers = _with_media_type(unframed(answer.headers, decoded=bool(answer.body)), body, lacks, needed=True)
    version = answer.http_version.upper()
    head = Head(answer.status, headers, _VERSIONS.get(version, "HTTP/1.1"))
    told = media_type(headers)
    if answer.broke is None and not is_streamed(told):
        return Returned(Body(body, told), head)
    lacks.add(CHUNKS)
    return Streamed(Body(body, told), head, chunk_sizes(body, told), end=answer.broke or "complete")


def _body(raw: RawExchange, answer: RawResponse, call: Call, inflation: Inflation, lacks: set[str]) -> bytes:
    body = answer.body
    bodiless = call.target.startswith("HEAD ") or answer.status in _NO_CONTENT or Head(answer.status).failed
    if not body and call.kind != "http" and not bodiless and answer.broke is None:
        raise _unusable("the answer of a model is missing", raw)
    if body is None:
        lacks.add(RESPONSE_BODIES)
        return b""
    return inflation.decoded(body, header(answer.headers, "content-encoding"), raw.where)


def _unusable(what: str, raw: RawExchange) -> UnknownFormat:
    remedy = "Export with bodies (in browsers: save all as HAR with content; streamed answers need mitmproxy)."
    return UnknownFormat(f"{what}: {raw.request.method} {raw.request.url[:120]}", where=raw.where, remedy=remedy)


def _with_media_type(headers: Headers, body: bytes, lacks: set[str], *, needed: bool) -> Headers:
    """Return the headers with a media type that SDKs can go by, where the recording hid it or has none."""
    told = media_type(headers)
    if is_media_type(told) or not (told or (needed and body)):
        return headers
    lacks.add(HEADERS)
    others = tuple((name, value) for name, value in headers if name.lower() != "content-type")
    likely = guessed(body)
    return (*others, ("content-type", likely)) if likely else others
