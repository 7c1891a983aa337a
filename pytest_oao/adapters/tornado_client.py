"""Tornado's own HTTP client: each request where it is queued; redirects are requests of their own.

A request that is answered never connects: tornado's own object for it is told the recorded head and chunks, as it is
by a socket, and does the rest, callbacks included.
"""

import sys
from asyncio import ensure_future
from collections.abc import Awaitable, Callable
from contextvars import Context, copy_context
from functools import partial
from inspect import isawaitable
from typing import Any

from pytest_oao.adapters.http_exchanges import admitted, head_of, host_of, kept_head, outcome_of, reason_of, watching
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.tapes import Tape
from pytest_oao.adapters.tornado_failures import exception_of, raised_by
from pytest_oao.errors import OaoHalt
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform

_CALL = "_oao_call"
"""The attribute of a request that holds its call."""
_NO_ANSWER = 599
"""What tornado calls the status of a response that never came."""


class TornadoClient:
    """Patches `SimpleAsyncHTTPClient.fetch_impl`, and what its connections are told."""

    name = "tornado"
    modules = ("tornado.simple_httpclient",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; raises SeamMissing where it is of an unknown generation."""
        patches, library = Patches(), sys.modules[module]
        connection = library._HTTPConnection  # noqa: SLF001 - private in every version
        patches.wrap(library.SimpleAsyncHTTPClient, "fetch_impl", _fetch)
        patches.wrap(library.SimpleAsyncHTTPClient, "_handle_request", _unseen)
        patches.wrap(connection, "run", _run)
        patches.wrap(connection, "headers_received", _taking_head)
        patches.wrap(connection, "data_received", _taking_chunk)
        patches.wrap(connection, "finish", _finishing)
        return patches.undo


class _Call:
    """A request, its admission, and the agent's context, in which callbacks and redirects run."""

    def __init__(self, gateway: Gateway, admission: Admission, context: Context) -> None:
        self.gateway, self.admission, self.context = gateway, admission, context
        self._head = Head(0)
        watch = gateway.watch(admission) if self.live else None
        self.tape = Tape(admission.clock, self._settle if self.live else lambda _: None, watch)

    @property
    def live(self) -> bool:
        return self.admission.recorded is None

    def begun(self, status: int, headers: Any, version: str) -> None:
        self._head = kept_head(status, headers.get_all(), version)

    def failed(self, error: BaseException) -> None:
        raised = raised_by(error)
        if self._head.status:
            self.tape.over(raised)
        else:
            self.gateway.settle(self.admission, raised)

    def _settle(self, tape: Tape) -> None:
        self.gateway.settle(self.admission, outcome_of(self._head, tape))


def _fetch(original: Callable[..., None]) -> Callable[..., None]:
    def fetch_impl(self: Any, request: Any, callback: Callable[[Any], None]) -> None:
        gateway = watching(host_of(request.url))
        if gateway is None:
            original(self, request, callback)
        elif request.body_producer is None:
            _begin(original, gateway, self, request, callback)
        else:
            producing = ensure_future(_produce(request, partial(_begin, original, gateway, self), callback))
            vars(request)["_oao_producing"] = producing  # a task that nobody holds may vanish

    return fetch_impl


async def _produce(request: Any, begin: Callable[..., None], callback: Callable[[Any], None]) -> None:
    """Have the body of a request produced before the request begins: it is part of what is asked."""
    parts: list[bytes] = []

    async def write(data: bytes) -> None:
        parts.append(bytes(data))

    try:
        await request.body_producer(write)
        inner = request.request
        inner.body, inner.body_producer = b"".join(parts), None
        begin(request, callback)
    except BaseException as error:  # noqa: BLE001 - nobody waits for this task, but for the response that says it
        callback(_no_answer(request, error))


def _no_answer(request: Any, error: BaseException) -> Any:
    return sys.modules["tornado.httpclient"].HTTPResponse(request, _NO_ANSWER, error=error)


def _begin(
    original: Callable[..., None], gateway: Gateway, client: Any, request: Any, callback: Callable[[Any], None]
) -> None:
    """Admit a request, and have it answered or performed out of the agent's sight."""
    context = copy_context()
    headers = request.headers.get_all()
    admission = admitted(gateway, request.method, request.url, headers, bytes(request.body or b""))
    call = _Call(gateway, admission, context)
    setattr(request, _CALL, call)
    for name in ("streaming_callback", "header_callback"):
        own = getattr(request, name)
        if own is not None:
            setattr(request, name, partial(context.run, own))

    def done(response: Any) -> None:
        if call.live and response.error is not None and response.code == _NO_ANSWER:
            try:
                call.failed(response.error)
            except BaseException as error:  # noqa: BLE001 - a halt: the agent waits for the response that says it
                response = _no_answer(request, error)
        callback(response)

    with perform():
        original(client, request, done)


def _unseen(original: Callable[..., None]) -> Callable[..., None]:
    """Have the task of a request be no lane of whoever made room for it."""

    def _handle_request(self: Any, *args: Any) -> None:
        if watching() is None:
            original(self, *args)
            return
        with perform():
            original(self, *args)

    return _handle_request


def _call_of(connection: Any) -> _Call | None:
    call: _Call | None = vars(connection.request).get(_CALL)
    return call


def _run(original: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    async def run(self: Any) -> None:
        call = _call_of(self)
        if call is None or call.live:
            await original(self)
            return
        try:
            await _tell(self, call)
        except BaseException as error:  # noqa: BLE001 - the agent waits for the response that says it
            self._handle_exception(type(error), error, error.__traceback__)

    return run


async def _tell(connection: Any, call: _Call) -> None:
    """Tell a connection the recorded head and chunks."""
    assert call.admission.recorded is not None
    outcome = call.admission.recorded.outcome
    if isinstance(outcome, Raised):
        raise exception_of(outcome)
    head = head_of(outcome, call.gateway)
    connection.request.headers.setdefault("Host", host_of(connection.request.url))  # a redirect takes it away
    httputil = sys.modules["tornado.httputil"]
    headers = httputil.HTTPHeaders()
    for name, value in head.headers:
        headers.add(name, value)
    await connection.headers_received(
        httputil.ResponseStartLine(head.http_version, head.status, reason_of(head.status)), headers
    )
    for chunk in _chunks(outcome):
        told = connection.data_received(chunk)
        if isawaitable(told):
            await told
    if isinstance(outcome, Streamed) and isinstance(outcome.end, Raised):
        raise exception_of(outcome.end)
    connection.finish()


def _chunks(outcome: Returned | Streamed) -> list[bytes]:
    if isinstance(outcome, Streamed):
        return list(outcome.chunks())
    return [outcome.body.data] if outcome.body.data else []


def _taking_head(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def headers_received(self: Any, first_line: Any, headers: Any) -> None:
        call = _call_of(self)
        if call is not None and call.live and first_line.code != 100:  # noqa: PLR2004 - Continue
            call.begun(first_line.code, headers, first_line.version)
        await original(self, first_line, headers)

    return headers_received


def _taking_chunk(original: Callable[..., Any]) -> Callable[..., Any]:
    def data_received(self: Any, chunk: bytes) -> Any:
        call = _call_of(self)
        if call is not None and call.live:
            try:
                call.tape.pass_on(bytes(chunk))
            except OaoHalt:
                call.tape.over("closed")
                raise
        return original(self, chunk)

    return data_received


def _finishing(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def finish(self: Any) -> None:
        call = _call_of(self)
        if call is None:
            original(self)
            return
        try:
            call.tape.over("complete")
        except BaseException as error:  # noqa: BLE001 - a halt, again
            self._handle_exception(type(error), error, error.__traceback__)
            return
        call.context.run(original, self)  # a redirect is a request of the agent's

    return finish
