"""A trace as MLflow writes it → its spans: ids in base64, values as JSON in texts."""

from collections.abc import Iterator

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.moments import moment
from pytest_oao.importers.otlp_values import identifier
from pytest_oao.importers.spans import Span, SpanEvent
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record
from pytest_oao.providers.payloads import loads

_OWN = "mlflow."
_KEPT = ("mlflow.trace.session", "mlflow.trace.user")
_ERRORS = frozenset({"STATUS_CODE_ERROR", "ERROR"})


def spans_of(trace: Part) -> Iterator[Span]:
    """Yield the spans of a trace; raises UnreadableFile."""
    info, name = trace["info"], _name(trace)
    about = _about(info)
    for at, span in enumerate(trace["data"]["spans"].items()):
        yield _span(span, name, about if at == 0 else {}, info.json() if at == 0 else None)


def trace_of(trace: Part) -> str:
    """Return a trace's name, which else its first span has."""
    spans = trace["data"]["spans"].items()
    return _name(trace) or (identifier(_context(spans[0])["trace_id"]) if spans else "")


def _name(trace: Part) -> str:
    return trace["info"]["trace_id"].text("") or trace["info"]["request_id"].text("")


def _context(span: Part) -> Part:
    """Return what holds the ids of a span."""
    return span if span["context"].value is None else span["context"]


def _about(info: Part) -> JSONObject:
    """Return what a team wrote of a trace, as attributes of its first span."""
    told: JSONObject = {**record(info["trace_metadata"].json()), **record(info["request_metadata"].json())}
    tags = record(info["tags"].json())
    free: JSONObject = {key: value for key, value in (tags | told).items() if not key.startswith(_OWN)}
    kept: JSONObject = {key: told[key] for key in _KEPT if key in told}
    return {**kept, **({"metadata": free} if free else {})}


def _span(span: Part, trace: str, about: JSONObject, info: JSON) -> Span:
    known, status = _context(span), span["status"]
    message = status["message"].value if isinstance(status.value, dict) else span["status_message"].value
    return Span(
        id=identifier(known["span_id"]),
        where=span.where,
        trace=trace or identifier(known["trace_id"]),
        parent=identifier(span["parent_span_id"] if "parent_span_id" in span else span["parent_id"]),
        name=span["name"].text(""),
        started_at=moment(_time(span, "start_time")),
        ended_at=moment(_time(span, "end_time")),
        attributes={**{key: _value(item.json()) for key, item in span["attributes"].fields()}, **about},
        events=tuple(_event(event) for event in span["events"].items()),
        failed=_code(span) in _ERRORS,
        status=str(message or ""),
        original=span.json() if info is None else {"info": info, "span": span.json()},
    )


def _time(span: Part, name: str) -> object:
    given = span[f"{name}_unix_nano"].value
    return span[name].value if given is None else given


def _code(span: Part) -> str:
    status = span["status"]
    if isinstance(status.value, dict):
        return status["code"].text("") or status["status_code"].text("")
    return str(status.value or span["status_code"].value or "")


def _value(value: JSON) -> JSON:
    """Return an attribute's value, which stands as JSON; some writers leave out that step."""
    if not isinstance(value, str):
        return value
    inner = loads(value)
    return value if inner is None else inner


def _event(event: Part) -> SpanEvent:
    return SpanEvent(name=event["name"].text(""), attributes=record(event["attributes"].json()))
