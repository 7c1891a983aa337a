"""HAR 1.2, as browsers, mitmproxy, Polly.js and Playwright write it."""

import re
from collections.abc import Iterator

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.har_bodies import is_compressed, request_body, response_body
from pytest_oao.importers.http_exchanges import RawExchange, RawRequest, RawResponse
from pytest_oao.importers.http_files import session_of
from pytest_oao.importers.json_documents import load_json
from pytest_oao.importers.moments import moment
from pytest_oao.model.calls import Headers
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import TIMING, WEBSOCKETS
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_HEAD = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')
_SWITCHING_PROTOCOLS = 101


class Har:
    """`{"log": {"entries": [...]}}`."""

    name = "har"

    def sniff(self, head: bytes) -> bool:
        """Whether it begins as an HTTP archive does."""
        return bool(_HEAD.match(head)) and (b'"entries"' in head or b'"creator"' in head)

    def read(self, dump: Dump) -> Iterator[Session]:
        """Yield the one session of an archive, without its WebSockets, which the session's origin tells."""
        data, source = dump.data(), dump.source
        entries = load_json(data, source)["log"]["entries"].items()
        requests = [entry for entry in entries if not _is_websocket(entry)]
        lacked = (WEBSOCKETS,) if len(requests) < len(entries) else ()
        raws = [_raw(entry) for entry in requests]
        yield session_of(raws, format_name=self.name, data=data, source=source, lacked=lacked)


def _is_websocket(entry: Part) -> bool:
    scheme = entry["request"]["url"].text("").partition(":")[0].lower()
    return (
        "_webSocketMessages" in entry
        or entry["_resourceType"].value == "websocket"
        or scheme in {"ws", "wss"}
        or entry["response"]["status"].value == _SWITCHING_PROTOCOLS
    )


def _raw(entry: Part) -> RawExchange:
    request = entry["request"]
    method, url = request["method"].text(), request["url"].text()
    started_at = moment(entry["startedDateTime"].text(""))
    return RawExchange(
        entry.where,
        RawRequest(method, url, _headers(request["headers"]), request_body(request)),
        _answer(entry),
        started_at,
        entry["time"].number() / 1000,
        frozenset() if started_at else frozenset({TIMING}),
    )


def _answer(entry: Part) -> RawResponse | Raised:
    response, failure = entry["response"], _failure(entry)
    status = response["status"].whole(0)
    if status <= 0:
        return failure or Raised("ConnectError", "the recording has no response")
    body = response_body(response)
    if failure is not None and body is None:
        body = b""
    headers = _headers(response["headers"])
    if not is_compressed(response):
        headers = tuple((name, value) for name, value in headers if name.lower() != "content-encoding")
    return RawResponse(status, headers, body, response["httpVersion"].text(""), failure)


def _failure(entry: Part) -> Raised | None:
    """Return what a `_error` says, wherever it stands; the kind is one that HTTP clients raise."""
    for part in (entry, entry["response"], entry["request"]):
        error = part["_error"]
        if error.value:
            message = error.text() if isinstance(error.value, str) else error["msg"].text("")
            return Raised(_kind(message, entry), message)
    return None


def _kind(message: str, entry: Part) -> str:
    if "time" in message.lower() and "out" in message.lower():
        return "ReadTimeout"
    return "ReadError" if entry["response"]["status"].whole(0) > 0 else "ConnectError"


def _headers(headers: Part) -> Headers:
    """Return the headers; browsers list HTTP/2's `:method` and its like among them."""
    pairs = ((item["name"].text(), item["value"].scalar()) for item in headers.items())
    return tuple((name, value) for name, value in pairs if not name.startswith(":"))
