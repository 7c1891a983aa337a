"""What stands for the socket of an http.client connection: while a request is written, and while one is replayed."""

import socket
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader, BytesIO
from typing import Any

from pytest_oao.adapters.wire_requests import WireRequest
from pytest_oao.adapters.wire_responses import RecordedFile

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class QuietSocket:
    """What libraries ask of any socket, where there is none."""

    def settimeout(self, value: float | None) -> None:
        """Wait for nothing."""

    def gettimeout(self) -> float | None:
        """Return no limit."""
        return None

    def setsockopt(self, *_: object) -> None:
        """Set nothing."""

    def shutdown(self, how: int) -> None:
        """Shut nothing down."""

    def close(self) -> None:
        """Close nothing."""


class Outgoing(QuietSocket):
    """Takes a request down until it is whole, and then has it delivered, where the last of it is sent."""

    def __init__(self, real: Any, deliver: Callable[["Outgoing"], None]) -> None:
        self.real = real
        """The connected socket, None where there is none yet."""
        self.request = WireRequest()
        self.delivered = False
        self.failure: BaseException | None = None
        """What went wrong when the request was sent: a client may go on and ask for the response all the same."""
        self._deliver = deliver
        self._signal: tuple[socket.socket, socket.socket] | None = None

    def sendall(self, data: Any, *_: object) -> None:
        """Take the next bytes."""
        self.request.write(bytes(data))
        if self.request.whole:
            self.deliver()

    def deliver(self) -> None:
        """Have what was written delivered, once."""
        if not self.delivered:
            self.delivered = True
            self._drop_signal()
            self._deliver(self)

    def settimeout(self, value: float | None) -> None:
        """Pass it on."""
        if self.real is not None:
            self.real.settimeout(value)

    def fileno(self) -> int:
        """Return a descriptor that can be read from at once: whoever waits for `100 Continue` need not wait."""
        if self._signal is None:
            self._signal = socket.socketpair()
            self._signal[0].send(b"\0")
        return self._signal[1].fileno()

    def makefile(self, *_: object) -> BytesIO:
        """Return what a server says before a request is whole."""
        return BytesIO(_CONTINUE)

    def close(self) -> None:
        """Close the connected socket, if there is one."""
        self._drop_signal()
        if self.real is not None:
            self.real.close()

    def _drop_signal(self) -> None:
        for end in self._signal or ():
            with suppress(OSError):
                end.close()
        self._signal = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class Incoming(QuietSocket):
    """Gives a recorded response to whoever reads it, or raises what was raised when there was to be one."""

    def __init__(self, file: RecordedFile | None, failure: BaseException | None = None) -> None:
        self._file, self._failure = file, failure

    def sendall(self, data: Any, *_: object) -> None:
        """Take bytes beyond the request."""

    def makefile(self, *_: object) -> BufferedReader:
        """Return the response."""
        if self._failure is not None:
            raise self._failure
        assert self._file is not None
        return BufferedReader(self._file)
