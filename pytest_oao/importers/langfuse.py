"""Langfuse: observations of its API, downloads and exports of its UI, files of its blob storage export."""

from collections.abc import Iterable, Iterator, Sequence

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers import delimited_rows
from pytest_oao.importers.failures import raised_in_text
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.langchain_messages import returned
from pytest_oao.importers.langfuse_facts import OTHERS
from pytest_oao.importers.langfuse_generations import CUT, generation_of, has_answer
from pytest_oao.importers.langfuse_records import attributes_of, held, is_trace, record_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope, ToolUse, Value
from pytest_oao.importers.printed_values import printed
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model import provenance
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, text, texts
from pytest_oao.providers.payloads import unwrapped

_CAMEL = ("traceId", "startTime", "type")
_SNAKE = ("trace_id", "start_time", "type")
_OURS = frozenset({"parentObservationId", "parent_observation_id", "isRootObservation", "is_root_observation"})
_FIELDS = "fields=core,basic,time,io,metadata,model,usage,metrics,trace_context"
_CAPTURE = "LANGFUSE_OBSERVE_DECORATOR_IO_CAPTURE_ENABLED"
_TRACE = "trace"
_OF_SPANS = frozenset({"attributes", "resourceAttributes", "scope"})
"""What of a record's metadata is not the team's: where it came as a span of OpenTelemetry."""
_FACTS = {"sessionId": "conversation", "userId": "user", "version": "version", "release": "release"}
_FACTS |= {"environment": "environment", "traceName": "name", "bookmarked": "bookmarked", "totalCost": "cost"}


