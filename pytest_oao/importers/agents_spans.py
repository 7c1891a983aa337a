"""Spans of OpenAI's Agents SDK: what each kind of them tells of a call."""

from collections.abc import Mapping
from dataclasses import replace

from pytest_oao.importers.failures import failure_in_text
from pytest_oao.importers.response_echoes import UNSEEN, echoed_request, unechoed
from pytest_oao.importers.stored_responses import Stored, is_response
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told, with_settings
from pytest_oao.model import provenance
from pytest_oao.model.apis import RESPONSES
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, record, text

_NO_ID = "__fake_id__"
"""What the SDK writes for the id of an answer that has none for it."""
_SETTINGS = (
    "temperature",
    "top_p",
    "max_tokens",
    "frequency_penalty",
    "presence_penalty",
    "tool_choice",
    "top_logprobs",
    "verbosity",
)


def data_of(span: JSONObject) -> JSONObject:
    """Return what a span is about."""
    return record(span.get("span_data"))


def error_of(span: JSONObject) -> str:
    """Return what went wrong in a span, as its exception has it; empty where nothing did."""
    error = record(span.get("error"))
    told = record(error.get("data")).get("error")
    return text(told) or text(error.get("message")) if error else ""


def stored_of(span: JSONObject, known: Mapping[str, Stored]) -> Stored | None:
    """Return the answer of a span that names one, with its input: of the span itself, or of what it is joined with."""
    data = data_of(span)
    if is_response(data.get("response")):
        return Stored(record(data["response"]), data.get("input"))
    joined = known.get(text(data.get("response_id")))
    if joined is not None and joined.given is None and data.get("input") is not None:
        return replace(joined, given=data["input"])
    return joined


def of_response(span: JSONObject, stored: Stored | None) -> tuple[ModelRequest, ModelResponse | ModelFailure | None]:
    """Return the call of a span that names an answer of the Responses API."""
    error = error_of(span)
    if stored is None:
        given = data_of(span).get("input")
        asked = request_told({"input": given, "model": ""}) if given is not None else ModelRequest()
        return replace(asked, api=RESPONSES, model=""), failure_in_text(error) if error else None
    asked = request_told(echoed_request(stored.response, stored.given))
    return asked, failure_in_text(error) if error else answer_told(stored.response)


def of_generation(span: JSONObject) -> tuple[ModelRequest, ModelResponse | ModelFailure | None]:
    """Return the call of a span of any other model."""
    data = data_of(span)
    config = record(data.get("model_config"))
    settings: JSONObject = {name: config[name] for name in _SETTINGS if config.get(name) is not None}
    asked = with_settings(request_told(data.get("input")), text(data.get("model")), settings)
    error = error_of(span)
    if error:
        return asked, failure_in_text(error)
    if data.get("output") is None:
        return asked, None
    answer = answer_told(data["output"])
    usage = answer.usage if _is_told(answer.usage) else _usage(data.get("usage"))
    name = "" if answer.id == _NO_ID else answer.id
    return asked, replace(answer, id=name, usage=usage if _is_told(usage) else Usage())


def _is_told(usage: Usage) -> bool:
    """Whether there are tokens: where a stream does not end with them, the SDK writes zeros."""
    return bool(usage.input_tokens or usage.output_tokens)


def _usage(value: JSON) -> Usage:
    told = record(value)
    given, came = record(told.get("input_tokens_details")), record(told.get("output_tokens_details"))
    return Usage(
        count(told.get("input_tokens")),
        count(told.get("output_tokens")),
        count(given.get("cached_tokens")),
        count(given.get("cache_write_tokens")),
        count(came.get("reasoning_tokens")),
    )


def lacked_of_response(asked: ModelRequest, stored: Stored | None) -> frozenset[str]:
    """Return what such a call cannot tell: an answer repeats what was asked, with the API's defaults filled in."""
    untold = {provenance.RESPONSE_FORMAT} if stored is None else set[str]()
    return UNSEEN | untold | unechoed(asked)


def lacked_of_generation(asked: ModelRequest) -> frozenset[str]:
    """Return what a generation's span cannot tell: it has the messages alone."""
    words = {provenance.PARAMETERS, provenance.TOOLS, provenance.RESPONSE_FORMAT, provenance.STREAM}
    if "tool_choice" not in asked.extra:
        words.add(provenance.TOOL_CHOICE)
    if not asked.messages:
        words.add(provenance.MESSAGES)
    return frozenset(words)
