"""Spans as JSON of their own: Phoenix's REST API and data frames, and what OpenTelemetry's SDKs print of a span."""

from collections.abc import Iterator

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.moments import moment
from pytest_oao.importers.otlp_values import attributes, field_of, identifier
from pytest_oao.importers.spans import Span, SpanEvent, decoded
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record

_ERROR = frozenset({"ERROR", "STATUS_CODE_ERROR", "2", "StatusCode.ERROR"})
_KIND = "openinference.span.kind"
_WHOLE = frozenset({"metadata"})
"""Attributes that are objects, and not branches of others."""
_COLUMN = "attributes."


def span_of(one: Part) -> Span:
    """Return a span; raises UnreadableFile where it is none."""
    context = _context(one)
    told = dict(_attributes(one))
    if one["span_kind"].text(""):
        told.setdefault(_KIND, one["span_kind"].text(""))
    status = one["status"]
    code = status["code"].value if "code" in status else status["status_code"].value if status.value else None
    message = status["message"].value or status["description"].value if status.value else None
    return Span(
        id=identifier(context["span_id"] if "span_id" in context else context["spanId"]),
        where=one.where,
        trace=identifier(context["trace_id"] if "trace_id" in context else context["traceId"]),
        parent=_parent(one),
        name=one["name"].text(""),
        scope=_scope(one),
        started_at=_moment(one["start_time"] if "start_time" in one else one["startTime"]),
        ended_at=_moment(one["end_time"] if "end_time" in one else one["endTime"]),
        attributes=told,
        events=tuple(_event(event) for event in _listed(one["events"])),
        failed=str(one["status_code"].value or code) in _ERROR,
        status=one["status_message"].text("") or str(message or ""),
        resource=record(_resource(one)),
        original=one.json(),
    )


def trace_of(one: Part) -> str:
    """Return the id of a span's trace."""
    context = _context(one)
    return identifier(context["trace_id"] if "trace_id" in context else context["traceId"])


def _context(one: Part) -> Part:
    """Return what holds the ids of a span: an object, or columns of a data frame."""
    if "spanContext" in one:
        return one["spanContext"]
    if "context" in one:
        return one["context"]
    columns = {name: one[f"context.{name}"].value for name in ("trace_id", "span_id")}
    return Part(columns, one.where)


def _parent(one: Part) -> str:
    if "parentSpanContext" in one:
        return identifier(one["parentSpanContext"]["spanId"])
    return identifier(one["parent_id"] if "parent_id" in one else one["parentSpanId"])


def _scope(one: Part) -> str:
    for name in ("instrumentationScope", "instrumentationLibrary", "instrumentation_scope", "scope"):
        if name in one and isinstance(one[name].value, dict):
            return one[name]["name"].text("")
    return ""


def _resource(one: Part) -> JSON:
    return one["resource"]["attributes"].json() if isinstance(one["resource"].value, dict) else None


def _moment(part: Part) -> float:
    """Return seconds since the epoch; JavaScript's SDK has seconds and nanoseconds apart."""
    if isinstance(part.value, list):
        whole, rest = [*(item.number() for item in part.items()), 0.0, 0.0][:2]
        return whole + rest / 1e9
    return moment(part.value)


def _attributes(one: Part) -> Iterator[tuple[str, JSON]]:
    """Yield the attributes: of an object, flat or nested, or of a data frame's columns."""
    if "attributes" in one:
        if isinstance(one["attributes"].value, list):
            yield from attributes(one["attributes"]).items()
        else:
            yield from _flat({key: item.json() for key, item in one["attributes"].fields()})
        return
    columns = {key.removeprefix(_COLUMN): item.json() for key, item in one.fields() if key.startswith(_COLUMN)}
    yield from _flat({key: value for key, value in columns.items() if value is not None})


def _flat(tree: JSONObject, prefix: str = "") -> Iterator[tuple[str, JSON]]:
    """Yield the leaves of an object by their paths; lists are leaves."""
    for key, value in tree.items():
        if isinstance(value, dict) and key not in _WHOLE and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _event(event: Part) -> SpanEvent:
    told = event["attributes"]
    given = attributes(told) if isinstance(told.value, list) else record(decoded(told.json()))
    return SpanEvent(name=event["name"].text(""), attributes=given)


def _listed(events: Part) -> list[Part]:
    inner = decoded(events.json())
    return Part(inner, events.where).items() if isinstance(inner, list) else []


def is_otlp(one: Part) -> bool:
    """Whether a record is a span as OTLP has it, outside of a batch: what Phoenix calls `otlpv1`."""
    return field_of(one, "startTimeUnixNano").value is not None
