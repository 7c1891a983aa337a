"""The other end of a replayed websocket: the library's own protocol for servers, without a network.

So the agent's connection is the real one: it is shaken hands with, its pings are answered, its frames are taken in.
"""

import asyncio
import logging
import socket
from collections.abc import Iterator
from http import HTTPStatus
from threading import RLock
from types import ModuleType
from typing import Any, NamedTuple

from pytest_oao.adapters.websocket_frames import is_text, set_closing
from pytest_oao.model.bodies import Body
from pytest_oao.model.outcomes import Returned
from pytest_oao.providers.websocket_calls import Closing

_QUIET = logging.getLogger("pytest_oao.websocket_peers")
_QUIET.disabled = True  # the agent has no server, and its logs tell of none


class Library(NamedTuple):
    """The modules of `websockets` that the other end is made of."""

    server: ModuleType
    http11: ModuleType
    frames: ModuleType


class Peer:
    """Takes in what a client writes, and says what its server said."""

    def __init__(self, answer: Returned, library: Library) -> None:
        self._answer, self.library = answer, library
        self._protocol = library.server.ServerProtocol(max_size=None, logger=_QUIET)

    def hear(self, data: bytes) -> None:
        """Take in what the client writes."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, self.library.http11.Request):
                self._protocol.send_response(self._response(event))

    def frame(self, body: Body, data: bytes, *, first: bool, last: bool) -> None:
        """Say a frame, or a fragment of one."""
        if not first:
            self._protocol.send_continuation(data, fin=last)
        elif is_text(body):
            self._protocol.send_text(data, fin=last)
        else:
            self._protocol.send_binary(data, fin=last)

    def said(self) -> Iterator[bytes]:
        """Yield what was said and not yet fetched; no bytes where the line is to be cut."""
        yield from self._protocol.data_to_send()

    def _response(self, request: Any) -> Any:
        head = self._answer.head
        assert head is not None
        response = self._protocol.accept(request)
        if head.status != HTTPStatus.SWITCHING_PROTOCOLS or response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return self._rejection(head.status)
        for name, value in head.headers:
            if name.lower() not in {"upgrade", "sec-websocket-accept", "sec-websocket-extensions"}:
                response.headers[name] = value
        return response

    def _rejection(self, status: int) -> Any:
        head, data = self._answer.head, self._answer.body.data
        assert head is not None
        phrase = next((one.phrase for one in HTTPStatus if one == status), "")
        headers = self.library.http11.Headers(head.headers)
        headers["Connection"] = "close"
        headers["Content-Length"] = str(len(data))
        return self.library.http11.Response(status, phrase, headers, data)


class PeerTransport(asyncio.Transport):
    """What an asynchronous connection writes to and hears from, in place of a socket."""

    def __init__(self, peer: Peer, connection: Any) -> None:
        super().__init__()
        self.peer, self._connection = peer, connection
        self._loop = asyncio.get_running_loop()
        self._closing = self._lost = False

    def write(self, data: Any) -> None:
        """Have the peer hear what is written, and its answer arrive a little later."""
        self.peer.hear(bytes(data))
        self._loop.call_soon(self.deliver)

    def deliver(self) -> None:
        """Hand on what the peer has said."""
        for data in self.peer.said():
            if not data:
                self.close()
            elif not self._lost:
                self._connection.data_received(data)

    def hang_up(self, closing: Closing) -> None:
        """End the connection as it had ended."""
        frames, protocol = self.peer.library.frames, self._connection.protocol
        self._closing = True
        self._lose()
        set_closing(protocol, closing, frames)

    def _lose(self) -> None:
        if not self._lost:
            self._lost = True
            self._connection.connection_lost(None)

    def close(self) -> None:
        """End the connection a little later."""
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._lose)

    def abort(self) -> None:
        """End the connection a little later."""
        self.close()

    def is_closing(self) -> bool:
        """Whether the connection ends."""
        return self._closing

    def can_write_eof(self) -> bool:
        """Whether one direction can end before the other."""
        return True

    def write_eof(self) -> None:
        """Take note that nothing more is written."""

    def pause_reading(self) -> None:
        """Go on: what arrives is asked for one by one."""

    def resume_reading(self) -> None:
        """Go on."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Need no buffer."""


class PeerSocket(socket.socket):
    """What a connection of threads writes to and hears from: one end of a pair, whose other end is the peer's."""

    _peer: Peer
    _far: socket.socket
    _lock: Any

    @classmethod
    def to(cls, peer: Peer) -> "PeerSocket":
        """Make the socket that leads to a peer."""
        near, far = socket.socketpair()
        made = cls(fileno=near.detach())
        made._peer, made._far, made._lock = peer, far, RLock()
        return made

    def setsockopt(self, *_: Any) -> None:
        """Accept any option: most are for networks."""

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Have the peer hear what is written, and answer."""
        del flags
        with self._lock:
            self._peer.hear(bytes(data))
            self.deliver()

    def deliver(self) -> None:
        """Hand on what the peer has said."""
        with self._lock:
            for data in self._peer.said():
                if data:
                    self._far.sendall(data)
                else:
                    self.cut()

    def cut(self) -> None:
        """End what the connection reads."""
        self._far.close()

    def close(self) -> None:
        """Close both ends."""
        super().close()
        self._far.close()


class NoTls:
    """A TLS context for a line that needs none."""

    def wrap_socket(self, sock: Any, **_: Any) -> Any:
        """Return the socket as it is."""
        return sock
