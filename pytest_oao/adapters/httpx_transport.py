"""httpx and httpx2: every request of every SDK on them, below retries and above the socket.

`Client._transport_for_url` says which transport sends a request; what it returns is wrapped. So retries are calls of
their own, custom clients and transports are seen, and a stream passes through chunk by chunk.
"""

import sys
from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from types import ModuleType
from typing import Any

from pytest_oao.adapters.body_encodings import as_told
from pytest_oao.adapters.httpx_bodies import RawHeaders, answer_of, content_of, head_of, headers_of, outcome_of
from pytest_oao.adapters.httpx_retries import retried, retried_async
from pytest_oao.adapters.httpx_streams import streams_of
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.tapes import Tape, failure_of
from pytest_oao.errors import EscapedCall, SeamMissing
from pytest_oao.model.calls import Call
from pytest_oao.providers.http_calls import http_call
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform, performing
from pytest_oao.runtime.late import Late
from pytest_oao.runtime.overruns import until_cancelled, was_cancelled
from pytest_oao.runtime.retrying import ONCE, tries_of_request
from pytest_oao.runtime.running import current

_COMPARED = frozenset({b"content-type", b"content-encoding"})
BOUNDARY = b"oao-multipart-boundary-7f3c9a51d2e84b06"


class HttpxTransport:
    """Patches `{Client,AsyncClient}._transport_for_url`, and pins the boundary of multipart bodies."""

    name = "httpx"
    modules = ("httpx", "httpx2")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`; raises SeamMissing where it is of an unknown generation."""
        patches, library = Patches(), sys.modules[module]
        if library.__name__ != module:  # httpx2.alias_httpx() made one module of both
            return patches.undo
        try:
            patches.wrap(library.Client, "_transport_for_url", partial(_seam, sync_transport(library)))
            patches.wrap(library.AsyncClient, "_transport_for_url", partial(_seam, async_transport(library)))
            patches.wrap(library._multipart.MultipartStream, "__init__", _pinned_boundary)  # noqa: SLF001
        except (SeamMissing, AttributeError) as error:
            patches.undo()
            raise SeamMissing(
                f"{module} {getattr(library, '__version__', '?')} is of an unknown generation: {error}",
                where=module,
                remedy=f"upgrade pytest-oao, or pin {module} to a version that its docs name",
            ) from error
        return patches.undo


def _seam(wrap: Callable[[Any, Gateway], Any], original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def _transport_for_url(self: object, url: Any) -> Any:
        transport = original(self, url)
        gateway = current()
        if gateway is None or performing() or _serves_in_memory(transport):
            return transport
        free = gateway.terms.passthrough
        return transport if free and url.host in free else wrap(transport, gateway)

    return _transport_for_url


def _serves_in_memory(transport: object) -> bool:
    """Whether a transport calls an application of this process, whose own calls leave it: httpx's, a test client's."""
    if callable(getattr(transport, "app", None)):
        return True
    client = getattr(transport, "client", None)  # Litestar's has its client, and that the application
    return client is not None and callable(getattr(client, "app", None))


def _pinned_boundary(original: Callable[..., None]) -> Callable[..., None]:
    def construct(self: object, data: Any, files: Any, boundary: bytes | None = None) -> None:
        if boundary is None and current() is not None:
            boundary = BOUNDARY
        original(self, data, files, boundary)

    return construct


@cache
def sync_transport(library: ModuleType) -> type:
    """Make the transport that stands above another one, and has its requests pass the gateway."""
    tee = streams_of(library).sync_tee

    class RecordedTransport(library.BaseTransport):  # type: ignore[misc,name-defined]  # httpx or httpx2
        def __init__(self, inner: Any, gateway: Gateway) -> None:
            self.inner, self.gateway = inner, gateway

        def handle_request(self, request: Any) -> Any:
            request.read()
            tries = tries_of_request(self.gateway)
            return self.answer(request) if tries is ONCE else retried(tries, partial(self.answer, request))

        def answer(self, request: Any) -> Any:
            admission = self.gateway.admit_late(_asked(request, self.gateway, library))
            if admission.recorded is not None:
                return answer_of(admission.recorded, request, library, self.gateway)
            with perform():
                try:
                    response = self.inner.handle_request(request)
                except BaseException as error:
                    self.gateway.settle(admission, failure_of(error))
                    raise
            return _taped(response, tee, library, self.gateway, admission)

    return RecordedTransport


@cache
def async_transport(library: ModuleType) -> type:
    """Make the same for asynchronous clients."""
    tee = streams_of(library).async_tee

    class AsyncRecordedTransport(library.AsyncBaseTransport):  # type: ignore[misc,name-defined]  # httpx or httpx2
        def __init__(self, inner: Any, gateway: Gateway) -> None:
            self.inner, self.gateway = inner, gateway

        async def handle_async_request(self, request: Any) -> Any:
            await request.aread()
            tries, answer = tries_of_request(self.gateway), partial(self.answer, request)
            return await (answer() if tries is ONCE else retried_async(tries, answer))

        async def answer(self, request: Any) -> Any:
            admission = self.gateway.admit_late(_asked(request, self.gateway, library))
            if admission.recorded is not None:
                if was_cancelled(admission.recorded.outcome):
                    await until_cancelled(admission.recorded, self.gateway)
                return answer_of(admission.recorded, request, library, self.gateway)
            with perform():
                try:
                    response = await self.inner.handle_async_request(request)
                except BaseException as error:
                    self.gateway.settle(admission, failure_of(error))
                    raise
            return _taped(response, tee, library, self.gateway, admission)

    return AsyncRecordedTransport


def _asked(request: Any, gateway: Gateway, library: ModuleType) -> Late[Call]:
    """Return the call that a request makes as it is now: hooks of the agent may change it later."""
    raw = request.headers.raw
    if not (gateway.writes or gateway.terms.headers):
        raw = [pair for pair in raw if pair[0].lower() in _COMPARED]  # nobody asks for the others
    told = request.method, request.url, raw, request.content, gateway.lane.path
    return Late(partial(_call, *told, library), len(request.content))


def _call(method: str, url: object, raw: RawHeaders, content: bytes, lane: str, library: ModuleType) -> Call:
    headers = headers_of(raw, library)
    return http_call(method, str(url), headers, content_of(content, headers, library), lane=lane)


def _taped(
    response: Any,
    tee: Callable[[Any, Tape], Any],
    library: ModuleType,
    gateway: Gateway,
    admission: Admission,
) -> Any:
    """Have the body of a response pass a tape, or go on it at once where the transport has read it already."""
    head = head_of(response, library)
    if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
        gateway.unseen(_switched(library, gateway))
        return response
    watch = gateway.watch(admission)
    if watch is not None and not response.is_closed:
        watch = as_told(watch, response.headers.get("content-encoding", ""))
    tape = Tape(admission.clock, lambda tape: gateway.settle_late(admission, outcome_of(head, tape, library)), watch)
    if response.is_closed:
        tape.over(_read(response, tape, library))
        return response
    gateway.streams(admission, partial(tape.over, "closed"))
    response.stream = tee(response.stream, tape)
    return response


def _switched(library: ModuleType, gateway: Gateway) -> EscapedCall:
    return EscapedCall(
        f"a connection of {library.__name__} became a websocket, and its frames would be missing from the record",
        where=gateway.header.test,
        remedy="use the library `websockets`, whose frames are recorded, or name the host in oao_passthrough_hosts",
    )


def _read(response: Any, tape: Tape, library: ModuleType) -> str:
    """Put the content of a closed response on the tape, and say how that ended."""
    try:
        content = response.content
    except library.ResponseNotRead:
        return "closed"
    if content:
        tape.pass_on(content)
    return "complete"
