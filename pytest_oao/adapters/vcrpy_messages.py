"""Requests and responses as vcrpy has them ⇄ calls and outcomes."""

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_oao.adapters.body_encodings import decoded
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Returned
from pytest_oao.model.sessions import Session
from pytest_oao.providers.http_calls import http_call
from pytest_oao.providers.http_headers import header, media_type, unframed


def asked(call: Call, body: bytes | None) -> Any:
    """Return what a live call asks, as vcrpy's matchers and filters know requests."""
    return request_of(call.target.partition(" ")[0], call.url, body, call.headers)


def request_of(method: str, url: str, body: bytes | None, headers: Headers) -> Any:
    """Return a request of vcrpy's, which has one value for each header."""
    from vcr.request import Request  # noqa: PLC0415 - late: 0.4 s, and only tests that are marked `vcr` need it

    return Request(method, url, body, {name: header(headers, name.lower()) for name, _ in headers})


def recorded_call(request: Any, live: Call) -> Call:
    """Return the call that a recorded request stands for; where its URL is hidden, the live one's address is its."""
    url = str(request.uri)
    told: Headers = tuple((str(name), str(value)) for name, value in request.headers.items())
    if "://" not in url:
        return Call(live.kind, live.target, Body(bytes_of(request.body), media_type(told)), headers=told)
    return http_call(str(request.method), url, told, bytes_of(request.body))


def outcome_of(response: Mapping[str, Any]) -> Returned:
    """Return what a recorded response gives the agent: its body decoded, where that can be."""
    headers = tuple(_headers(response["headers"]))
    body = _body(response)
    plain = _decoded(body, header(headers, "content-encoding"))
    kept = unframed(headers, decoded=plain is not None)
    return Returned(Body(body if plain is None else plain, media_type(kept)), Head(_status(response), kept))


def _decoded(body: bytes, encoding: str) -> bytes | None:
    """Return a body that is encoded as its header says, or is text and was decoded by who recorded it; else None."""
    if not encoding or not body:
        return None
    pieces = decoded([body], encoding)
    if pieces is not None:
        return b"".join(pieces)
    try:
        body.decode()
    except UnicodeDecodeError:
        return None
    return body


def _status(response: Mapping[str, Any]) -> int:
    """Return the status, which old cassettes of httpx have at another place."""
    return int(response["status_code"] if "status_code" in response else response["status"]["code"])


def _body(response: Mapping[str, Any]) -> bytes:
    return bytes_of(response["content"] if "status_code" in response else (response.get("body") or {}).get("string"))


def _headers(headers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the headers of a response one by one; what hides them may have put a text in place of a list of texts."""
    for name, values in headers.items():
        for value in values:
            yield str(name), value.decode("latin-1") if isinstance(value, bytes) else str(value)


def bytes_of(body: Any) -> bytes:
    """Return a body in whichever form vcrpy holds it."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogateescape")
    if hasattr(body, "read"):
        return bytes_of(body.read())
    return bytes(body) if isinstance(body, bytes | bytearray | memoryview) else b"".join(map(bytes_of, body))


def interactions_of(session: Session) -> tuple[list[Any], list[dict[str, Any]]]:
    """Return the requests and the responses of a session that was converted, as a persister of vcrpy does."""
    answered = [one for one in session.exchanges if not isinstance(one.outcome, Raised)]
    return [_request(one) for one in answered], [_response(one) for one in answered]


def _request(exchange: Exchange) -> Any:
    call = exchange.call
    return request_of(call.target.partition(" ")[0], call.url, call.body.data, call.headers)


def _response(exchange: Exchange) -> dict[str, Any]:
    outcome = exchange.outcome
    assert not isinstance(outcome, Raised)
    head = outcome.head or Head(200)
    headers: dict[str, list[str]] = {}
    for name, value in head.headers:
        headers.setdefault(name, []).append(value)
    return {
        "status": {"code": head.status, "message": None},
        "headers": headers,
        "body": {"string": outcome.body.data},
    }
