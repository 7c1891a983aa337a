"""Langfuse's spans, `langfuse.observation.*`, where a collector keeps what is sent to it."""

from dataclasses import replace

from pytest_oao.importers.observations import Observation, Observed, ToolUse
from pytest_oao.importers.span_calls import Silent, failure_of, model_call, scope, tool_call
from pytest_oao.importers.spans import Span, decoded, is_cut
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import has_content, request_told, with_settings
from pytest_oao.model.conversations import ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.provenance import (
    ARGUMENT_NAMES,
    MESSAGES,
    MODEL,
    OTHER_CALLS,
    PARAMETERS,
    RESPONSE_FORMAT,
    RESULT_TYPES,
    STREAM,
    TOOL_CHOICE,
)
from pytest_oao.providers.fields import count, record

SETTING = "LANGFUSE_TRACING_ENABLED=true, and no mask that leaves out input and output"
_IN, _OUT = "langfuse.observation.input", "langfuse.observation.output"
_TRACE_IN, _TRACE_OUT = "langfuse.trace.input", "langfuse.trace.output"
_OTHERS = frozenset({"embedding", "retriever"})


def observed(span: Span) -> Observation | Silent:
    """Return what a span tells."""
    kind = span.text("langfuse.observation.type").lower()
    if kind == "generation":
        return _generation(span)
    if kind == "tool":
        return _tool(span)
    agent = span.name if kind == "agent" else ""
    found = scope(span, agent=agent, given=span.json(_TRACE_IN, _IN), came=span.json(_TRACE_OUT, _OUT))
    return replace(found, lacked=frozenset({OTHER_CALLS})) if kind in _OTHERS else found


def _tool(span: Span) -> Observed:
    """Return a tool's call; of a function that was traced, its arguments by their places."""
    given, came = span.json(_IN), span.json(_OUT)
    arguments = record(given)
    by_name = isinstance(given, dict)
    if set(arguments) == {"args", "kwargs"}:
        by_name = not arguments["args"]
        given = arguments["kwargs"] if by_name else given
    lacked = {RESULT_TYPES} | (set() if by_name else {ARGUMENT_NAMES})
    return tool_call(_failing(span), ToolUse(span.name, given), came, lacked)


def _failing(span: Span) -> Span:
    """Return a span whose level says that it failed as one that did."""
    if span.text("langfuse.observation.level").upper() != "ERROR":
        return span
    return replace(span, failed=True, status=span.status or span.text("langfuse.observation.status_message"))


def _generation(span: Span) -> Observed | Silent:
    given = span.first(_IN)
    settings = {
        key: value for key, value in span.object("langfuse.observation.model.parameters").items() if _told(value)
    }
    request = with_settings(request_told(decoded(given)), span.text("langfuse.observation.model.name"), settings)
    if not has_content(request) and not span.dropped:
        return Silent(span=span, setting=SETTING)
    streamed = span.first("langfuse.observation.completion_start_time") is not None
    lacked = {MODEL, PARAMETERS, TOOL_CHOICE, RESPONSE_FORMAT} | (set() if streamed else {STREAM})
    came = failure_of(_failing(span)) or _answer(span)
    truncated = {MESSAGES} if is_cut(given) or span.dropped else set[str]()
    return model_call(span, replace(request, stream=streamed), came, lacked, truncated)


def _told(value: JSON) -> bool:
    """Whether a parameter is one that was set: Langfuse's wrappers make defaults up."""
    return value not in (None, "", "Infinity", "inf")


def _answer(span: Span) -> ModelResponse | None:
    value = span.json(_OUT)
    told = answer_told(value) if value is not None else ModelResponse()
    if not told.choices:
        return None
    model = told.model or span.text("langfuse.observation.model.name")
    return replace(told, model=model, usage=told.usage if told.usage != Usage() else _usage(span))


def _usage(span: Span) -> Usage:
    """Return the tokens: Langfuse counts those of the cache apart, as other kinds of input."""
    told = span.object("langfuse.observation.usage_details")
    cached = count(told.get("input_cached_tokens", told.get("cache_read_input_tokens")))
    written = count(told.get("cache_creation_input_tokens", told.get("input_cache_creation")))
    given = count(told.get("input"))
    total = None if given is None else given + (cached or 0) + (written or 0)
    return Usage(total, count(told.get("output")), cached, written, count(told.get("output_reasoning_tokens")))
