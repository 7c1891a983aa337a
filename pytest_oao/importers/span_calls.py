"""What all dialects of spans have in common: how a span becomes a call, a scope, a failure."""

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_oao.importers.failures import failure_in_text, raised_in_text
from pytest_oao.importers.observations import Asked, Came, ObservedCall, Scope, ToolUse, Value
from pytest_oao.importers.spans import Span
from pytest_oao.model.conversations import ModelFailure, ModelRequest
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import STREAM
from pytest_oao.providers.fields import count

REDACTED = "__REDACTED__"
"""What OpenInference writes where something was to be hidden."""
_EXCEPTIONS = ("exception", "gen_ai.client.operation.exception")


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A span of a model call that does not tell what was said in it."""

    span: Span
    setting: str
    """What turns on the capture of it."""
    response_id: str = ""


def model_call(
    span: Span, asked: Asked, came: Came | None, lacked: Iterable[str] = (), truncated: Iterable[str] = ()
) -> ObservedCall:
    """Return a call of a model; `lacked` is what its span cannot tell, `truncated` what it cut off."""
    return ObservedCall(
        id=span.id,
        where=span.where,
        asked=asked,
        came=came,
        run=span.trace,
        parent=span.parent,
        started_at=span.started_at,
        ended_at=span.ended_at,
        agent=span.text("gen_ai.agent.name", "agent.name") if isinstance(asked, ModelRequest) else "",
        lacked=frozenset(lacked),
        inferred=span.inferred,
        truncated=frozenset(truncated),
        original=span.original,
    )


def unknown_stream(span: Span, *names: str) -> tuple[bool, list[str]]:
    """Return whether an answer was streamed, and that it is lacked where the span does not say so."""
    told = span.first(*names)
    return told is True or told == "true", [] if told is not None else [STREAM]


def tool_call(span: Span, tool: ToolUse, result: JSON, lacked: Iterable[str] = ()) -> ObservedCall:
    """Return a tool's call; where its span failed, what it raised."""
    return ObservedCall(
        id=span.id,
        where=span.where,
        asked=tool,
        came=raised_of(span) if span.failed else Value(result),
        run=span.trace,
        parent=span.parent,
        started_at=span.started_at,
        ended_at=span.ended_at,
        agent=span.text("gen_ai.agent.name"),
        lacked=frozenset(lacked),
        original=span.original,
    )


def scope(span: Span, *, agent: str = "", given: JSON = None, came: JSON = None, name: str = "") -> Scope:
    """Return what a span is that is no call: an agent's run, a chain, a step, a request that was served."""
    return Scope(
        id=span.id,
        where=span.where,
        run=span.trace,
        parent=span.parent,
        name=name or span.name,
        agent=agent,
        started_at=span.started_at,
        ended_at=span.ended_at,
        input=given,
        output=came,
        error=_said(span) if span.failed else "",
        original=span.original,
    )


def failure_of(span: Span) -> ModelFailure | None:
    """Return how a model call failed: by the exception that its span tells, its status, or its `error.type`."""
    if not span.failed and not span.text("error.type"):
        return None
    kind, message = _exception(span)
    told = failure_in_text(f"{kind}: {message}" if kind else message)
    status = count(span.first("http.response.status_code", "http.status_code")) or told.status
    if not status:
        status = failure_in_text(f"{span.text('error.type')}: ").status
    return ModelFailure(status, kind or told.type, message or told.message, told.body)


def raised_of(span: Span) -> Raised:
    """Return what a tool raised."""
    kind, message = _exception(span)
    told = raised_in_text(f"{kind}: {message}" if kind else message)
    return Raised(kind or told.type, message or told.message)


def _exception(span: Span) -> tuple[str, str]:
    """Return the class and the message of what a span raised."""
    for event in reversed(span.events):
        if event.name in _EXCEPTIONS:
            kind = str(event.attributes.get("exception.type") or "").rpartition(".")[2]
            return kind, str(event.attributes.get("exception.message") or "")
    return span.text("error.type").rpartition(".")[2], span.status


def _said(span: Span) -> str:
    kind, message = _exception(span)
    return f"{kind}: {message}" if kind and message else message or kind or "failed"
