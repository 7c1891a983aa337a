"""LangSmith: runs of both of its APIs, of its bulk export, and as its SDKs send them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.failures import raised_in_text
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.langchain_messages import returned
from pytest_oao.importers.langchain_metadata import is_fact
from pytest_oao.importers.langsmith_models import model_run
from pytest_oao.importers.langsmith_runs import (
    is_batch,
    lone,
    merged,
    metadata_of,
    of_batch,
    parent_of,
    thread_of,
    trace_of,
)
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

_TRACE = "trace of"
_MODEL, _TOOL = "llm", "tool"


class LangSmith:
    """Runs, as LangSmith keeps them."""

    name = "langsmith"
    lacked: tuple[str, ...] = (provenance.EXACT_BYTES, provenance.CHUNKS, provenance.HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether a file holds runs."""
        seen = glimpse(head)
        if seen.has("post.run_type") or seen.has("patch.dotted_order"):
            return True
        return seen.record_has("run_type") and (seen.record_has("dotted_order") or seen.record_has("trace_id"))

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each trace."""
        return sessions_in(dump, self)

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield the runs of what an SDK sends, and else the run itself, and those below it where it holds them."""
        for one in of_batch(record) if is_batch(record) else [record]:
            yield one
            for child in one["child_runs"].items() if "child_runs" in one else ():
                yield from self.spread(child)

    def run_of(self, record: Part) -> str:
        """Return the trace's id."""
        return trace_of(record)

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the runs of a trace."""
        runs = merged(records)
        _require_content([told for _, told in runs], records[0].where)
        yield from _lone_run(runs)
        for part, told in runs:
            kind = told["run_type"]
            yield _model(part, told) if kind == _MODEL else _tool(part, told) if kind == _TOOL else _scope(part, told)


def _lone_run(runs: Sequence[tuple[Part, JSONObject]]) -> Iterator[Scope]:
    """Yield what a trace that is nothing but a model's run is known by."""
    for part, told in runs:
        if told["run_type"] == _MODEL and not parent_of(told):
            bare = {**told, "id": f"{_TRACE} {told['id']}", "inputs": None, "outputs": None}
            yield replace(_scope(part, bare), original=None)


def _require_content(told: Sequence[JSONObject], where: str) -> None:
    """Raise MissingContent where the export leaves out what was said."""
    models = [one for one in told if one["run_type"] == _MODEL]
    if not models or any(one.get("inputs") or one.get("outputs") for one in models):
        return
    if any("inputs_preview" in one or "outputs_preview" in one or "inputs" not in one for one in models):
        what, remedy = "the export has no inputs and outputs, or previews alone", "Select them: inputs and outputs."
    else:
        what = "the runs were recorded without inputs and outputs"
        remedy = (
            "Let the SDK send them: no LANGSMITH_HIDE_INPUTS, no LANGSMITH_HIDE_OUTPUTS, no hide_inputs of a Client."
        )
    raise MissingContent(what, where=where, remedy=remedy)


def _model(part: Part, told: JSONObject) -> ObservedCall:
    found = model_run(told)
    return ObservedCall(
        id=text(told["id"]),
        where=part.where,
        asked=found.asked,
        came=found.came,
        run=trace_of(part),
        parent=parent_of(told) or f"{_TRACE} {told['id']}",
        started_at=moment(told.get("start_time")),
        ended_at=moment(told.get("end_time")),
        order=(text(told.get("dotted_order")),),
        agent=_agent(told),
        lacked=found.lacked,
        truncated=found.truncated,
        original=part.json(),
    )


def _agent(told: JSONObject) -> str:
    return text(metadata_of(told).get("lc_agent_name"))


def _tool(part: Part, told: JSONObject) -> ObservedCall:
    given, call_id = _given(told)
    result, answered = returned(lone(told.get("outputs"), ("output",)))
    return ObservedCall(
        id=text(told["id"]),
        where=part.where,
        asked=ToolUse(text(told.get("name")), given, call_id or answered),
        came=_came(told, result),
        run=trace_of(part),
        parent=parent_of(told),
        started_at=moment(told.get("start_time")),
        ended_at=moment(told.get("end_time")),
        order=(text(told.get("dotted_order")),),
        lacked=frozenset({provenance.RESULT_TYPES}),
        original=part.json(),
    )


def _given(told: JSONObject) -> tuple[JSON, str]:
    """Return a tool's arguments and the id of its call: LangChain prints the former as Python does."""
    given = lone(told.get("inputs"), ("input",))
    if isinstance(given, str):
        read = printed(given)
        given = {"input": given} if read is None else read
    call = record(given)
    if call.get("type") == "tool_call" and "args" in call:
        return call["args"], text(call.get("id"))
    return given, ""


def _came(told: JSONObject, result: JSON) -> Value | Raised | None:
    if told.get("error"):
        return raised_in_text(text(told.get("error")))
    return None if told.get("end_time") is None and not told.get("outputs") else Value(result)


def _scope(part: Part, told: JSONObject) -> Scope:
    metadata = metadata_of(told)
    facts: JSONObject = {
        "conversation": thread_of(told),
        "user": metadata.get("user_id") or told.get("ls_user_id"),
        "project": told.get("session_name"),
        "name": told.get("name"),
        "trace": trace_of(part),
    }
    return Scope(
        id=text(told["id"]),
        where=part.where,
        run=trace_of(part),
        parent=parent_of(told),
        name=text(told.get("name")),
        agent=_agent(told),
        started_at=moment(told.get("start_time")),
        ended_at=moment(told.get("end_time")),
        input=lone(told.get("inputs"), ("input",)),
        output=lone(told.get("outputs"), ("output",)),
        error=text(told.get("error")).partition("\n")[0],
        metadata={name: item for name, item in facts.items() if item},
        own={name: item for name, item in metadata.items() if is_fact(name)},
        tags=tuple(texts(told.get("tags"))),
        original=part.json(),
    )
