"""OpenTelemetry's GenAI spans, of the conventions of every generation, and of those who build on them."""

from collections.abc import Iterable
from dataclasses import replace

from pytest_oao.importers.genai_files import REFERENCE
from pytest_oao.importers.genai_messages import Told, told_by
from pytest_oao.importers.genai_requests import (
    DEFINITIONS,
    INPUT,
    OUTPUT,
    STREAM,
    answer_of,
    api_of,
    request_of,
    response_of,
)
from pytest_oao.importers.indexed_attributes import indexed
from pytest_oao.importers.observations import Observation, ObservedCall, ToolUse
from pytest_oao.importers.response_echoes import UNSEEN, asked_for, sees_answers
from pytest_oao.importers.span_calls import Silent, failure_of, model_call, scope, tool_call, unknown_stream
from pytest_oao.importers.spans import Span, decoded, is_cut
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told
from pytest_oao.importers.traceloop_tools import is_callback, told_tool
from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.provenance import (
    ANSWER,
    MESSAGES,
    MODEL,
    OTHER_CALLS,
    PARAMETERS,
    RESPONSE_FORMAT,
    RESULT_TYPES,
    SYSTEM,
    TOOL_CHOICE,
    TOOLS,
    USAGE,
)
from pytest_oao.providers.fields import record

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY (older libraries: =true)"
_SETTINGS = (
    ("pydantic-ai", "InstrumentationSettings(include_content=True)"),
    ("opentelemetry.instrumentation.openai_v2", CAPTURE),
    ("opentelemetry.util.genai", CAPTURE),
    ("opentelemetry.instrumentation.", "TRACELOOP_TRACE_CONTENT=true"),
)
_MODELS = frozenset({"chat", "generate_content", "text_completion", "completion", "responses", "message"})
_OTHERS = frozenset({"embeddings", "retrieval", "rerank"})
_KEEPS_TOOLS = ("pydantic-ai", "opentelemetry.instrumentation.openai.", "opentelemetry.instrumentation.anthropic")
"""Those who write the definitions of tools wherever there are some."""


def observed(span: Span) -> Observation | Silent:
    """Return what a span tells."""
    operation = span.text("gen_ai.operation.name", "llm.request.type")
    if operation == "execute_tool" or span.text("traceloop.span.kind") == "tool":
        return _tool(span)
    if operation in _MODELS or (not operation and span.has(INPUT, "gen_ai.prompt.", "gen_ai.request.model")):
        return _model(span)
    return _scope(span, operation)


def _scope(span: Span, operation: str) -> Observation:
    """Return an agent's run, a workflow, a task; of embeddings and retrievals, that they were made."""
    kind = operation or span.text("traceloop.span.kind")
    is_agent = kind in {"invoke_agent", "agent"} or "create_agent" in kind
    agent = span.text("gen_ai.agent.name", "traceloop.entity.name") or (span.name if is_agent else "")
    given = span.json("traceloop.entity.input", "gen_ai.task.input", INPUT)
    came = span.json("traceloop.entity.output", "gen_ai.task.output", "final_result", OUTPUT)
    found = scope(span, agent=agent if is_agent else "", given=given, came=came)
    return replace(found, lacked=frozenset({OTHER_CALLS})) if operation in _OTHERS else found


def _tool(span: Span) -> Observation:
    """Return a tool's call; a span that tells neither what it was given nor what it returned is none."""
    given = span.first("gen_ai.tool.call.arguments", "tool_arguments", "traceloop.entity.input")
    came = span.first("gen_ai.tool.call.result", "tool_response", "traceloop.entity.output")
    name = span.text("gen_ai.tool.name", "traceloop.entity.name") or span.name.removeprefix("execute_tool ")
    if given is None and came is None and not span.failed:
        return scope(span)
    tool, result = ToolUse(name, decoded(given), span.text("gen_ai.tool.call.id")), decoded(came)
    if is_callback(tool.arguments):
        tool, result = told_tool(tool, result)
    return tool_call(span, tool, result, {RESULT_TYPES} if isinstance(came, str) else ())


