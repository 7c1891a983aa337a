"""What a provider tells of tokens, in OpenTelemetry GenAI names."""

from collections.abc import Mapping

from pytest_oao.model.exchanges import USAGE_ATTRIBUTES, Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import Row, attributes, count, record

_INPUT = USAGE_ATTRIBUTES["input_tokens"]
_OUTPUT = USAGE_ATTRIBUTES["output_tokens"]
_CACHED = USAGE_ATTRIBUTES["cached_tokens"]
_WRITTEN = USAGE_ATTRIBUTES["cache_write_tokens"]
_REASONING = USAGE_ATTRIBUTES["reasoning_tokens"]

_OPENAI = (
    ("prompt_tokens", _INPUT, count),
    ("input_tokens", _INPUT, count),
    ("completion_tokens", _OUTPUT, count),
    ("output_tokens", _OUTPUT, count),
    ("cached_tokens", _CACHED, count),  # Moonshot
    ("prompt_cache_hit_tokens", _CACHED, count),  # DeepSeek
)
_OPENAI_INPUT = (("cached_tokens", _CACHED, count), ("cache_write_tokens", _WRITTEN, count))
_OUTPUT_DETAILS = (("reasoning_tokens", _REASONING, count), ("thinking_tokens", _REASONING, count))
_ANTHROPIC = (
    ("output_tokens", _OUTPUT, count),
    ("cache_read_input_tokens", _CACHED, count),
    ("cache_creation_input_tokens", _WRITTEN, count),
)
_GEMINI = (("cachedContentTokenCount", _CACHED, count), ("thoughtsTokenCount", _REASONING, count))
_CONVERSE = (
    ("outputTokens", _OUTPUT, count),
    ("cacheReadInputTokens", _CACHED, count),
    ("cacheWriteInputTokens", _WRITTEN, count),
)


def usage(told: Mapping[str, JSON]) -> Usage:
    """Return the tokens of the attributes that an answer tells."""
    return Usage(**{name: count(told.get(key)) for name, key in USAGE_ATTRIBUTES.items()})


def _whole(value: JSON) -> JSON:
    """Return a count that may be written as `12.0`, as Cohere's are."""
    return count(int(value)) if isinstance(value, float) and value.is_integer() else count(value)


_COHERE = (("input_tokens", _INPUT, _whole), ("output_tokens", _OUTPUT, _whole))
_COHERE_CACHED = (("cached_tokens", _CACHED, _whole),)


def openai(usage: JSON) -> JSONObject:
    """Return the usage of a chat completion, a response or an embedding: these spell it alike but for two words."""
    body = record(usage)
    told = {
        **attributes(body, _OPENAI),
        **_details(body, "prompt_tokens_details", _OPENAI_INPUT),
        **_details(body, "input_tokens_details", _OPENAI_INPUT),
        **_details(body, "completion_tokens_details", _OUTPUT_DETAILS),
        **_details(body, "output_tokens_details", _OUTPUT_DETAILS),
    }
    return told | _reasoning_apart(told, count(body.get("total_tokens")))


def _reasoning_apart(told: JSONObject, total: int | None) -> JSONObject:
    """Return the output with what was reasoned, where the total tells that it is counted apart, as xAI counts it."""
    asked, said, reasoned = (count(told.get(name)) or 0 for name in (_INPUT, _OUTPUT, _REASONING))
    return {_OUTPUT: said + reasoned} if reasoned and asked + said + reasoned == total else {}


def anthropic(usage: JSON) -> JSONObject:
    """Return the usage of a message: its `input_tokens` leave the cached ones out, OpenTelemetry's take them in."""
    body = record(usage)
    told = {**attributes(body, _ANTHROPIC), **_details(body, "output_tokens_details", _OUTPUT_DETAILS)}
    uncached = count(body.get("input_tokens"))
    if uncached is not None:
        told[_INPUT] = uncached + sum(count(told.get(name)) or 0 for name in (_CACHED, _WRITTEN))
    return told


def gemini(usage: JSON) -> JSONObject:
    """Return the usage of a Gemini answer: what was thought is counted apart from what was said."""
    body = record(usage)
    told = attributes(body, _GEMINI)
    asked = _sum(body, "promptTokenCount", "toolUsePromptTokenCount")
    answered = _sum(body, "candidatesTokenCount", "thoughtsTokenCount")
    return {
        **told,
        **({} if asked is None else {_INPUT: asked}),
        **({} if answered is None else {_OUTPUT: answered}),
    }


def converse(usage: JSON) -> JSONObject:
    """Return the usage of a Converse answer: its `inputTokens` leave the cached ones out, as Anthropic's do."""
    body = record(usage)
    told = attributes(body, _CONVERSE)
    uncached = count(body.get("inputTokens"))
    if uncached is not None:
        told[_INPUT] = uncached + sum(count(told.get(name)) or 0 for name in (_CACHED, _WRITTEN))
    return told


def cohere(usage: JSON) -> JSONObject:
    """Return the usage of an answer of Cohere's: all tokens where they are told, else those that are paid for."""
    body = record(usage)
    counted = record(body.get("tokens")) or record(body.get("billed_units"))
    return {**attributes(counted, _COHERE), **attributes(body, _COHERE_CACHED)}


def _sum(body: JSONObject, *keys: str) -> int | None:
    told = [found for key in keys if (found := count(body.get(key))) is not None]
    return sum(told) if told else None


def _details(usage: JSONObject, key: str, rows: tuple[Row, ...]) -> JSONObject:
    return attributes(record(usage.get(key)), rows)
