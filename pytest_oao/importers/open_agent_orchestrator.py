"""OpenAgentOrchestrator's execution events, as its stores keep them: of an execution's calls, its tools alone."""

from collections.abc import Iterator, Sequence

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Came, Observation, ObservedCall, Scope, ToolUse, Value
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import ARGUMENTS, CALL_IDS, HTTP, MESSAGES
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, text

_ENDED = {"TOOL_CALL_SUCCESS", "TOOL_CALL_FAILED"}
_BEGUN = "TOOL_CALL"
_GIVEN = ("arguments", "args", "kwargs", "input")
"""Under which of these `input_data` has a tool's arguments, where it has them: the orchestrator itself keeps a hash."""
_FAILURES = frozenset(
    {
        "EXECUTION_FAILED",
        "STEP_FAILED",
        "ERROR",
        "POLICY_VIOLATION",
        "TOKEN_BUDGET_EXCEEDED",
        "MAX_STEPS_EXCEEDED",
        "TIMEOUT_EXCEEDED",
    }
)


class OpenAgentOrchestrator(Format):
    """`{execution_id, step_number, event_type, input_data, output_data, error, cumulative_tokens, …}`."""

    name = "open-agent-orchestrator"
    lacked: tuple[str, ...] = (MESSAGES, CALL_IDS, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether its records are events of steps of an execution."""
        return glimpse(head).record_has("execution_id", "step_number", "event_type")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each execution."""
        return sessions_in(dump, self)

    def run_of(self, record: Part) -> str:
        """Return the execution."""
        return record["execution_id"].text()

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield what the events of one execution tell; raises MissingContent where no tool was run."""
        events = list(records)
        yield _execution(events)
        calls = list(_tools(events))
        if not calls:
            what = "the execution ran no tool, and nothing else of what it asked is kept"
            remedy = "Record the run itself: with pytest_oao.record, or its HTTP traffic."
            raise MissingContent(what, where=events[0].where, remedy=remedy)
        yield from calls


def _tools(records: Sequence[Part]) -> Iterator[ObservedCall]:
    """Yield each tool that was run: its end, with its beginning where that has an event too."""
    begun: dict[str, list[tuple[int, Part]]] = {}
    for number, event in enumerate(records):
        kind = event["event_type"].text()
        if kind == _BEGUN:
            begun.setdefault(_key(event), []).append((number, event))
        elif kind in _ENDED:
            earlier = begun.get(_key(event), [])
            yield _observed(number, event, earlier.pop(0)[1] if earlier else None)
    for left in begun.values():
        for number, event in left:
            yield _observed(number, None, event)


def _observed(number: int, ended: Part | None, begun: Part | None) -> ObservedCall:
    event = ended or begun
    assert event is not None
    asked, lacked = _asked(begun or event) if begun is not None else _asked(event)
    done = moment(event["timestamp"].value)
    return ObservedCall(
        id=f"event-{number}",
        where=event.where,
        asked=asked,
        came=_came(ended) if ended is not None else None,
        started_at=moment(begun["timestamp"].value) if begun is not None else done,
        ended_at=done,
        order=(event["step_number"].whole(), number),
        lacked=lacked,
        original=event.json(),
    )


def _asked(event: Part) -> tuple[ToolUse, frozenset[str]]:
    given = event["input_data"]
    name = given["tool_name"].text("") or given["tool"].text("") or given["name"].text()
    known = next((key for key in _GIVEN if key in given), None)
    if known is None:
        return ToolUse(name), frozenset({ARGUMENTS})
    return ToolUse(name, given[known].json()), frozenset()


def _came(event: Part) -> Came:
    if event["event_type"].value == "TOOL_CALL_FAILED":
        return Raised("ToolError", event["error"].text(""))
    came = event["output_data"]
    return Value(came["result"].json() if "result" in came else came.json())


def _key(event: Part) -> str:
    """Return what the two events of one call have in common."""
    given = record(event["input_data"].json())
    return text(given.get("tool_hash")) or text(given.get("tool_name"))


def _execution(records: Sequence[Part]) -> Scope:
    begun = next((one for one in records if one["event_type"].value == "EXECUTION_STARTED"), None)
    ended = next((one for one in reversed(records) if one["event_type"].value == "EXECUTION_COMPLETED"), None)
    failed = next((one for one in reversed(records) if one["event_type"].text() in _FAILURES), None)
    given = record(begun["input_data"].json()) if begun is not None else {}
    tokens = max((one["cumulative_tokens"].whole(0) for one in records), default=0)
    told: dict[str, JSON] = {"agent": given.get("agent"), "tokens": tokens or None}
    return Scope(
        id="execution",
        where=records[0].where,
        agent=text(given.get("agent")),
        started_at=moment(records[0]["timestamp"].value),
        ended_at=moment(records[-1]["timestamp"].value),
        input=given.get("task"),
        output=ended["output_data"].json() if ended is not None else None,
        error=failed["error"].text("") or failed["event_type"].text() if failed is not None and ended is None else "",
        metadata={name: value for name, value in told.items() if value is not None},
        original=[one.json() for one in records if one["event_type"].text() not in {*_ENDED, _BEGUN}],
    )
