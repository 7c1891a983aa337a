"""What a provider tells of tokens, in OpenTelemetry GenAI names."""

from pytest_oao.model.exchanges import USAGE_ATTRIBUTES
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


def openai(usage: JSON) -> JSONObject:
    """Return the usage of a chat completion, a response or an embedding: these spell it alike but for two words."""
    body = record(usage)
    return {
        **attributes(body, _OPENAI),
        **_details(body, "prompt_tokens_details", _OPENAI_INPUT),
        **_details(body, "input_tokens_details", _OPENAI_INPUT),
        **_details(body, "completion_tokens_details", _OUTPUT_DETAILS),
        **_details(body, "output_tokens_details", _OUTPUT_DETAILS),
    }


def anthropic(usage: JSON) -> JSONObject:
    """Return the usage of a message: its `input_tokens` leave the cached ones out, OpenTelemetry's take them in."""
    body = record(usage)
    told = {**attributes(body, _ANTHROPIC), **_details(body, "output_tokens_details", _OUTPUT_DETAILS)}
    uncached = count(body.get("input_tokens"))
    if uncached is not None:
        told[_INPUT] = uncached + sum(count(told.get(name)) or 0 for name in (_CACHED, _WRITTEN))
    return told


def _details(usage: JSONObject, key: str, rows: tuple[Row, ...]) -> JSONObject:
    return attributes(record(usage.get(key)), rows)
