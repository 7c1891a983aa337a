"""A generation of Langfuse's → the model call that it tells of, and what it cannot tell."""

from dataclasses import replace

from pytest_oao.importers.failures import failure_in_text
from pytest_oao.importers.langfuse_records import attributes_of, definitions_of, span_definitions
from pytest_oao.importers.observations import ToldCall
from pytest_oao.importers.response_echoes import echoed_request
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told, tool_definitions, with_settings
from pytest_oao.model import provenance
from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, record, text
from pytest_oao.providers.payloads import loads, unwrapped
from pytest_oao.providers.stop_reasons import neutral_reason

_WORDS = {"input": provenance.MESSAGES, "output": provenance.ANSWER}
"""What is cut off where a field is."""
CUT = "[TRUNCATED: Field exceeded size limit]"
_MEDIA = "@@@langfuseMedia:"
_INVENTED = {"temperature": 1, "top_p": 1, "frequency_penalty": 0, "presence_penalty": 0}
"""What Langfuse's wrapper of OpenAI's client writes for parameters that nobody gave."""
_SETTINGS = frozenset(
    {
        *_INVENTED,
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "top_k",
        "seed",
        "n",
        "stop",
        "stop_sequences",
        "reasoning_effort",
        "verbosity",
    }
)
_CACHED = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "prompt_details.cache_read")
_WRITTEN = ("input_cache_creation", "cache_creation_input_tokens", "prompt_details.cache_write")
_THOUGHT = ("output_reasoning_tokens", "output_reasoning", "completion_details.reasoning")


def generation_of(told: JSONObject) -> ToldCall:
    """Return the model call of an observation."""
    attributes = attributes_of(told)
    cut = frozenset(word for field, word in _WORDS.items() if _is_cut(told, field))
    asked = _request(told, attributes)
    came = _outcome(told, attributes)
    return ToldCall(asked, came, _lacked(told, asked), truncated=cut)


def _is_cut(told: JSONObject, field: str) -> bool:
    value = told.get(field)
    return isinstance(value, str) and value.rstrip('"').endswith(CUT)


def _request(told: JSONObject, attributes: JSONObject) -> ModelRequest:
    value = unwrapped(told.get("input"))
    given = {} if isinstance(value, str) and _is_cut(told, "input") else value
    output = unwrapped(told.get("output"))
    if record(output).get("object") == "response" and isinstance(given, str | list):
        given = echoed_request(record(output), given)
    request = request_told(given) if given else ModelRequest()
    model = text(attributes.get("gen_ai.request.model")) or text(told.get("model"))
    request = with_settings(request, model, _settings(told))
    tools = request.tools or tool_definitions([*(span_definitions(attributes) or definitions_of(told))])
    provider = text(attributes.get("gen_ai.provider.name")) or text(attributes.get("gen_ai.system"))
    stream = request.stream or bool(told.get("completionStartTime"))
    return replace(request, tools=tools, stream=stream, provider=provider or request.provider)


def _settings(told: JSONObject) -> JSONObject:
    """Return the parameters, without those that nobody gave."""
    named = {name: _plain(item) for name, item in record(told.get("modelParameters")).items() if name in _SETTINGS}
    invented = _INVENTED if _INVENTED.keys() <= named.keys() else {}
    return {
        name: item
        for name, item in named.items()
        if item not in (None, "Infinity", float("inf")) and invented.get(name, _MEDIA) != item
    }


def _plain(value: JSON) -> JSON:
    """Return a number that was written as text."""
    if not isinstance(value, str):
        return value
    number = loads(value)
    return None if value == "null" else number if isinstance(number, int | float | bool) else value


def _outcome(told: JSONObject, attributes: JSONObject) -> ModelResponse | ModelFailure | None:
    message = text(told.get("statusMessage"))
    if told.get("level") == "ERROR":
        return failure_in_text(message)
    if told.get("output") is None:
        return None
    answer = answer_told(told["output"])
    metadata = record(told.get("metadata"))
    name = next((one for one in (metadata.get("id"), attributes.get("gen_ai.response.id")) if text(one)), answer.id)
    return replace(
        answer,
        id=text(name),
        model=answer.model or text(told.get("model")),
        choices=_with_reason(answer.choices, metadata, attributes),
        usage=_usage(record(told.get("usageDetails")), answer.usage),
    )


def _with_reason(choices: tuple[Message, ...], metadata: JSONObject, attributes: JSONObject) -> tuple[Message, ...]:
    """Return the answers with the reason why the model stopped: of streams Langfuse keeps it apart."""
    reasons = attributes.get("gen_ai.response.finish_reasons")
    told = text(metadata.get("finish_reason")) or text(reasons[0] if isinstance(reasons, list) and reasons else None)
    if not told or len(choices) != 1 or choices[0].finish_reason:
        return choices
    return (replace(choices[0], finish_reason=neutral_reason(told)),)


def _usage(details: JSONObject, told: Usage) -> Usage:
    """Return the tokens: Langfuse takes those of the cache off the input, so that its numbers add up to the total."""
    given, came, total = (count(details.get(name)) for name in ("input", "output", "total"))
    if given is None and came is None:
        return told
    apart = total is not None and (given or 0) + (came or 0) != total
    return Usage(
        _whole(details, given, "input_") if apart else given,
        _whole(details, came, "output_") if apart else came,
        _first(details, _CACHED),
        _first(details, _WRITTEN),
        _first(details, _THOUGHT),
    )


def _whole(details: JSONObject, number: int | None, prefix: str) -> int | None:
    parts = [count(value) or 0 for name, value in details.items() if name.startswith(prefix)]
    return None if number is None else number + sum(parts)


def _first(details: JSONObject, names: tuple[str, ...]) -> int | None:
    return next((found for found in (count(details.get(name)) for name in names) if found is not None), None)


def _lacked(told: JSONObject, asked: ModelRequest) -> frozenset[str]:
    """Return what this generation cannot tell."""
    attributes = attributes_of(told)
    whole = "model" in record(unwrapped(told.get("input")))
    metadata = record(told.get("metadata"))
    words = {
        provenance.MODEL: not whole and not attributes.get("gen_ai.request.model"),
        provenance.PARAMETERS: not whole,
        provenance.TOOL_CHOICE: not whole and "tool_choice" not in asked.extra,
        provenance.RESPONSE_FORMAT: not whole and "response_format" not in metadata,
        provenance.STREAM: not asked.stream,
        provenance.TOOLS: not asked.tools,
        provenance.MESSAGES: not asked.messages and not asked.system,
        provenance.MEDIA: _holds_media(told.get("input")),
    }
    return frozenset(word for word, is_lacked in words.items() if is_lacked)


def _holds_media(value: JSON) -> bool:
    """Whether images and sound were moved elsewhere."""
    if isinstance(value, str):
        return _MEDIA in value
    if isinstance(value, dict):
        return any(_holds_media(item) for item in value.values())
    return any(_holds_media(item) for item in value) if isinstance(value, list) else False


def has_answer(told: JSONObject) -> bool:
    """Whether an observation tells what came out, or failed."""
    return told.get("output") not in (None, "") or told.get("level") == "ERROR"
