"""OpenInference, which Phoenix and Arize read: the provider's own JSON where a span has it, else its attributes."""

from dataclasses import replace

from pytest_oao.importers import openinference_messages
from pytest_oao.importers.apis_by_shape import api_of_answer
from pytest_oao.importers.native_calls import native_call
from pytest_oao.importers.observations import Came, Observation, ObservedCall, ToolUse
from pytest_oao.importers.response_echoes import UNSEEN, is_answers
from pytest_oao.importers.span_calls import REDACTED, Silent, failure_of, model_call, scope, tool_call
from pytest_oao.importers.spans import Span, decoded, is_cut
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told
from pytest_oao.model.conversations import ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.provenance import (
    ANSWER,
    ARGUMENT_NAMES,
    MESSAGES,
    OTHER_CALLS,
    PARAMETERS,
    RESPONSE_FORMAT,
    RESULT_TYPES,
    STREAM,
    SYSTEM,
    TOOL_CHOICE,
    TOOLS,
)
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.stop_reasons import neutral_reason

KIND = "openinference.span.kind"
SETTING = "OPENINFERENCE_HIDE_INPUTS=false and OPENINFERENCE_HIDE_OUTPUTS=false"
_OTHERS = frozenset({"RETRIEVER", "EMBEDDING", "RERANKER"})
_IN, _OUT = "input.value", "output.value"


def observed(span: Span) -> Observation | Silent:
    """Return what a span tells."""
    kind = span.text(KIND).upper()
    if kind == "LLM":
        return _model(span)
    if kind == "TOOL":
        return _tool(span)
    agent = span.text("agent.name") or (span.name if kind == "AGENT" else "")
    found = scope(span, agent=agent, given=_value(span, _IN), came=_value(span, _OUT))
    return replace(found, lacked=frozenset({OTHER_CALLS})) if kind in _OTHERS else found


def _value(span: Span, name: str) -> JSON:
    """Return what went into a scope or came out of it; what was hidden is not told."""
    value = span.json(name)
    return None if value == REDACTED else value


def _tool(span: Span) -> ObservedCall:
    """Return a tool's call; LangChain's spans tell the message that its result became, and its only argument alone."""
    given, came = _value(span, _IN), _value(span, _OUT)
    given = span.json("tool.parameters") if given is None else given
    message = record(record(came).get("data"))
    lacked = set[str]()
    if "tool_call_id" in message:
        came = decoded(message.get("content"))
    name = span.text("tool.name") or span.name
    tool = ToolUse(name, _arguments(given), text(message.get("tool_call_id")) or span.text("tool.id", "tool_call.id"))
    if not isinstance(tool.arguments, dict):
        lacked.add(ARGUMENT_NAMES)
    if isinstance(span.first(_OUT), str):
        lacked.add(RESULT_TYPES)
    return tool_call(span, tool, came, lacked)


def _arguments(given: JSON) -> JSON:
    """Return what a tool was given; CrewAI and others write the call itself, of a name and arguments."""
    call = record(given)
    inner = call.get("arguments", call.get("args"))
    return decoded(inner) if "name" in call and inner is not None else given


def _model(span: Span) -> Observation | Silent:
    request, answer = record(span.json(_IN)), record(span.json(_OUT))
    native = native_call(request, answer, failure_of(span))
    if native is not None:
        cut = {ANSWER} if is_cut(span.first(_OUT)) else set[str]()
        return model_call(span, *native, (), _hidden(span) | cut)
    asked, holes = _asked(span)
    if asked is None and not span.dropped:
        return Silent(span=span, setting=SETTING, response_id="")
    return _neutral(span, asked, holes)


def _hidden(span: Span) -> set[str]:
    """Return that a request is not whole, where parts of it were hidden or cut."""
    given = span.first(_IN)
    return {MESSAGES} if is_cut(given) or (isinstance(given, str) and REDACTED in given) else set()


def _asked(span: Span) -> tuple[ModelRequest | None, bool]:
    """Return the request as LangChain serialises it, as attributes have it, or as text; and whether some is missing."""
    given = span.json(_IN)
    if any(key in record(given) for key in ("messages", "prompts")):
        told = request_told(given)
        if told.messages or told.system:
            return told, False
    numbered, holes = openinference_messages.conversation(span, "llm.input_messages.")
    if numbered is not None:
        return numbered, holes
    words = given if isinstance(given, str) and given not in ("", REDACTED) else ""
    return (request_told(words), False) if words else (None, False)


def _neutral(span: Span, asked: ModelRequest | None, holes: bool) -> ObservedCall:  # noqa: FBT001 - private
    parameters, extra = openinference_messages.parameters(span)
    lacked = {PARAMETERS, TOOL_CHOICE, RESPONSE_FORMAT} | (UNSEEN if is_answers(extra) else set())
    lacked |= set() if extra.get("stream") is True or ("stream" in extra and not _is_langchain(span)) else {STREAM}
    lacked |= {MESSAGES, SYSTEM} if asked is None else set()
    known = asked or ModelRequest()
    tools = known.tools or openinference_messages.tools(span)
    model = span.text("llm.request.model_name") or text(extra.get("model")) or span.text("llm.model_name")
    request = replace(
        known,
        model=model,
        tools=tools,
        parameters={**known.parameters, **parameters},
        stream=extra.get("stream") is True,
        provider=span.text("llm.provider", "llm.system"),
        api="",
    )
    missing = {TOOLS} if not tools and not span.has("llm.tools.", "llm.invocation_parameters") else set[str]()
    truncated = {MESSAGES} if holes or span.dropped or _hidden(span) else set[str]()
    return model_call(span, request, _answer(span), lacked | missing, truncated)


def _is_langchain(span: Span) -> bool:
    """Whether LangChain told of the call: its parameters are those of the model object, not those of the call."""
    return span.scope.endswith(".langchain") or "_type" in span.object("llm.invocation_parameters")


def _answer(span: Span) -> Came | None:
    failure = failure_of(span)
    if failure is not None:
        return failure
    came = span.json(_OUT)
    told = answer_told(came) if _is_whole(came) else ModelResponse()
    if not told.choices:
        numbered, _ = openinference_messages.answer(span)
        told = replace(told, choices=numbered)
    if not told.choices and isinstance(came, str) and came not in ("", REDACTED):
        told = answer_told(came)
    if not told.choices:
        return None
    reason = openinference_messages.reason(span)
    choices = tuple(replace(one, finish_reason=neutral_reason(one.finish_reason) or reason) for one in told.choices)
    usage = told.usage if told.usage != Usage() else openinference_messages.usage(span)
    model = told.model or span.text("llm.response.model_name", "llm.model_name")
    return replace(told, model=model, choices=choices, usage=usage)


def _is_whole(came: JSON) -> bool:
    """Whether an output is an answer in a form that we know: a provider's, or LangChain's."""
    return bool(api_of_answer(record(came))) or "generations" in record(came)
