"""Langfuse's spans, `langfuse.observation.*`, where a collector keeps what is sent to it."""

from dataclasses import replace

from pytest_oao.importers.langfuse_facts import OTHERS, lacked_of, settings_of, usage_of
from pytest_oao.importers.observations import Observation, ObservedCall, ToolUse
from pytest_oao.importers.span_calls import Silent, failure_of, model_call, scope, tool_call
from pytest_oao.importers.spans import Span, decoded, is_cut
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import has_content, request_told, with_settings
from pytest_oao.model.conversations import ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import ARGUMENT_NAMES, MESSAGES, OTHER_CALLS, RESULT_TYPES
from pytest_oao.providers.fields import record

SETTING = "LANGFUSE_TRACING_ENABLED=true, and no mask that leaves out input and output"
_IN, _OUT = "langfuse.observation.input", "langfuse.observation.output"
_TRACE_IN, _TRACE_OUT = "langfuse.trace.input", "langfuse.trace.output"
_USAGE = "langfuse.observation.usage_details"
_FORMAT = "langfuse.observation.metadata.response_format"


def observed(span: Span) -> Observation | Silent:
    """Return what a span tells."""
    kind = span.text("langfuse.observation.type").lower()
    if kind == "generation":
        return _generation(span)
    if kind == "tool":
        return _tool(span)
    agent = span.name if kind == "agent" else ""
    found = scope(span, agent=agent, given=span.json(_TRACE_IN, _IN), came=span.json(_TRACE_OUT, _OUT))
    return replace(found, lacked=frozenset({OTHER_CALLS})) if kind.upper() in OTHERS else found


def _tool(span: Span) -> ObservedCall:
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


def _generation(span: Span) -> ObservedCall | Silent:
    given = span.first(_IN)
    request = request_told(decoded(given))
    settings = settings_of(span.object("langfuse.observation.model.parameters"), request.api)
    request = with_settings(request, span.text("langfuse.observation.model.name"), settings)
    if not has_content(request) and not span.dropped:
        return Silent(span=span, setting=SETTING)
    streamed = span.first("langfuse.observation.completion_start_time") is not None
    metadata: JSONObject = {} if span.first(_FORMAT) is None else {"response_format": span.first(_FORMAT)}
    request = replace(request, stream=request.stream or streamed)
    lacked = lacked_of(decoded(given), request, span.attributes, metadata)
    came = failure_of(_failing(span)) or _answer(span)
    truncated = {MESSAGES} if is_cut(given) or span.dropped else set[str]()
    return model_call(span, request, came, lacked, truncated)


def _answer(span: Span) -> ModelResponse | None:
    value = span.json(_OUT)
    told = answer_told(value) if value is not None else ModelResponse()
    if not told.choices:
        return None
    model = told.model or span.text("langfuse.observation.model.name")
    return replace(told, model=model, usage=told.usage if told.usage != Usage() else usage_of(span.object(_USAGE)))
