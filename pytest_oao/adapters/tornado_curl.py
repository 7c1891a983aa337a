"""Tornado's client on libcurl, through vcrpy's stub, with a cassette behind it that asks the gateway.

libcurl connects by itself, in C: there is no seam below this one, and no audit hook sees it. A body that is to come
piece by piece is refused, since the stub cannot pass it on.
"""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.http_exchanges import admitted, head_of, host_of, kept_head, outcome_of, reason_of, watching
from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.tapes import Tape
from pytest_oao.adapters.tornado_failures import exception_of, raised_by
from pytest_oao.errors import EscapedCall
from pytest_oao.model.outcomes import Raised
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway

_NO_ANSWER = 599
"""What tornado calls the status of a response that never came."""


class TornadoCurl:
    """Patches `CurlAsyncHTTPClient.fetch_impl`."""

    name = "tornado on libcurl"
    modules = ("tornado.curl_httpclient",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`."""
        patches = Patches()
        patches.wrap(sys.modules[module].CurlAsyncHTTPClient, "fetch_impl", _fetch)
        return patches.undo


class GatewayCassette:
    """What vcrpy's stub asks for a response, for one request: it is in the record, or may be made and is appended."""

    write_protected = False

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.admission: Admission | None = None

    def filter_request(self, request: object) -> bool:
        """Say that every request is kept."""
        del request
        return True

    def can_play_response_for(self, request: Any) -> bool:
        """Ask for the request to be answered or let through; raises OaoHalt."""
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else bytes(body)
        self.admission = admitted(self.gateway, request.method, request.uri, request.headers.items(), body)
        return self.admission.recorded is not None

    def play_response(self, request: object) -> dict[str, Any]:
        """Return the recorded response as vcrpy has it; raises the exception that was recorded."""
        del request
        assert self.admission is not None
        assert self.admission.recorded is not None
        outcome = self.admission.recorded.outcome
        if isinstance(outcome, Raised):
            raise exception_of(outcome)
        head = head_of(outcome, self.gateway)
        return {
            "status": {"code": head.status, "message": reason_of(head.status)},
            "headers": [(name, [value]) for name, value in head.headers],
            "body": {"string": outcome.body.data},
        }

    def append(self, request: object, response: dict[str, Any]) -> None:
        """Write a live response down."""
        del request
        assert self.admission is not None
        headers = [(name, value) for name, values in response["headers"] for value in values]
        head = kept_head(response["status"]["code"], headers, "HTTP/1.1")
        gateway, admission = self.gateway, self.admission
        # libcurl decodes what it asked for, and leaves the header
        tape = Tape(admission.clock, lambda tape: gateway.settle(admission, outcome_of(head, tape, is_decoded=True)))
        tape.pass_on(response["body"]["string"])
        tape.over("complete")

    def failed(self, error: BaseException) -> None:
        """Write down that no response came."""
        assert self.admission is not None
        self.gateway.settle(self.admission, raised_by(error))


def _fetch(original: Callable[..., None]) -> Callable[..., None]:
    def fetch_impl(self: Any, request: Any, callback: Callable[[Any], None]) -> None:
        gateway = watching(host_of(request.url))
        if gateway is None:
            original(self, request, callback)
            return
        if request.streaming_callback or request.header_callback or request.body_producer:
            gateway.unseen(_refused(gateway))
            original(self, request, callback)
            return
        from vcr.stubs.tornado_stubs import (  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - imports
            vcr_fetch_impl,  # every HTTP library that there is
        )

        cassette = GatewayCassette(gateway)
        try:
            vcr_fetch_impl(cassette, _real(original, cassette, callback))(self, request, callback)
        except Exception as error:  # noqa: BLE001 - one that was recorded is what the agent waits for
            callback(_no_answer(request, error))

    return fetch_impl


def _real(
    original: Callable[..., None], cassette: GatewayCassette, callback: Callable[[Any], None]
) -> Callable[..., None]:
    """Have a response that stands for none pass the stub by, which would take it for one."""

    def fetch_impl(self: Any, request: Any, append: Callable[[Any], None]) -> None:
        def done(response: Any) -> None:
            if response.error is not None and response.code == _NO_ANSWER:
                cassette.failed(response.error)
                callback(response)
            else:
                append(response)

        original(self, request, done)

    return fetch_impl


def _no_answer(request: Any, error: Exception) -> Any:
    return sys.modules["tornado.httpclient"].HTTPResponse(request, _NO_ANSWER, error=error)


def _refused(gateway: Gateway) -> EscapedCall:
    return EscapedCall(
        "tornado's client on libcurl was asked for a body piece by piece, which cannot be recorded",
        where=gateway.header.test,
        remedy="leave out streaming_callback, header_callback and body_producer, or use tornado's own client: "
        "AsyncHTTPClient.configure(None)",
    )
