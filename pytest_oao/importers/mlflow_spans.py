"""MLflow's spans, `mlflow.spanType`: of a model call, what its SDK was given and returned."""

from dataclasses import replace

from pytest_oao.importers.genai_requests import definitions
from pytest_oao.importers.native_calls import native_call
from pytest_oao.importers.observations import Observation, ObservedCall, ToolUse
from pytest_oao.importers.span_answers import is_printed_stream
from pytest_oao.importers.span_calls import Silent, failure_of, model_call, scope, tool_call
from pytest_oao.importers.spans import Span, is_cut
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import has_content, request_told
from pytest_oao.model.conversations import ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.provenance import (
    MESSAGES,
    OTHER_CALLS,
    PARAMETERS,
    RESPONSE_FORMAT,
    RESULT_TYPES,
    STREAM,
    TOOL_CHOICE,
)
from pytest_oao.providers.fields import count, record, records, text

SETTING = "mlflow.<flavor>.autolog(log_traces=True)"
_IN, _OUT = "mlflow.spanInputs", "mlflow.spanOutputs"
_MODELS = frozenset({"CHAT_MODEL", "LLM"})
_OTHERS = frozenset({"RETRIEVER", "EMBEDDING", "RERANKER"})


def observed(span: Span) -> Observation | Silent:
    """Return what a span tells."""
    kind = text(span.json("mlflow.spanType")).strip('"').upper()
    if kind in _MODELS:
        return _model(span)
    given, came = span.json(_IN), span.json(_OUT)
    if kind == "TOOL":
        name = span.text("mlflow.tool.name") or span.name
        return tool_call(span, ToolUse(name, given), came, {RESULT_TYPES} if isinstance(came, str) else ())
    found = scope(span, agent=span.name if kind == "AGENT" else "", given=_said(given), came=_said(came))
    return replace(found, lacked=frozenset({OTHER_CALLS})) if kind in _OTHERS else found


def _said(value: JSON) -> JSON:
    """Return what a scope was given: of one argument, that alone."""
    told = record(value)
    return next(iter(told.values())) if len(told) == 1 else value


def _model(span: Span) -> ObservedCall | Silent:
    request, came = record(span.json(_IN)), span.json(_OUT)
    came = None if is_printed_stream(came) else came
    native = native_call(request, record(came), failure_of(span)) if came is None or record(came) else None
    if native is not None:
        return model_call(span, *native)
    asked = request_told(span.json(_IN))
    if not has_content(asked):
        return Silent(span=span, setting=SETTING)
    tools = asked.tools or definitions([*records(span.json("mlflow.chat.tools"))])
    model = asked.model or span.text("mlflow.llm.model")
    lacked = {PARAMETERS, TOOL_CHOICE, RESPONSE_FORMAT} | (set() if "stream" in request else {STREAM})
    truncated = {MESSAGES} if is_cut(span.first(_IN)) else set[str]()
    neutral = replace(asked, tools=tools, model=model)
    return model_call(span, neutral, failure_of(span) or _answer(span, came), lacked, truncated)


def _answer(span: Span, came: JSON) -> ModelResponse | None:
    told = answer_told(came) if came is not None else ModelResponse()
    if not told.choices:
        return None
    return replace(told, usage=told.usage if told.usage != Usage() else _usage(span))


def _usage(span: Span) -> Usage:
    told = span.object("mlflow.chat.tokenUsage")
    return Usage(
        count(told.get("input_tokens")),
        count(told.get("output_tokens")),
        count(told.get("cache_read_input_tokens")),
        count(told.get("cache_creation_input_tokens")),
    )