class Langfuse:
    """What Langfuse exports, in every shape of it."""

    name = "langfuse"
    lacked: tuple[str, ...] = (provenance.EXACT_BYTES, provenance.CHUNKS, provenance.HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether a file holds Langfuse's observations, or a trace of its UI or API."""
        columns = delimited_rows.columns(head)
        if columns:
            return bool(_OURS & columns) and (columns.issuperset(_CAMEL) or columns.issuperset(_SNAKE))
        seen = glimpse(head)
        if seen.has("observations.traceId") or seen.record_has("htmlPath"):
            return True
        own = any(seen.record_has(key) for key in _OURS)
        return own and (seen.record_has(*_CAMEL) or seen.record_has(*_SNAKE))

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        return sessions_in(delimited_rows.as_lines(dump) if delimited_rows.columns(dump.head) else dump, self)

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield the observations of a trace, and the trace itself."""
        if "observations" not in record:
            yield record
            return
        beside = record["trace"]
        trace = record if beside.value is None else beside
        told = {key: item.value for key, item in trace.fields() if key not in {"observations", "scores"}}
        if told:
            yield Part(told, trace.where)
        yield from held(record)

    def run_of(self, record: Part) -> str:
        """Return the trace's id."""
        for key in ("traceId", "trace_id"):
            if key in record:
                return text(unwrapped(record[key].text()))
        return record["id"].text("") if is_trace(record_of(record)) else ""

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the trace, and each observation in it."""
        told = [(part, record_of(part)) for part in records]
        _require_content([one for _, one in told], records[0].where)
        yield _trace(told)
        for part, one in told:
            if not is_trace(one):
                yield _observation(part, one)


def _require_content(told: Sequence[JSONObject], where: str) -> None:
    """Raise MissingContent where the export leaves out what was said."""
    models = [one for one in told if one.get("type") == "GENERATION"]
    if not models or any(has_answer(one) for one in models):
        return
    if any("input" in one or "output" in one for one in models):
        what = "the trace's generations were recorded without what came out of them"
        remedy = f"Let the SDK capture them: no capture_input=False and capture_output=False, no {_CAPTURE}=false."
    else:
        what = "the export has no input and output of its generations"
        remedy = f"Ask the API for them: {_FIELDS}; the UI leaves them out of traces of 350 observations and more."
    raise MissingContent(what, where=where, remedy=remedy)


def _trace(told: Sequence[tuple[Part, JSONObject]]) -> Scope:
    """Return the run itself: of its own record, and else of what its observations say of it."""
    own = next(((part, one) for part, one in told if is_trace(one)), None)
    observations = [one for _, one in told if not is_trace(one)]
    ids = {text(one.get("id")) for one in observations}
    roots = [one for one in observations if text(one.get("parentObservationId")) not in ids]
    trace = own[1] if own else {}
    root = roots[0] if len(roots) == 1 else {}
    facts = {named: _fact(told, name) for name, named in _FACTS.items()}
    facts["trace"] = _first(trace.get("id"), root.get("traceId"))
    tags = tuple(dict.fromkeys(tag for _, one in told for tag in texts(one.get("tags"))))
    return Scope(
        id=_TRACE,
        where=told[0][0].where,
        name=text(trace.get("name")) or text(root.get("name")),
        started_at=moment(trace.get("timestamp")),
        input=_first(unwrapped(trace.get("input")), unwrapped(root.get("input"))),
        output=_first(unwrapped(trace.get("output")), unwrapped(root.get("output"))),
        error=_error_of_the_last(roots),
        metadata={name: item for name, item in facts.items() if item not in (None, "")},
        own=_own_facts(root) | _own_facts(trace),
        tags=tags,
        original=own[0].json() if own else None,
    )


def _first(*values: JSON) -> JSON:
    return next((value for value in values if value not in (None, "")), None)


def _fact(told: Sequence[tuple[Part, JSONObject]], name: str) -> JSON:
    """Return what the trace, or the first observation that says it, has of a name."""
    found = sorted(((not is_trace(one), one.get(name)) for _, one in told), key=lambda pair: pair[0])
    if name == "totalCost":  # an observation's is its own
        found = [pair for pair in found if not pair[0]]
    return _first(*(value for _, value in found))


def _own_facts(told: JSONObject) -> JSONObject:
    """Return what a team's code said of its trace, or of the observation around all others."""
    return {name: item for name, item in record(told.get("metadata")).items() if name not in _OF_SPANS}


def _error_of_the_last(roots: Sequence[JSONObject]) -> str:
    """Return how a run failed: by the last of its outermost observations, since it went on after the others."""
    last = max(roots, key=lambda one: moment(one.get("startTime")), default={})
    return text(last.get("statusMessage")) or "the trace ended with an error" if last.get("level") == "ERROR" else ""


def _observation(part: Part, told: JSONObject) -> Observation:
    kind = text(told.get("type")).upper()
    if kind == "GENERATION":
        return _generation(part, told)
    return _tool(part, told) if kind == "TOOL" else _scope(part, told, kind)


def _parent(told: JSONObject) -> str:
    return text(told.get("parentObservationId")) or _TRACE


def _generation(part: Part, told: JSONObject) -> ObservedCall:
    found = generation_of(told)
    return ObservedCall(
        id=part["id"].text(),
        where=part.where,
        asked=found.asked,
        came=found.came,
        run=text(told.get("traceId")),
        parent=_parent(told),
        started_at=moment(told.get("startTime")),
        ended_at=moment(told.get("endTime")),
        lacked=found.lacked,
        truncated=found.truncated,
        original=part.json(),
    )


def _tool(part: Part, told: JSONObject) -> ObservedCall:
    attributes = attributes_of(told)
    name = text(_first(attributes.get("gen_ai.tool.name"), attributes.get("tool.name"), told.get("name")))
    given = _given(told.get("input"))
    result, answered = returned(unwrapped(told.get("output")))
    call_id = text(_first(attributes.get("gen_ai.tool.call.id"), answered))
    by_place = bool(_positional(given))
    lacked = {provenance.RESULT_TYPES} | ({provenance.ARGUMENT_NAMES} if by_place else set())
    return ObservedCall(
        id=part["id"].text(),
        where=part.where,
        asked=ToolUse(name, given if by_place else _named(given), call_id),
        came=_came(told, result),
        run=text(told.get("traceId")),
        parent=_parent(told),
        started_at=moment(told.get("startTime")),
        ended_at=moment(told.get("endTime")),
        lacked=frozenset(lacked),
        truncated=frozenset({provenance.ANSWER} if isinstance(result, str) and result.endswith(CUT) else ()),
        original=part.json(),
    )


def _given(value: JSON) -> JSON:
    """Return a tool's arguments, which LangChain prints as Python does."""
    value = unwrapped(value)
    read = printed(value) if isinstance(value, str) else None
    return value if read is None else read


def _positional(given: JSON) -> list[JSON]:
    """Return the arguments without names that Langfuse's decorator kept."""
    told = record(given)
    args = told.get("args")
    return args if told.keys() == {"args", "kwargs"} and isinstance(args, list) else []


def _named(given: JSON) -> JSON:
    told = record(given)
    return record(told["kwargs"]) if told.keys() == {"args", "kwargs"} else given


def _came(told: JSONObject, result: JSON) -> Value | Raised | None:
    if told.get("level") == "ERROR":
        return raised_in_text(text(told.get("statusMessage")))
    return None if result is None and told.get("endTime") is None else Value(result)


def _scope(part: Part, told: JSONObject, kind: str) -> Scope:
    attributes = attributes_of(told)
    agent = text(_first(attributes.get("gen_ai.agent.name"), attributes.get("agent_name")))
    return Scope(
        id=part["id"].text(),
        where=part.where,
        run=text(told.get("traceId")),
        parent=_parent(told),
        name=text(told.get("name")),
        agent=agent or (text(told.get("name")) if kind == "AGENT" else ""),
        started_at=moment(told.get("startTime")),
        ended_at=moment(told.get("endTime")),
        error=text(told.get("statusMessage")) if told.get("level") == "ERROR" else "",
        lacked=frozenset({provenance.OTHER_CALLS} if kind in OTHERS else ()),
        original=part.json(),
    )
