"""Frames, close frames and exceptions of `websockets`, to bodies and outcomes and back."""

import builtins
from types import ModuleType
from typing import Any

from pytest_oao.model.bodies import Body
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned
from pytest_oao.providers.http_headers import header, unframed
from pytest_oao.providers.websocket_calls import BINARY, TEXT, Close, Closing, closing_of
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import exception_form
from pytest_oao.values.unkept import Unreadable

BYTES = (bytes, bytearray, memoryview)
"""What a binary frame, or a fragment of one, may be given as."""
_CLOSED = frozenset({"ConnectionClosed", "ConnectionClosedOK", "ConnectionClosedError"})


def body_of(frame: Any, *, text: bool | None) -> Body:
    """Return the body that a frame is; `text` says what the agent asks for, None when the frame's type decides."""
    is_text = isinstance(frame, str)
    return Body(frame.encode() if is_text else bytes(frame), _type(is_text if text is None else text))


def received_body(frame: Any, decode: Any) -> Body:
    """Return the body of a frame that the agent received; only without `decode` does it show what it was."""
    body = body_of(frame, text=None)
    if decode is not None:
        body.media_type = ""
    return body


def is_text(body: Body) -> bool:
    """Whether a recorded frame is text; where nobody knows, the text that it could be."""
    if body.media_type in {TEXT, BINARY}:
        return body.media_type == TEXT
    try:
        body.data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _type(is_text: bool) -> str:  # noqa: FBT001 - one word
    return TEXT if is_text else BINARY


def answer_of(response: Any) -> Returned:
    """Return what the server's answer to the handshake says."""
    headers = unframed(response.headers.raw_items(), decoded=False)
    body = Body(bytes(response.body or b""), header(headers, "content-type"))
    return Returned(body, Head(response.status_code, headers))


def failure_of(error: BaseException) -> Outcome:
    """Return what is kept of an exception: of a rejected handshake the answer, of a closed connection its codes."""
    name = type(error).__name__
    if name == "InvalidStatus":
        return answer_of(error.response)  # type: ignore[attr-defined]
    if name == "CancelledError":
        return Raised("Cancelled", str(error))
    return Raised(name, str(error), _closing_form(error) if name in _CLOSED else exception_form(error))


def _closing_form(error: Any) -> JSON:
    return Closing(_close(error.rcvd), _close(error.sent), error.rcvd_then_sent).form()


def closing_of_connection(protocol: Any) -> Closing:
    """Return how a connection ended, as its protocol knows it."""
    return Closing(_close(protocol.close_rcvd), _close(protocol.close_sent), protocol.close_rcvd_then_sent)


def _close(frame: Any) -> Close | None:
    return None if frame is None else Close(int(frame.code), frame.reason)


def set_closing(protocol: Any, closing: Closing, frames: ModuleType) -> None:
    """Have a protocol say that its connection ended so."""
    protocol.close_rcvd = None if closing.received is None else frames.Close(*closing.received)
    protocol.close_sent = None if closing.sent is None else frames.Close(*closing.sent)
    protocol.close_rcvd_then_sent = closing.received_first


def recorded_closing(outcome: Outcome) -> Closing | None:
    """Return how a recorded outcome says that the connection ended, None where it says nothing of it."""
    if isinstance(outcome, Raised):
        return closing_of(outcome.detail) if outcome.type in _CLOSED else None
    return None


def exception_of(raised: Raised, exceptions: ModuleType) -> BaseException:
    """Build a recorded exception: as it was kept, else by its name, of the library's own or a built-in one."""
    try:
        error = decode(raised.detail) if raised.detail is not None else None
    except Unreadable:
        error = None
    if isinstance(error, BaseException):
        return error
    kind = getattr(exceptions, raised.type, None) or getattr(builtins, raised.type, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = exceptions.WebSocketException
    made: BaseException = kind.__new__(kind, raised.message)
    Exception.__init__(made, raised.message)  # its own may ask for more
    return made
