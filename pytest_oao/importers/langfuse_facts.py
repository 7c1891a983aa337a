"""What Langfuse means by its facts of a call, in exports and in spans: kinds, parameters, tokens, what is lacked."""

from collections.abc import Iterable, Mapping

from pytest_oao.model import provenance
from pytest_oao.model.apis import RESPONSES
from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import tokens
from pytest_oao.providers.fields import count, record
from pytest_oao.providers.payloads import loads

OTHERS = frozenset({"EMBEDDING", "RETRIEVER"})
"""Kinds of observations that are calls, and are not told so that they could be answered."""
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
        "reasoning_summary",
        "verbosity",
    }
)
_NESTED = {
    "reasoning": {"effort": "reasoning_effort", "summary": "reasoning_summary"},
    "text": {"verbosity": "verbosity"},
}
"""What Langfuse's wrapper takes out of the objects in which the Responses API has it."""
_NOTHING = (None, "", "Infinity", "inf", float("inf"))
_CACHED = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "prompt_details.cache_read")
_WRITTEN = (
    "input_cache_creation",
    "cache_creation_input_tokens",
    "prompt_details.cache_write",
    "input_cache_write_tokens",
)
_THOUGHT = ("output_reasoning_tokens", "output_reasoning", "completion_details.reasoning")


def settings_of(parameters: JSONObject, api: str = "") -> JSONObject:
    """Return a generation's parameters as the API has them, without those that nobody gave."""
    told = _given(parameters)
    if api != RESPONSES:
        return told
    flat = {name for names in _NESTED.values() for name in names.values()}
    nested = {
        name: {field: told[one] for field, one in names.items() if one in told} for name, names in _NESTED.items()
    }
    return {name: item for name, item in {**told, **nested}.items() if name not in flat and item != {}}


def _given(parameters: JSONObject) -> JSONObject:
    named = {name: _plain(item) for name, item in parameters.items() if name in _SETTINGS}
    invented = _INVENTED if _INVENTED.keys() <= named.keys() else {}
    return {
        name: item
        for name, item in named.items()
        if item not in _NOTHING and (name not in invented or invented[name] != item)
    }


def _plain(value: JSON) -> JSON:
    """Return a number that was written as text."""
    if not isinstance(value, str):
        return value
    number = loads(value)
    return None if value == "null" else number if isinstance(number, int | float | bool) else value


def usage_of(details: JSONObject) -> Usage:
    """Return the tokens of an answer, in Langfuse's words or in a provider's own.

    Langfuse counts kinds of tokens apart, those of the cache as others than the input, so that they add up to the
    total; who wrote them otherwise is told by a total that the input and the output alone come to.
    """
    given, came, total = (count(details.get(name)) for name in ("input", "output", "total"))
    if given is None and came is None:
        own = tokens.anthropic if "cache_read_input_tokens" in details else tokens.openai
        return tokens.usage(own(details))
    apart = total is None or (given or 0) + (came or 0) != total
    return Usage(
        _whole(details, given, "input_", (*_CACHED, *_WRITTEN)) if apart else given,
        _whole(details, came, "output_", _THOUGHT) if apart else came,
        _first(details, _CACHED),
        _first(details, _WRITTEN),
        _first(details, _THOUGHT),
    )


def _whole(details: JSONObject, number: int | None, prefix: str, named: Iterable[str]) -> int | None:
    parts = {name for name in details if name.startswith(prefix)} | {name for name in named if name in details}
    return None if number is None else number + sum(count(details[name]) or 0 for name in parts)


def _first(details: JSONObject, names: Iterable[str]) -> int | None:
    return next((found for found in (count(details.get(name)) for name in names) if found is not None), None)


def lacked_of(given: JSON, asked: ModelRequest, attributes: Mapping[str, JSON], metadata: JSONObject) -> frozenset[str]:
    """Return what a generation cannot tell; `given` is its input, and `attributes` are those of its span."""
    whole = "model" in record(given)
    words = {
        provenance.MODEL: not whole and not attributes.get("gen_ai.request.model"),
        provenance.PARAMETERS: not whole,
        provenance.TOOL_CHOICE: not whole and "tool_choice" not in asked.extra,
        provenance.RESPONSE_FORMAT: not whole and "response_format" not in metadata,
        provenance.STREAM: not asked.stream,
        provenance.TOOLS: not asked.tools,
        provenance.MESSAGES: not asked.messages and not asked.system,
        provenance.MEDIA: _holds_media(given),
    }
    return frozenset(word for word, is_lacked in words.items() if is_lacked)


def _holds_media(value: JSON) -> bool:
    """Whether images and sound were moved elsewhere."""
    if isinstance(value, str):
        return _MEDIA in value
    if isinstance(value, dict):
        return any(_holds_media(item) for item in value.values())
    return any(_holds_media(item) for item in value) if isinstance(value, list) else False
