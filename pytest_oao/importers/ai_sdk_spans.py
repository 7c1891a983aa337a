"""The Vercel AI SDK's own spans, `ai.*`, as versions 3 to 6 write them: only those of one step ask a model."""

from collections.abc import Iterator
from dataclasses import replace

from pytest_oao.importers.ai_sdk_messages import conversation, tool_calls, tools
from pytest_oao.importers.genai_requests import usage_of
from pytest_oao.importers.observations import Observation, ObservedCall, ToolUse
from pytest_oao.importers.span_calls import Silent, failure_of, model_call, scope, tool_call
from pytest_oao.importers.spans import Span, decoded, is_cut
from pytest_oao.model import apis
from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import MESSAGES, OTHER_CALLS, PARAMETERS, RESPONSE_FORMAT, RESULT_TYPES
from pytest_oao.providers.fields import count, record
from pytest_oao.providers.stop_reasons import neutral_reason

SETTING = "experimental_telemetry: {recordInputs: true, recordOutputs: true}"
_PARAMETER = "gen_ai.request."
_APIS = {
    "openai.responses": apis.RESPONSES,
    "openai.chat": apis.CHAT,
    "anthropic.messages": apis.MESSAGES,
    "google.generative-ai": apis.GEMINI,
}
_OTHERS = ("ai.embed", "ai.rerank")
_INPUTS = ("ai.usage.inputTokens", "ai.usage.promptTokens")
_OUTPUTS = ("ai.usage.outputTokens", "ai.usage.completionTokens")


def observed(span: Span) -> Observation | Silent:
    """Return what a span tells: a step's request and answer, a tool's call, or what stands around them."""
    operation = span.text("ai.operationId")
    if operation == "ai.toolCall":
        return _tool(span)
    if operation.startswith(_OTHERS):
        return replace(_scope(span), lacked=frozenset({OTHER_CALLS}))
    return _model(span) if operation.endswith((".doGenerate", ".doStream")) else _scope(span)


def _scope(span: Span) -> Observation:
    """Return the call of `generateText` and its like, which goes over several steps; its function names the agent."""
    came = span.json("ai.response.object", "ai.response.text", "ai.result.text")
    return scope(span, agent=span.text("ai.telemetry.functionId"), given=span.json("ai.prompt"), came=came)


def _tool(span: Span) -> Observation:
    given, came = (
        span.json("ai.toolCall.args", "ai.toolCall.input"),
        span.json("ai.toolCall.result", "ai.toolCall.output"),
    )
    if given is None and came is None and not span.failed:
        return scope(span)
    tool = ToolUse(span.text("ai.toolCall.name"), given, span.text("ai.toolCall.id"))
    return tool_call(span, tool, came, {RESULT_TYPES} if isinstance(came, str) else ())


def _model(span: Span) -> ObservedCall | Silent:
    given = span.first("ai.prompt.messages", "ai.prompt")
    system, messages = conversation(decoded(given))
    cut = is_cut(given)
    if not messages and not cut and not span.dropped:
        return Silent(span=span, setting=SETTING, response_id=span.text("ai.response.id"))
    provider = span.text("ai.model.provider", "gen_ai.system")
    request = ModelRequest(
        model=span.text("ai.model.id", "gen_ai.request.model"),
        system=system,
        messages=messages,
        tools=tools(span.json("ai.prompt.tools")),
        parameters=dict(_parameters(span)),
        extra=_choice(span),
        stream=span.text("ai.operationId").endswith(".doStream"),
        api=_APIS.get(provider, ""),
        provider=provider.partition(".")[0],
    )
    lacked = {PARAMETERS, RESPONSE_FORMAT} | (set() if messages else {MESSAGES})
    came = failure_of(span) or _answer(span)
    return model_call(span, request, came, lacked, set() if messages else {MESSAGES})


def _parameters(span: Span) -> Iterator[tuple[str, JSON]]:
    for name, value in span.attributes.items():
        if name.startswith(_PARAMETER) and name != "gen_ai.request.model":
            yield name, value


def _choice(span: Span) -> JSONObject:
    """Return the SDK's word for which tool is to be called; without one it is left to the model."""
    choice = record(span.json("ai.prompt.toolChoice"))
    kind = choice.get("type")
    if kind == "tool":
        return {"tool_choice": {"type": "function", "function": {"name": choice.get("toolName")}}}
    return {"tool_choice": kind} if isinstance(kind, str) else {}


def _answer(span: Span) -> ModelResponse | None:
    parts = list(_parts(span))
    reason = neutral_reason(span.text("ai.response.finishReason", "ai.finishReason"))
    if not parts and not reason:
        return None
    return ModelResponse(
        id=span.text("ai.response.id", "gen_ai.response.id"),
        model=span.text("ai.response.model", "gen_ai.response.model"),
        choices=(Message("assistant", tuple(parts), reason),),
        usage=_usage(span),
    )


def _parts(span: Span) -> Iterator[JSONObject]:
    if words := span.text("ai.response.reasoning"):
        yield {"type": "reasoning", "content": words}
    if said := span.text("ai.response.text", "ai.result.text", "ai.response.object", "ai.result.object"):
        yield {"type": "text", "content": said}
    yield from tool_calls(span.json("ai.response.toolCalls", "ai.result.toolCalls"))


def _usage(span: Span) -> Usage:
    """Return the tokens, by the SDK's names, else by OpenTelemetry's."""
    known = usage_of(span)
    given, came = count(span.first(*_INPUTS)), count(span.first(*_OUTPUTS))
    cached = count(span.first("ai.usage.cachedInputTokens"))
    reasoned = count(span.first("ai.usage.reasoningTokens"))
    return Usage(
        known.input_tokens if given is None else given,
        known.output_tokens if came is None else came,
        known.cached_tokens if cached is None else cached,
        known.cache_write_tokens,
        known.reasoning_tokens if reasoned is None else reasoned,
    )