def _model(span: Span) -> Observation | Silent:
    cut = [name for name in (INPUT, OUTPUT) if is_cut(span.first(name))]
    if span.first(INPUT, OUTPUT) is not None:
        return _of_attributes(span, cut)
    told = told_by(span)
    if told is not None and not told.silent:
        return _of_messages(span, told)
    if span.dropped:
        return _call(span, request_of(span), response_of(span), {MESSAGES, SYSTEM}, {MESSAGES})
    return Silent(span=span, setting=_setting(span), response_id=span.text("gen_ai.response.id"))


def _setting(span: Span) -> str:
    if place := span.text(f"{INPUT}{REFERENCE}"):
        return f"or lay what was uploaded beside the file: {place.rpartition('/')[2]}"
    return next((setting for scope, setting in _SETTINGS if span.scope.startswith(scope)), CAPTURE)


def _of_attributes(span: Span, cut: list[str]) -> ObservedCall:
    request, response = request_of(span), response_of(span)
    missing = span.first(INPUT) is None
    lacked = {MESSAGES, SYSTEM} if INPUT in cut or missing else set[str]()
    truncated = {MESSAGES} if INPUT in cut or (missing and span.dropped) else set[str]()
    return _call(span, request, response, lacked, truncated | ({ANSWER} if OUTPUT in cut else set()))


def _of_messages(span: Span, told: Told) -> ObservedCall:
    """Return a call whose messages stand in events, or in attributes with numbers."""
    request = request_told({"messages": told.asked}) if told.asked else ModelRequest()
    known = request_of(span)
    request = replace(known, system=request.system, messages=request.messages, tools=known.tools or _numbered(span))
    said = answer_told({"object": "chat.completion", "choices": told.choices}) if told.choices else None
    response = answer_of(span, said.choices) if said else None
    lacked = {MESSAGES, SYSTEM} if not told.asked else set[str]()
    return _call(span, request, response, lacked, {MESSAGES} if "input" in told.holes else ())


def _numbered(span: Span) -> tuple[dict[str, JSON], ...]:
    """Return the tools that Traceloop numbered: `llm.request.functions.0.name`."""
    return tuple(
        {
            "type": "function",
            "name": one.get("name"),
            "description": one.get("description"),
            "parameters": decoded(one.get("parameters", one.get("input_schema"))),
        }
        for one in indexed(span.attributes, "llm.request.functions.").items
    )


def _call(
    span: Span,
    request: ModelRequest,
    response: ModelResponse | None,
    lacked: Iterable[str] = (),
    truncated: Iterable[str] = (),
) -> ObservedCall:
    if sees_answers(span.scope, api_of(span)):
        request = replace(request, parameters=asked_for({**request.parameters}, "gen_ai.request."))
        lacked = {*lacked, *UNSEEN}
    _, no_stream = unknown_stream(span, *STREAM)
    missing = {PARAMETERS, TOOL_CHOICE, RESPONSE_FORMAT, *no_stream, *lacked}
    if not span.text("gen_ai.request.model"):
        missing.add(MODEL)
    if not request.tools and not (span.has(DEFINITIONS) or span.scope.startswith(_KEEPS_TOOLS)):
        missing.add(TOOLS)
    if span.scope == "opentelemetry.instrumentation.anthropic" and request.stream:
        missing.add(USAGE)  # it adds the tokens that a stream begins with to those that it ends with
    came = failure_of(span) or (_text_first(response, span) if response else None)
    return model_call(span, request, came, missing, truncated)


def _text_first(response: ModelResponse, span: Span) -> ModelResponse:
    """Return an answer whose text stands before its tool calls, as the chat API has it: one writer turns them round."""
    if not span.scope.startswith("opentelemetry.util.genai"):
        return response
    return replace(response, choices=tuple(_turned(one) for one in response.choices))


def _turned(message: Message) -> Message:
    parts = sorted(message.parts, key=lambda part: record(part).get("type") == "tool_call")
    return replace(message, parts=tuple(parts))
