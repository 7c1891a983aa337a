"""`websockets` in threads: the same calls as in tasks, and in replay the same peer, at the other end of a socket pair.

Before version 17 a client connects by a function, whose name may be bound already when the seam is put in: so its code
is replaced, not its name.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from inspect import signature
from types import FunctionType
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.websocket_fragments import streaming
from pytest_oao.adapters.websocket_frames import answer_of, failure_of, set_closing
from pytest_oao.adapters.websocket_peers import NoTls, Peer, PeerSocket
from pytest_oao.adapters.websocket_seams import (
    call_of,
    opening,
    peer_of,
    undelayed,
)
from pytest_oao.adapters.websocket_thread_fragments import RecordedThreadFragments, ThreadFragments
from pytest_oao.adapters.websocket_thread_frames import closing, receiving, sending
from pytest_oao.adapters.websocket_wires import Wire, tie
from pytest_oao.providers.websocket_calls import Closing
from pytest_oao.runtime.lanes import perform

Original = Callable[..., Any]
_SEAM = "_oao_connect"


class WebsocketThreads:
    """Patches `websockets.sync.client`: how it connects, and its `ClientConnection`."""

    name = "websockets (threads)"
    modules = ("websockets.sync.client",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the client; raises SeamMissing where it is of an unknown generation."""
        patches, library = Patches(), sys.modules[module]
        undo = ExitStack()
        undo.callback(patches.undo)
        if hasattr(library, "reconnect"):
            patches.wrap(library.reconnect, "connect", _connecting)
        else:
            undo.callback(_replace_code(library.connect))
        taken = streaming(ThreadFragments, RecordedThreadFragments)
        seams = {"send": sending, "recv": receiving, "recv_streaming": taken, "close": closing}
        for name, seam in seams.items():
            patches.wrap(library.ClientConnection, name, seam)
        return undo.close


def _replace_code(connect: Any) -> Callable[[], None]:
    """Have a function run through the seam under every name that it is bound to; returns the undo."""
    own, told = connect.__globals__, signature(connect)
    original = FunctionType(connect.__code__, own, connect.__name__, connect.__defaults__)
    original.__kwdefaults__ = connect.__kwdefaults__
    own[_SEAM] = partial(_connected, original)
    connect.__code__ = _through.__code__
    connect.__signature__ = told

    def undo() -> None:
        connect.__code__ = original.__code__
        del connect.__signature__, own[_SEAM]

    return undo


def _through(*args: Any, **kwargs: Any) -> Any:
    return _oao_connect(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821 - a global of the library's then


def _connected(original: Original, uri: str, **options: Any) -> Any:
    """Connect as the function of the library does before version 17."""

    def through(peer: Peer) -> Any:
        tls = {"ssl": NoTls()} if uri.lower().startswith("wss:") else {}
        kept = {name: value for name, value in options.items() if name not in {"ssl_context", "path"}}
        return original(uri, **{**kept, "sock": PeerSocket.to(peer), "proxy_ssl": None, **tls})

    return _connect(uri, options.get("additional_headers"), partial(original, uri, **options), through)


def _connecting(original: Original) -> Original:
    """Connect as the class of the library does from version 17 on."""

    def connect(self: Any) -> Any:
        def through(peer: Peer) -> Any:
            kept = self.sock, self.ssl, self.proxy_ssl
            self.sock, self.ssl, self.proxy_ssl = PeerSocket.to(peer), NoTls(), None
            try:
                return original(self)
            finally:
                self.sock, self.ssl, self.proxy_ssl = kept

        gateway = opening(self.uri)
        if gateway is not None:
            undelayed(self, gateway)
        return _connect(self.uri, self.additional_headers, partial(original, self), through)

    return connect


def _connect(url: str, headers: Any, live: Callable[[], Any], through: Callable[[Peer], Any]) -> Any:
    """Open a connection: to the server, or to a peer that says what it had said."""
    gateway = opening(url)
    if gateway is None:
        return live()
    admission = gateway.admit(call_of(url, headers, gateway))
    wire = Wire(gateway, url)
    if admission.recorded is not None:
        peer = peer_of(admission.recorded, gateway)
        with perform():
            connection = through(peer)
        wire.line = ThreadLine(peer, connection)
    else:
        with perform():
            try:
                connection = live()
            except BaseException as error:
                gateway.settle(admission, failure_of(error))
                raise
        gateway.settle(admission, answer_of(connection.response))
    tie(connection, wire)
    return connection


class ThreadLine:
    """What leads from a replayed connection to its peer: a pair of sockets, which a thread of the library's reads."""

    def __init__(self, peer: Peer, connection: Any) -> None:
        self.peer, self._connection = peer, connection

    def deliver(self) -> None:
        """Hand on what the peer has said."""
        self._connection.socket.deliver()

    def hang_up(self, closing: Closing) -> None:
        """End the connection as it had ended."""
        self._connection.socket.cut()
        self._connection.recv_events_thread.join()
        set_closing(self._connection.protocol, closing, self.peer.library.frames)
