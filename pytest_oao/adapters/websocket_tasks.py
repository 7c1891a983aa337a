"""`websockets` in tasks (asyncio): OpenAI Realtime, Gemini Live, and whoever else uses its client.

A connection is opened, a frame sent, a frame received: each is a call. In replay the library's own connection talks to
a peer in this process, which says what the server had said, in the same order with what the agent says.
"""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.adapters.websocket_fragments import streaming
from pytest_oao.adapters.websocket_frames import answer_of, failure_of
from pytest_oao.adapters.websocket_peers import Peer, PeerTransport
from pytest_oao.adapters.websocket_seams import (
    call_of,
    inner,
    opening,
    peer_of,
    told_delays,
    undelayed,
)
from pytest_oao.adapters.websocket_task_fragments import RecordedTaskFragments, TaskFragments
from pytest_oao.adapters.websocket_task_frames import closing, receiving, sending, until_stopped, waiting_closed
from pytest_oao.adapters.websocket_wires import Wire, tie
from pytest_oao.model.exchanges import Exchange
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.overruns import was_cancelled

_PEER = "_oao_peer"
Original = Callable[..., Any]


class WebsocketTasks:
    """Patches `websockets.asyncio.client`: how it connects, and its `ClientConnection`."""

    name = "websockets (asyncio)"
    modules = ("websockets.asyncio.client",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the client; raises SeamMissing where it is of an unknown generation."""
        patches, library = Patches(), sys.modules[module]
        connect, connection = library.connect, library.ClientConnection
        patches.wrap(connect, inner(connect, "__await_impl__", "connect"), _connecting)
        patches.wrap(connect, inner(connect, "create_connection", "open_tcp_connection"), _creating)
        if hasattr(library, "backoff"):
            patches.wrap(library, "backoff", told_delays)
        taken = streaming(TaskFragments, RecordedTaskFragments)
        seams = {"send": sending, "recv": receiving, "recv_streaming": taken, "close": closing}
        for name, seam in {**seams, "wait_closed": waiting_closed}.items():
            patches.wrap(connection, name, seam)
        return patches.undo


def _connecting(original: Original) -> Original:
    async def connect(self: Any) -> Any:
        url = self.uri
        gateway = opening(url)
        if gateway is None:
            return await original(self)
        admission = gateway.admit(call_of(url, _headers(self), gateway))
        undelayed(self, gateway)
        wire = Wire(gateway, url)
        if admission.recorded is not None:
            return await _reconnected(self, original, admission.recorded, wire)
        with perform():
            try:
                connection = await original(self)
            except BaseException as error:
                gateway.settle(admission, failure_of(error))
                raise
        gateway.settle(admission, answer_of(connection.response))
        tie(connection, wire)
        return connection

    return connect


def _headers(connecter: Any) -> Any:
    """Return the headers that a client adds; before version 15 they stand with other arguments."""
    return connecter.handshake_args[0] if hasattr(connecter, "handshake_args") else connecter.additional_headers


async def _reconnected(connecter: Any, original: Original, recorded: Exchange, wire: Wire) -> Any:
    """Connect to a peer in place of the server, or fail as was recorded."""
    if was_cancelled(recorded.outcome):
        await until_stopped(wire, recorded)
    vars(connecter)[_PEER] = peer_of(recorded, wire.gateway)
    try:
        with perform():
            connection = await original(connecter)
    finally:
        del vars(connecter)[_PEER]
    wire.line = connection.transport
    tie(connection, wire)
    return connection


def _creating(original: Original) -> Original:
    async def create(self: Any) -> Any:
        peer: Peer | None = vars(self).get(_PEER)
        if peer is None:
            return await original(self)
        from websockets.uri import parse_uri  # noqa: PLC0415 - late: the library is imported, others pay nothing

        make = getattr(self, "protocol_factory", None) or self.factory
        connection = make(parse_uri(self.uri))
        connection.connection_made(PeerTransport(peer, connection))
        return connection

    return create
