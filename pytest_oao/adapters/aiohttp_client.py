"""aiohttp: each request where it is given a connection, below redirects and middlewares and above the socket.

A request that is answered is given a connection to nowhere; all that is above it is aiohttp's own, and so is the
response, whose body comes from a reader that is asked chunk by chunk.
"""

import sys
from asyncio import CancelledError, sleep
from collections.abc import Awaitable, Callable
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

from pytest_oao.adapters.aiohttp_bodies import body_of
from pytest_oao.adapters.aiohttp_connections import connection_to_nowhere
from pytest_oao.adapters.aiohttp_failures import came_before_sending, exception_of, raised_by
from pytest_oao.adapters.aiohttp_readers import recorded, taped
from pytest_oao.adapters.body_encodings import as_told
from pytest_oao.adapters.http_exchanges import admitted, head_of, kept_head, outcome_of, watching
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.tapes import Tape
from pytest_oao.adapters.wire_failures import CONNECTING
from pytest_oao.adapters.wire_responses import head_bytes
from pytest_oao.errors import SeamMissing
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers.http_headers import header
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.overruns import until_cancelled_by, was_cancelled

_CALL = "_oao_call"
"""The attribute of a connection that holds the call that it was made for."""
_DECODES = "_oao_decodes"
"""The attribute of a protocol that says whether it decodes bodies."""
_TIMED_OUT = "TotalTimeout"
"""What is kept of aiohttp's own time limit for a whole request, which cancels it."""
_LIMIT = 2**16
"""The limit of a reader where the library does not say one."""

Connect = Callable[..., Awaitable[Any]]


class AiohttpClient:
    """Patches `BaseConnector.connect`, `ClientRequest.send` and `ClientResponse.start`."""

    name = "aiohttp"
    modules = ("aiohttp",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; raises SeamMissing where it is of an unknown generation."""
        patches, library = Patches(), sys.modules[module]
        try:
            patches.wrap(library.BaseConnector, "connect", partial(_connect, library))
            patches.wrap(library.ClientRequest, "send", _send)
            patches.wrap(library.ClientResponse, "start", partial(_start, library))
            patches.wrap(library.client_proto.ResponseHandler, "set_response_params", _noting_decoding)
        except (SeamMissing, AttributeError) as error:
            patches.undo()
            raise SeamMissing(
                f"aiohttp {getattr(library, '__version__', '?')} is of an unknown generation: {error}",
                where=module,
                remedy="upgrade pytest-oao, or pin aiohttp to 3.9 or later of its third generation",
            ) from error
        return patches.undo


class _Call(NamedTuple):
    gateway: Gateway
    admission: Admission

    def failed(self, raised: Raised) -> None:
        self.gateway.settle(self.admission, raised)


def _connect(library: ModuleType, original: Connect) -> Connect:
    async def connect(self: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        gateway = watching(req.url.host or "")
        if gateway is None or "upgrade" in req.headers:  # a websocket is no request
            return await original(self, req, *args, **kwargs)
        call = _Call(gateway, admitted(gateway, req.method, str(req.url), req.headers.items(), await body_of(req)))
        answer = call.admission.recorded
        if answer is None:
            connection = await _performed(call, req, original(self, req, *args, **kwargs), connecting=True)
        else:
            if isinstance(answer.outcome, Raised) and came_before_sending(answer.outcome, library):
                await _raise(answer, answer.outcome, req, library, gateway)
            connection = connection_to_nowhere(library, req, req.loop)
        setattr(connection, _CALL, call)
        return connection

    return connect


async def _performed(call: _Call, request: Any, doing: Awaitable[Any], *, connecting: bool = False) -> Any:
    """Do a part of a live call, and settle it where that fails."""
    try:
        with perform():
            return await doing
    except BaseException as error:
        own = isinstance(error, CancelledError) and getattr(_timer_of(request), "_cancelled", False)
        call.failed(Raised(_TIMED_OUT + CONNECTING) if own else raised_by(error, connecting=connecting))
        raise


async def _raise(answer: Exchange, raised: Raised, request: Any, library: ModuleType, gateway: Gateway) -> None:
    """Raise what was raised; where the agent or aiohttp's own clock cancelled the call, have that done again."""
    if raised.type == _TIMED_OUT + CONNECTING:
        timer = _timer_of(request)
        if hasattr(timer, "timeout"):
            timer.timeout()
            await sleep(_LIMIT)
        raise TimeoutError
    if was_cancelled(raised):
        await until_cancelled_by(sleep, answer, gateway)
    raise exception_of(raised, library, request)


def _timer_of(request: Any) -> Any:
    return getattr(request, "_timer", None)


def _send(original: Connect) -> Connect:
    async def send(self: Any, conn: Any) -> Any:
        call = getattr(conn, _CALL, None)
        if call is None:
            return await original(self, conn)
        return await _performed(call, self, original(self, conn))

    return send


def _start(library: ModuleType, original: Connect) -> Connect:
    async def start(self: Any, connection: Any) -> Any:
        call = getattr(connection, _CALL, None)
        if call is None:
            return await original(self, connection)
        answer = call.admission.recorded
        if answer is not None:
            if isinstance(answer.outcome, Raised):
                await _raise(answer, answer.outcome, self, library, call.gateway)
            head = head_of(answer.outcome, call.gateway)
            await _written(self)
            connection.protocol.data_received(head_bytes(head))
        protocol = connection.protocol
        await _performed(call, self, original(self, connection))
        if answer is None:
            self.content = _live(library, self, protocol, call)
        else:
            limit = getattr(protocol, "_read_bufsize", _LIMIT)
            over = partial(_over, self, protocol)
            self.content = recorded(library, answer, call.gateway, limit, over)
        return self

    return start


async def _written(response: Any) -> None:
    """Have the request written as far as it goes, to nowhere: it was sent before a live response came."""
    asked_first, writer = getattr(response, "_continue", None), getattr(response, "_writer", None)
    if asked_first is not None:
        asked_first.set_result(True)
        response._continue = None  # noqa: SLF001 - as it is set when the server says so
    if writer is not None:
        await writer


def _live(library: ModuleType, response: Any, protocol: Any, call: _Call) -> Any:
    """Return a reader that tapes the body of a live response."""
    version = response.version
    head = kept_head(response.status, response.headers.items(), f"HTTP/{version.major}.{version.minor}")
    is_decoded = getattr(protocol, _DECODES, True)
    gateway, admission = call
    done = partial(_settle, gateway, admission, head, is_decoded)
    encoding = "" if is_decoded else header(head.headers, "content-encoding")
    tape = Tape(admission.clock, done, as_told(gateway.watch(admission), encoding))
    if response.content.at_eof():
        tape.over("complete")
        return response.content
    gateway.streams(admission, partial(tape.over, "closed"))
    return taped(library, response, tape)


def _settle(gateway: Gateway, admission: Admission, head: Any, is_decoded: bool, tape: Tape) -> None:  # noqa: FBT001
    gateway.settle(admission, outcome_of(head, tape, is_decoded=is_decoded))


def _over(response: Any, protocol: Any) -> None:
    """Have a response in replay give its connection back, as the end of a live body does."""
    protocol.connection_lost(None)
    response._response_eof()  # noqa: SLF001 - what the live body calls


def _noting_decoding(original: Callable[..., None]) -> Callable[..., None]:
    def set_response_params(self: Any, **params: Any) -> None:
        setattr(self, _DECODES, params.get("auto_decompress", True))
        original(self, **params)

    return set_response_params
