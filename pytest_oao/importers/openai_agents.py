"""Traces of OpenAI's Agents SDK, as it exports them and as our own trace processor writes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.agents_spans import (
    data_of,
    error_of,
    lacked_of_generation,
    lacked_of_response,
    of_generation,
    of_response,
    stored_of,
)
from pytest_oao.importers.failures import raised_in_text
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope, ToolUse, Value
from pytest_oao.importers.reading import sessions_in
from pytest_oao.importers.stored_responses import Stored, index_of
from pytest_oao.model import provenance
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.payloads import unwrapped

_TRACE, _SPAN = "trace", "trace.span"
_MODELS = frozenset({"response", "generation"})
_JOIN = "Add the stored answers: `oao import --beside responses.json`; or let pytest_oao.AgentsTrace write the trace."
_SENSITIVE = "Let the SDK keep them: no RunConfig(trace_include_sensitive_data=False)."


class OpenAIAgents:
    """Traces, with the answers that they name where the file has these too."""

    name = "openai-agents"
    lacked: tuple[str, ...] = (provenance.EXACT_BYTES, provenance.CHUNKS, provenance.HTTP)

    def __init__(self, known: Mapping[str, Stored] = MappingProxyType({})) -> None:
        """Know the answers of a file by their ids, beforehand."""
        self.known = known

    def sniff(self, head: bytes) -> bool:
        """Whether a file holds traces of the SDK, or their spans."""
        seen = glimpse(head)
        return seen.record_has("object", "trace_id", "span_data") or seen.record_has("object", "workflow_name")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        known = index_of(one for one in records_of(dump) if not _is_ours(one))
        return sessions_in(dump, OpenAIAgents(known))

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield traces and spans; what they are joined with is known already."""
        return [record] if _is_ours(record) else []

    def run_of(self, record: Part) -> str:
        """Return the trace's id."""
        return record["trace_id" if record["object"].value == _SPAN else "id"].text("")

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the trace, and its spans."""
        told = [(part, {key: item.json() for key, item in part.fields()}) for part in records]
        spans = [(part, one) for part, one in told if one.get("object") == _SPAN]
        self._require_content([one for _, one in spans], records[0].where)
        for part, one in told:
            if one.get("object") == _TRACE:
                yield _trace(part, one)
        agents = {text(one.get("id")): one for _, one in spans if data_of(one).get("type") == "agent"}
        for part, one in spans:
            yield self._span(part, one, agents)

    def _require_content(self, spans: Sequence[JSONObject], where: str) -> None:
        """Raise MissingContent where not one of the trace's models is known by what it said."""
        models = [one for one in spans if text(data_of(one).get("type")) in _MODELS]
        if not models or any(self._tells(one) for one in models):
            return
        named = any(data_of(one).get("response_id") for one in models)
        what = "the trace names its answers, and does not hold them" if named else "the trace holds no input and output"
        raise MissingContent(what, where=where, remedy=_JOIN if named else _SENSITIVE)

    def _tells(self, span: JSONObject) -> bool:
        data = data_of(span)
        if data.get("type") == "response":
            return stored_of(span, self.known) is not None or bool(error_of(span))
        return data.get("output") is not None or data.get("input") is not None

    def _span(self, part: Part, span: JSONObject, agents: Mapping[str, JSONObject]) -> Observation:
        kind = text(data_of(span).get("type"))
        if kind in _MODELS:
            return self._model(part, span, agents)
        return _tool(part, span) if kind == "function" else _scope(part, span)

    def _model(self, part: Part, span: JSONObject, agents: Mapping[str, JSONObject]) -> ObservedCall:
        asked: ModelRequest
        came: ModelResponse | ModelFailure | None
        if data_of(span).get("type") == "response":
            stored = stored_of(span, self.known)
            asked, came = of_response(span, stored)
            lacked = lacked_of_response(asked, stored)
        else:
            asked, came = of_generation(span)
            lacked = lacked_of_generation(asked)
        return ObservedCall(
            id=part["id"].text(),
            where=part.where,
            asked=asked,
            came=came,
            run=text(span.get("trace_id")),
            parent=text(span.get("parent_id")),
            started_at=moment(span.get("started_at")),
            ended_at=moment(span.get("ended_at")),
            lacked=lacked,
            not_tools=_handoffs(came, agents),
            original=part.json(),
        )


def _is_ours(part: Part) -> bool:
    return isinstance(part.value, dict) and part.value.get("object") in (_TRACE, _SPAN)


def _handoffs(came: object, agents: Mapping[str, JSONObject]) -> frozenset[str]:
    """Return what a model asked for that no agent of the trace has as a tool: handoffs, which the SDK makes itself."""
    if not isinstance(came, ModelResponse) or not any(data_of(one).get("handoffs") for one in agents.values()):
        return frozenset()
    tools = [data_of(one).get("tools") for one in agents.values()]
    known = {name for names in tools if isinstance(names, list) for name in names if isinstance(name, str)}
    parts = [part for choice in came.choices for part in choice.parts if part.get("type") == "tool_call"]
    return frozenset(text(part.get("name")) for part in parts) - known


def _tool(part: Part, span: JSONObject) -> ObservedCall:
    data = data_of(span)
    return ObservedCall(
        id=part["id"].text(),
        where=part.where,
        asked=ToolUse(text(data.get("name")), unwrapped(data.get("input"))),
        came=_came(span, data.get("output")),
        run=text(span.get("trace_id")),
        parent=text(span.get("parent_id")),
        started_at=moment(span.get("started_at")),
        ended_at=moment(span.get("ended_at")),
        lacked=frozenset({provenance.RESULT_TYPES}),
        original=part.json(),
    )


def _came(span: JSONObject, output: JSON) -> Value | Raised | None:
    error = error_of(span)
    if error:
        return raised_in_text(error)
    return None if span.get("ended_at") is None else Value(output)


def _trace(part: Part, trace: JSONObject) -> Scope:
    facts: JSONObject = {
        "conversation": trace.get("group_id"),
        "name": trace.get("workflow_name"),
        "trace": trace.get("id"),
    }
    return Scope(
        id=part["id"].text(),
        where=part.where,
        name=text(trace.get("workflow_name")),
        metadata={name: item for name, item in facts.items() if item},
        own=record(trace.get("metadata")),
        original=part.json(),
    )


def _scope(part: Part, span: JSONObject) -> Scope:
    data = data_of(span)
    return Scope(
        id=part["id"].text(),
        where=part.where,
        run=text(span.get("trace_id")),
        parent=text(span.get("parent_id")),
        name=text(data.get("name")) or text(data.get("type")),
        agent=text(data.get("name")) if data.get("type") == "agent" else "",
        started_at=moment(span.get("started_at")),
        ended_at=moment(span.get("ended_at")),
        error=text(record(span.get("error")).get("message")),
        original=part.json(),
    )
