"""http.client, and with it urllib, urllib3, requests, botocore and httplib2: a request where it goes to the socket.

Connections are made when the request is known and nobody has an answer to it. All that is above, the pools, retries
and redirects of each library, is as it is, and reads a response as it came from the socket, or as it was recorded.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from pytest_oao.adapters.http_exchanges import admitted, head_of, host_of, kept_head, outcome_of, watching
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.tapes import Tape
from pytest_oao.adapters.wire_chunks import LAST
from pytest_oao.adapters.wire_failures import came_before_sending, exception_of, raised_by
from pytest_oao.adapters.wire_responses import (
    CHUNKING,
    CUT,
    Framing,
    RecordedFile,
    TapedFile,
    recorded_pieces,
    without_frames,
)
from pytest_oao.adapters.wire_sockets import Incoming, Outgoing
from pytest_oao.errors import SeamMissing
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Streamed
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.http_sessions import current_for_http
from pytest_oao.runtime.lanes import perform, performing
from pytest_oao.runtime.overruns import as_left, stop_where_cancelled, stop_where_closed

_CONNECTIONS = {
    "http.client": ("HTTPConnection", "HTTPSConnection"),
    "urllib3.connection": ("HTTPConnection", "HTTPSConnection"),
    "httplib2": ("HTTPConnectionWithTimeout", "HTTPSConnectionWithTimeout"),
}
"""By module, the classes that have a way of their own to connect."""
_WAITS = "_oao_waits"
"""The attribute of a connection that holds the live call whose response it waits for."""
_TLS_PORT = 443
_VERSIONS = {10: "HTTP/1.0", 11: CHUNKING}
"""As http.client says them."""


class HttpClient:
    """Patches how connections are made, and when a request begins, waits for its response, and is given up."""

    name = "http.client"
    modules = tuple(_CONNECTIONS)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the connections of `module`; raises SeamMissing where it has none."""
        patches, library = Patches(), sys.modules[module]
        try:
            for name in _CONNECTIONS[module]:
                if hasattr(library, name):  # urllib3 has no HTTPS where Python has no TLS
                    patches.wrap(getattr(library, name), "connect", _later)
            if module == "http.client":
                connection = library.HTTPConnection
                patches.wrap(connection, "putrequest", _begin)
                patches.wrap(connection, "getresponse", _respond)
                patches.wrap(connection, "close", _give_up)
        except (SeamMissing, AttributeError):
            patches.undo()
            raise
        return patches.undo


class _Waiting:
    """A live call whose request was sent, as far as it could be."""

    def __init__(self, gateway: Gateway, admission: Admission) -> None:
        self.gateway, self.admission = gateway, admission
        self.unsent = Raised("ConnectionAbortedError", "the connection was closed before the response came")

    def abandon(self, raised: Raised | None = None) -> None:
        """Say that no response will come."""
        self.gateway.settle(self.admission, raised or self.unsent)


def _later(original: Callable[..., None]) -> Callable[..., None]:
    """Have a connection made when its request is known."""

    def connect(self: Any) -> None:
        if not _is_ours(self) or watching(_proxied_host(self)) is None:
            original(self)
            return
        _expect_verified(self)
        self.sock = Outgoing(None, partial(_deliver, self, self.timeout))

    connect._oao_later = True  # type: ignore[attr-defined]  # noqa: SLF001 - told by it
    return connect


def _is_ours(connection: Any) -> bool:
    """Whether we know how a connection is made: one that is made in a way of its own would be made twice."""
    return hasattr(type(connection).connect, "_oao_later")


def _proxied_host(connection: Any) -> str:
    """Return the host that a connection is for; behind some proxies that is known with the request."""
    return str(getattr(connection, "_tunnel_host", None) or connection.host)


def _expect_verified(connection: Any) -> None:
    """Have urllib3 warn of certificates that will not be verified, and of none that will be."""
    util = sys.modules.get("urllib3.util.ssl_")
    if util is None or not hasattr(connection, "cert_reqs"):
        return
    required = util.resolve_cert_reqs(connection.cert_reqs) == sys.modules["ssl"].CERT_REQUIRED
    connection.is_verified = bool(required or getattr(connection, "assert_fingerprint", None))


