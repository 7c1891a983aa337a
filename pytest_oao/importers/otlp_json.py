"""OTLP in JSON → the spans in it, each with the log records that name it."""

from collections.abc import Iterator

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.otlp_values import attributes, field_of, identifier, seconds, value_of, whole
from pytest_oao.importers.spans import Span, SpanEvent
from pytest_oao.model.jsontypes import JSON, JSONObject

_ERROR = (2, "2", "STATUS_CODE_ERROR", "ERROR", "Error")
_NO_PARENT = frozenset({"", "0000000000000000"})


def records_of_batch(batch: Part) -> Iterator[Part]:
    """Yield each span and each log record of an export's batch, with the resource and the scope that it stands in."""
    for inside, plural, kind in (("Spans", "spans", "span"), ("Logs", "logRecords", "log")):
        for resource in field_of(batch, f"resource{inside}").items():
            for scope in field_of(resource, f"scope{inside}").items():
                about = {"resource": resource["resource"].value, "scope": scope["scope"].value}
                for one in field_of(scope, plural).items():
                    yield Part({**about, kind: one.value}, one.where)


def trace_of(record: Part) -> str:
    """Return the id of the trace that a span or a log record belongs to."""
    return identifier(field_of(record["span"] if "span" in record else record["log"], "traceId"))


def span_of(record: Part) -> Span:
    """Return a span; raises UnreadableFile where it is none."""
    span, scope = record["span"], record["scope"]
    status = span["status"]
    parent = identifier(field_of(span, "parentSpanId"))
    return Span(
        id=identifier(field_of(span, "spanId")),
        where=record.where,
        trace=identifier(field_of(span, "traceId")),
        parent="" if parent in _NO_PARENT else parent,
        name=span["name"].text(""),
        scope=scope["name"].text("") if scope.value else "",
        started_at=seconds(field_of(span, "startTimeUnixNano")),
        ended_at=seconds(field_of(span, "endTimeUnixNano")),
        attributes=attributes(span["attributes"]),
        events=tuple(
            SpanEvent(name=event["name"].text(""), attributes=attributes(event["attributes"]))
            for event in span["events"].items()
        ),
        failed=bool(status.value) and status["code"].value in _ERROR,
        status=status["message"].text("") if status.value else "",
        dropped=whole(field_of(span, "droppedAttributesCount")),
        resource=_resource(record["resource"]),
        original=_verbatim(record),
    )


def _resource(resource: Part) -> JSONObject:
    return attributes(resource["attributes"]) if resource.value else {}


def _verbatim(record: Part) -> JSON:
    return record.json()


def event_of(record: Part) -> tuple[str, SpanEvent]:
    """Return a log record, and the id of the span that it names."""
    log = record["log"]
    told = attributes(log["attributes"])
    named = field_of(log, "eventName").text("") or told.get("event.name") or told.get("name")
    event = SpanEvent(name=str(named or ""), attributes=told, body=value_of(log["body"]) if "body" in log else None)
    return identifier(field_of(log, "spanId")), event
