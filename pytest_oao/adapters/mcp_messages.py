"""What an MCP client asks and what comes back, as calls and outcomes: params and results are the JSON of the wire."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pytest_oao.cassette.encodings import compact
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.kinds import MCP
from pytest_oao.model.outcomes import Outcome, Raised, Returned, Streamed

_NAMING = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""Requests that are about one thing, and the parameter that names it."""
_ATTRIBUTES = {
    "tools/call": TOOL_NAME,
    "prompts/get": "gen_ai.prompt.name",
    "resources/read": "mcp.resource.uri",
}
_LINES = "application/jsonl"

Params = Mapping[str, Any]


def call_of(method: str, params: Params | None, lane: str) -> Call:
    """Return a request of the client as a call.

    `_meta` is left out (progress tokens, trace ids), and of the handshake what only tells the version of the library.
    """
    asked = {key: value for key, value in (params or {}).items() if key != "_meta"}
    attributes: JSONObject = {"mcp.method.name": method}
    if method == "initialize":
        attributes["mcp.protocol.version"] = asked.pop("protocolVersion", None)
        asked["clientInfo"] = {"name": (asked.get("clientInfo") or {}).get("name")}
    named = asked.get(_NAMING.get(method, ""))
    if named is not None:
        attributes[_ATTRIBUTES[method]] = str(named)
    if method == "tools/call":
        attributes["gen_ai.operation.name"] = "execute_tool"
    target = method if named is None else f"{method} {named}"
    return Call(MCP, target, _body(asked) if asked else EMPTY, lane, attributes=attributes)


def answer_of(method: str, answer: JSONObject, lane: str) -> Call:
    """Return what the client answers to a request of the server as a call: the server was told."""
    return Call(MCP, f"answer {method}", _body(answer), lane, attributes={"mcp.method.name": method})


def outcome_of(said: Sequence[JSONObject], times: Sequence[float], end: JSON | Raised) -> Outcome:
    """Return what came back: a result, or a failure; with what the server said before, a stream of messages."""
    if not said:
        return end if isinstance(end, Raised) else Returned(_body(end))
    if isinstance(end, Raised):
        return _streamed(said, times[: len(said)], end)
    return _streamed([*said, {"result": end}], times, "complete")


def _streamed(messages: Sequence[JSONObject], times: Sequence[float], end: Any) -> Streamed:
    lines = [compact(message) + b"\n" for message in messages]
    return Streamed(Body(b"".join(lines), _LINES), None, tuple(map(len, lines)), tuple(times), end)


def said_in(outcome: Outcome) -> list[JSONObject]:
    """Return what the server said before it answered: its requests and notifications, in order."""
    return [message for message in _messages(outcome) if "method" in message]


def end_of(outcome: Outcome) -> JSON | Raised:
    """Return what a request came to: its result, or its failure."""
    if isinstance(outcome, Raised):
        return outcome
    if isinstance(outcome, Returned):
        return outcome.body.json()
    if isinstance(outcome.end, Raised):
        return outcome.end
    return _messages(outcome)[-1]["result"]


def _messages(outcome: Outcome) -> list[JSONObject]:
    if not isinstance(outcome, Streamed):
        return []
    return [cast("JSONObject", json.loads(line)) for line in outcome.body.data.splitlines()]


def _body(value: JSON) -> Body:
    return Body(compact(value), "application/json")
