"""What a record tells of a call → the exchange that a session keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pytest_oao.cassette.encodings import compact_and_parsed
from pytest_oao.cassette.soundness import STATUSES
from pytest_oao.errors import UnreadableFile
from pytest_oao.importers.chunks import chunk_sizes
from pytest_oao.importers.foreign import REMEDY
from pytest_oao.importers.neutral_bodies import NeutralBodies
from pytest_oao.importers.observations import Came, Native, ObservedCall, Scope, ToolUse, Value
from pytest_oao.model.attributes import AGENT_NAME, CALL_ID, TOOL_NAME
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.kinds import HUMAN, TOOL
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.provenance import Provenance
from pytest_oao.providers import neutral
from pytest_oao.providers.failure_statuses import told_status
from pytest_oao.providers.http_calls import http_call, is_streamed
from pytest_oao.providers.neutral_model import target_of, url_of
from pytest_oao.providers.session_description import answer_attributes, described_call

_JSON = "application/json"
_OWN = frozenset({"content-type", "x-should-retry"})
"""Headers of an answer that do not come from its record."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Where a call stands in its session."""

    numbers: Mapping[str, int]
    """The `seq` of each call that ended, by its record's id."""
    scopes: Mapping[str, Scope]
    lane: str
    bodies: NeutralBodies
    around: Mapping[str, int] = field(default_factory=dict)
    """The `seq` of the tool that a call was made in, by the call's record id."""


def exchange_of(one: ObservedCall, came: Came, place: Numbered) -> Exchange:
    """Return the exchange of a record whose call ended; raises UnreadableFile where its status is none of HTTP's."""
    if isinstance(came, Native) and came.status not in STATUSES:
        raise UnreadableFile(f"{came.status} is no HTTP status", where=one.where, remedy=REMEDY)
    call, outcome = call_of(one, place), _outcome(came)
    provenance = Provenance(
        one.id, tuple(sorted(one.lacked)), tuple(sorted(one.inferred)), tuple(sorted(one.truncated))
    )
    duration = max(0.0, one.ended_at - one.started_at) if one.started_at else 0.0
    told = answer_attributes(call, outcome)
    return Exchange(place.numbers[one.id], call, outcome, one.started_at, duration, told, provenance=provenance)


def call_of(one: ObservedCall, place: Numbered) -> Call:
    """Return the call that a record tells of."""
    asked, parent = one.asked, place.around.get(one.id)
    agent: JSONObject = {AGENT_NAME: name} if (name := one.agent or _agent(one, place.scopes)) else {}
    if isinstance(asked, ModelRequest):
        body = place.bodies.body(asked)
        url = url_of(asked.provider, asked.model)
        told = Call("chat", target_of(asked.model), body, place.lane, url, attributes=agent, parent=parent)
        return described_call(told)
    if isinstance(asked, Native):
        call = http_call(asked.method, asked.url, (("content-type", asked.media_type),), asked.data, lane=place.lane)
        body = Body(asked.data, call.body.media_type, asked.parsed)
        return described_call(replace(call, body=body, attributes=agent, parent=parent))
    if isinstance(asked, ToolUse):
        return _tool_call(one, asked, place, agent)
    return Call(
        HUMAN,
        asked.subject,
        _body({"prompt": asked.text} if asked.told is None else asked.told),
        place.lane,
        attributes=agent,
        parent=parent,
    )


def _tool_call(one: ObservedCall, asked: ToolUse, place: Numbered, agent: JSONObject) -> Call:
    named: JSONObject = {TOOL_NAME: asked.name, **({CALL_ID: asked.call_id} if asked.call_id else {}), **agent}
    cause = next((place.numbers[name] for name in one.after if name in place.numbers), None)
    parent = place.around.get(one.id)
    return Call(TOOL, asked.name, _body(asked.arguments), place.lane, attributes=named, caused_by=cause, parent=parent)


def _agent(one: ObservedCall, scopes: Mapping[str, Scope]) -> str:
    """Return the name of the nearest agent around a call."""
    parent, passed = one.parent, set[str]()
    while parent in scopes and parent not in passed:
        passed.add(parent)
        if scopes[parent].agent:
            return scopes[parent].agent
        parent = scopes[parent].parent
    return ""


def _outcome(came: Came) -> Outcome:
    if isinstance(came, Raised):
        return came
    if isinstance(came, ModelResponse):
        return Returned(_body(neutral.response_json(came), neutral.MEDIA_TYPE))
    if isinstance(came, ModelFailure):
        status = told_status(came)
        return Returned(_body(neutral.failure_json(came), neutral.MEDIA_TYPE), Head(status) if status else None)
    return Returned(_body(came.value)) if isinstance(came, Value) else _native(came)


def _native(came: Native) -> Outcome:
    others = tuple(header for header in came.headers if header[0].lower() not in _OWN)
    head = Head(came.status, (("content-type", came.media_type), *others))
    if head.failed:
        again = "true" if came.retried else "false"
        head = Head(head.status, (*head.headers, ("x-should-retry", again)))
    body = Body(came.data, came.media_type, came.parsed)
    if is_streamed(came.media_type):
        return Streamed(body, head, chunk_sizes(came.data, came.media_type))
    return Returned(body, head)


def _body(value: JSON, media_type: str = _JSON) -> Body:
    data, parsed = compact_and_parsed(value)
    return Body(data, media_type, parsed)
