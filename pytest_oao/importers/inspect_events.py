"""Events of a sample of inspect_ai → what they tell of the agent's calls: its models, tools, sandbox, and people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.inspect_models import told_call
from pytest_oao.importers.inspect_samples import Sample
from pytest_oao.importers.inspect_tools import answer_of, approval_of, sandbox_call, tool_call
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope, ToldCall
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_ROOT = "sample"
_HARNESS = frozenset({"init", "scorers", "scorer"})
"""Spans of what the evaluation does around the agent: setting up its sandbox, and judging what it did."""
_CALLS = {
    "model": told_call,
    "tool": tool_call,
    "sandbox": sandbox_call,
    "approval": approval_of,
    "input": answer_of,
}


@dataclass(slots=True)
class _Spans:
    """The spans that were begun until now."""

    parents: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    waiting: list[tuple[str, str, str]] = field(default_factory=list)
    """Spans of tools whose own event has not come yet: span, what it is in, name."""

    def begin(self, span: str, parent: str, kind: str, name: str) -> None:
        self.parents[span], self.types[span] = parent, kind
        if kind == "tool":
            self.waiting.append((span, parent, name))

    def of_tool(self, parent: str, name: str) -> str:
        """Return the span of a tool's event, which stands beside it."""
        found = next((one for one in self.waiting if one[1:] == (parent, name)), None)
        if found is None:
            return ""
        self.waiting.remove(found)
        return found[0]

    def of_harness(self, span: str) -> bool:
        """Whether a span is one of the evaluation's own, or in one."""
        passed: set[str] = set()
        while span and span not in passed:
            passed.add(span)
            if self.types.get(span) in _HARNESS:
                return True
            span = self.parents.get(span, "")
        return False


def observed(sample: Sample) -> Iterator[Observation]:
    """Yield what the events of a sample tell."""
    yield _root(sample)
    spans = _Spans()
    yield from _told(sample, sample.events, spans, _ROOT)


def _told(sample: Sample, events: Iterable[Part], spans: _Spans, parent: str) -> Iterator[Observation]:
    """Yield what events tell that stand below a record; early logs have those of a tool inside its own.

    What has no id is known by its place in the sample, which is the same in another file of the evaluation.
    """
    inside = [parent]
    for number, event in enumerate(events):
        kind = event["event"].text("")
        own = f"{kind}:{parent}[{number}]"
        if kind == "span_begin":
            yield _span(event, spans, parent)
        elif kind == "step":
            yield from _step(event, spans, inside, own)
        elif kind == "subtask":
            yield from _subtask(sample, event, spans, (inside[-1], own))
        elif kind in _CALLS:
            yield from _call(sample, event, spans, (inside[-1], number, own))


def _span(event: Part, spans: _Spans, parent: str) -> Scope:
    span, kind, name = event["id"].text(""), event["type"].text(""), event["name"].text("")
    above = event["parent_id"].text("") or parent
    spans.begin(span, above, kind, name)
    agent = name if kind == "agent" else ""
    return Scope(
        id=span, where=event.where, parent=above, name=name, agent=agent, started_at=moment(event["timestamp"].value)
    )


def _step(event: Part, spans: _Spans, inside: list[str], own: str) -> Iterator[Scope]:
    """Follow the steps of logs that had no spans yet: each begins inside the one before."""
    if event["action"].text("") == "end":
        inside[1:] = inside[1:-1]
        return
    name, kind = event["name"].text(""), event["type"].text("")
    spans.begin(own, inside[-1], kind, name)
    yield Scope(id=own, where=event.where, parent=inside[-1], name=name, agent=name if kind == "agent" else "")
    inside.append(own)


def _subtask(sample: Sample, event: Part, spans: _Spans, place: tuple[str, str]) -> Iterator[Observation]:
    parent, span = place
    spans.begin(span, parent, "subtask", event["name"].text(""))
    yield Scope(id=span, where=event.where, parent=parent, name=event["name"].text(""))
    yield from _told(sample, event["events"].items(), spans, span)


def _call(sample: Sample, event: Part, spans: _Spans, place: tuple[str, int, str]) -> Iterator[Observation]:
    """Yield the call that an event tells of, and those that it made itself."""
    around, number, own = place
    span = event["span_id"].text("")
    parent = span if span in spans.parents else around
    if spans.of_harness(parent):
        return
    kind = event["event"].text()
    told = _CALLS[kind](sample, event)
    if told is None:
        return
    name = event["uuid"].text("") or own
    yield _observed(event, told, name, (parent, number))
    if kind == "tool":
        inner = spans.of_tool(parent, event["function"].text(""))
        if inner:
            yield Scope(id=inner, where=event.where, parent=name, agent=event["agent"].text(""))
        spans.begin(name, parent, "", "")
        yield from _told(sample, event["events"].items(), spans, name)


def _observed(event: Part, told: ToldCall, name: str, place: tuple[str, int]) -> ObservedCall:
    parent, number = place
    started = moment(event["timestamp"].value)
    alone = {key: value for key, value in record(event.json()).items() if key != "events"}
    return ObservedCall(
        id=name,
        where=event.where,
        asked=told.asked,
        came=told.came,
        parent=parent,
        started_at=started,
        ended_at=max(started, moment(event["completed"].value)),
        order=(number,),
        lacked=told.lacked,
        inferred=told.inferred,
        truncated=told.truncated,
        original=alone,
    )


def _root(sample: Sample) -> Scope:
    part = sample.part
    given, _ = sample.resolved(part["input"].json())
    return Scope(
        id=_ROOT,
        where=part.where,
        started_at=moment(part["started_at"].value),
        ended_at=moment(part["completed_at"].value),
        input=_asked(given),
        output=_said(record(part["output"].json()), sample),
        error=_error(part),
        metadata=_metadata(sample),
        own=record(part["metadata"].json()),
        tags=tuple(tag for tag in _list(sample.evaluation.get("tags")) if isinstance(tag, str)),
        original=part.json(),
    )


def _asked(given: JSON) -> JSON:
    """Return what the agent was given: of messages, what the user says last."""
    said = [one.get("content") for one in records(given) if one.get("role") == "user"]
    return (_text(said[-1]) if said else given) or None


def _said(output: JSONObject, sample: Sample) -> JSON:
    said, _ = sample.resolved(output.get("completion"))
    return said or None


def _text(content: JSON) -> str:
    return text(content) or "".join(text(one.get("text")) for one in records(content))


def _error(part: Part) -> str:
    limit = part["limit"]
    if limit.value is not None:
        return f"stopped by a limit: {limit['type'].text('')}"
    return part["error"]["message"].text("") if "error" in part else ""


def _metadata(sample: Sample) -> Mapping[str, JSON]:
    fields = record(sample.part.json())
    told: JSONObject = {name: sample.evaluation.get(name) for name in ("task", "model", "run_id", "eval_id")}
    told |= {name: fields.get(name) for name in ("epoch", "target")} | {"sample": fields.get("id")}
    told |= {"scores": {name: record(one).get("value") for name, one in record(fields.get("scores")).items()}}
    return {name: value for name, value in told.items() if value not in (None, "", {}, [])}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