def _begin(original: Callable[..., None]) -> Callable[..., None]:
    def putrequest(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if current_for_http() is None or performing() or not _is_ours(self):
            return
        real = self.sock
        if isinstance(real, Outgoing):
            real = real.real
        elif isinstance(real, Incoming):
            real = None
        self.sock = Outgoing(real, partial(_deliver, self, self.timeout))

    return putrequest


def _deliver(connection: Any, timeout: object, outgoing: Outgoing) -> None:
    """Have a request answered from the record, or send it; what goes wrong is told to whoever asks for the response."""
    try:
        _answer_or_send(connection, timeout, outgoing)
    except BaseException as error:
        outgoing.failure = error
        if connection.sock is None:
            connection.sock = outgoing
        raise


def _answer_or_send(connection: Any, timeout: object, outgoing: Outgoing) -> None:
    request = outgoing.request
    url = _url(connection, request.path)
    gateway = watching(host_of(url))
    if gateway is None:
        _connect(connection, timeout, outgoing.real)
        connection.sock.sendall(request.data)
        return
    admission = admitted(gateway, request.method, url, request.headers, request.body)
    if admission.recorded is not None:
        outgoing.close()
        connection.sock = None
        connection.sock = _incoming(connection, admission.recorded, request.method, gateway)
        return
    waiting = _Waiting(gateway, admission)
    with perform():
        try:
            _connect(connection, timeout, outgoing.real)
        except BaseException as error:
            waiting.abandon(raised_by(error, connection, connecting=True))
            connection.sock = None
            raise
        setattr(connection, _WAITS, waiting)
        try:
            connection.sock.sendall(request.data)
        except BaseException as error:  # the server may have answered all the same
            waiting.unsent = raised_by(error, connection, connecting=True)
            raise


def _connect(connection: Any, timeout: object, real: Any) -> None:
    """Give a connection the socket that it had, or make one within the time that there was when one was asked for."""
    connection.sock = real
    if real is None:
        now, connection.timeout = connection.timeout, timeout
        try:
            connection.connect()
        finally:
            connection.timeout = now


def _url(connection: Any, path: str) -> str:
    """Return the whole URL of a request: a proxy that forwards is told it in place of the path."""
    if "://" in path.partition("?")[0]:
        return path
    tunnelled = getattr(connection, "_tunnel_host", None)
    host, port = (tunnelled, connection._tunnel_port) if tunnelled else (connection.host, connection.port)  # noqa: SLF001
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    default = connection.default_port
    scheme = "https" if default == _TLS_PORT else "http"
    return f"{scheme}://{shown}{'' if port in {None, default} else f':{port}'}{path}"


def _incoming(connection: Any, recorded: Exchange, method: str, gateway: Gateway) -> Incoming:
    """Return what the recorded response is read from, or raise what was raised, where it was raised."""
    outcome = recorded.outcome
    if isinstance(outcome, Raised):
        stop_where_cancelled(recorded, outcome, gateway)
        error = exception_of(outcome, connection)
        if came_before_sending(outcome):
            raise error
        return Incoming(None, error)
    head = head_of(outcome, gateway)
    end = partial(_end, connection, recorded, gateway)
    return Incoming(RecordedFile(recorded_pieces(outcome, head, method), end))


def _end(connection: Any, recorded: Exchange, gateway: Gateway) -> bytes:
    """Return what comes after the recorded chunks, or raise what was raised there."""
    outcome = recorded.outcome
    if not isinstance(outcome, Streamed):
        return b""
    outcome = as_left(outcome)
    stop_where_cancelled(recorded, outcome.end, gateway)
    if isinstance(outcome.end, Raised):
        if outcome.end.type == CUT:
            return b""
        raise exception_of(outcome.end, connection)
    stop_where_closed(recorded, outcome, gateway)
    return LAST if head_of(outcome, gateway).http_version == CHUNKING else b""


def _respond(original: Callable[..., Any]) -> Callable[..., Any]:
    def getresponse(self: Any) -> Any:  # urllib3 1 asks for more, and takes a TypeError for a no
        if isinstance(self.sock, Outgoing):
            if self.sock.failure is not None:
                raise self.sock.failure
            self.sock.deliver()  # all that the client sends, although it said that there would be more
        waiting = vars(self).pop(_WAITS, None)
        if waiting is None:
            response = original(self)
            if isinstance(self.sock, Incoming):
                self.sock = None  # the next request begins anew, in whichever session
            return response
        try:
            response = original(self)
        except BaseException as error:
            waiting.abandon(raised_by(error, self, connecting=False))
            raise
        _tape(response, waiting)
        return response

    return getresponse


def _tape(response: Any, waiting: _Waiting) -> None:
    """Have the body of a live response pass a tape."""
    head = kept_head(response.status, response.headers.items(), _VERSIONS.get(response.version, CHUNKING))
    framing = Framing(bool(response.chunked), response.length)
    gateway, admission = waiting.gateway, waiting.admission

    def done(tape: Tape) -> None:
        if framing.chunked:
            without_frames(tape)
        gateway.settle(admission, outcome_of(head, tape))

    tape = Tape(admission.clock, done, gateway.watch(admission))
    if response.fp is None or (response.length == 0 and not framing.chunked):
        tape.over("complete")
        return
    response.fp = TapedFile(response.fp, tape, framing, lambda error: raised_by(error, None, connecting=False))
    gateway.streams(admission, response.fp.over)


def _give_up(original: Callable[..., None]) -> Callable[..., None]:
    def close(self: Any) -> None:
        waiting = vars(self).pop(_WAITS, None)
        try:
            original(self)
        finally:
            if waiting is not None:
                waiting.abandon()

    return close
