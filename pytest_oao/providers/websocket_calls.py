"""What passes on a websocket as host calls: the connection, each frame in either direction, and how it was closed.

A frame's address is that of its connection without the query; where a strand connects to an address more than once, the
connection's number follows. How far the other direction was when a frame passed is an attribute: it orders the two.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call, Headers
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import WEBSOCKET
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers.http_calls import compared_address

TEXT, BINARY = "text/plain", "application/octet-stream"
"""Media types of frames; none where the agent asked for the bytes of either."""
_RECEIVING = ("receive ", "await-close ")
_AFTER = "oao.websocket.after"
GIVEN_UP = frozenset({"Cancelled", "TimeoutError"})
"""What a wait raises that was stopped before something came."""


def connect_call(url: str, headers: Headers, lane: str) -> Call:
    """Return the call that opening a websocket is."""
    return Call(WEBSOCKET, f"connect {compared_address(url)}", lane=lane, url=url, headers=headers)


def frame_call(verb: str, address: str, body: Body, lane: str, after: int) -> Call:
    """Return the call that passing a frame is; `after` frames had passed in the other direction."""
    return Call(WEBSOCKET, f"{verb} {address}", body, lane, attributes={_AFTER: after})


def address_of_frames(url: str, number: int) -> str:
    """Return what frames of the `number`-th connection of a strand to a URL are addressed to."""
    place = compared_address(url).partition("?")[0]
    return place if number == 1 else f"{place} #{number}"


def after(call: Call) -> int:
    """Return how many frames had passed in the other direction; none where nobody told."""
    told = call.attributes.get(_AFTER)
    return told if isinstance(told, int) else 0


def gave_up(exchange: Exchange) -> bool:
    """Whether the agent waited for a frame and none came before it was stopped: such a wait changes nothing."""
    call, outcome = exchange.call, exchange.outcome
    waits = call.kind == WEBSOCKET and call.target.startswith(_RECEIVING)
    return waits and isinstance(outcome, Raised) and outcome.type in GIVEN_UP


class Close(NamedTuple):
    """A close frame."""

    code: int
    reason: str = ""


class Closing(NamedTuple):
    """How a connection ended: the close frames that were received and sent, and whether the received one was first."""

    received: Close | None = None
    sent: Close | None = None
    received_first: bool | None = None

    def form(self) -> JSON:
        """Return it as plain data."""
        return {"received": _form(self.received), "sent": _form(self.sent), "received_first": self.received_first}

    def body(self) -> Body:
        """Return it as what a call came to."""
        return Body(json.dumps(self.form()).encode(), "application/json")


def close_body(code: int, reason: str) -> Body:
    """Return what the agent asks for when it closes a connection."""
    return EMPTY if (code, reason) == (1000, "") else Body(json.dumps(_form(Close(code, reason))).encode())


def closing_of(form: JSON) -> Closing:
    """Read what `form` wrote; what is not there was not told."""
    if not isinstance(form, Mapping):
        return Closing()
    received, sent, first = _close(form.get("received")), _close(form.get("sent")), form.get("received_first")
    both = received is not None and sent is not None
    return Closing(received, sent, bool(first) if both else None)


def _form(close: Close | None) -> JSON:
    return None if close is None else {"code": close.code, "reason": close.reason}


def _close(form: JSON) -> Close | None:
    if not isinstance(form, Mapping) or not isinstance(form.get("code"), int):
        return None
    return Close(int(str(form["code"])), str(form.get("reason") or ""))
