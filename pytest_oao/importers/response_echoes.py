"""OpenAI's Response objects repeat what was asked: its request, but for the input and what nobody gave.

Instrumentations that see nothing but the answer tell what it repeats as what was asked.
"""

from pytest_oao.model.apis import RESPONSES
from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import (
    MESSAGES,
    MODEL,
    PARAMETERS,
    STREAM,
    STRICTNESS,
    SYSTEM,
    TOOL_CHOICE,
    TOOLS,
)

UNSEEN = frozenset({MODEL, PARAMETERS, TOOL_CHOICE, STREAM, STRICTNESS})
"""What cannot be told of a request by an answer that repeats it."""
_SEES_ANSWERS = "opentelemetry.instrumentation.openai_agents"
"""What OpenTelemetry and Traceloop both call theirs; OpenInference's writes the whole answer for the parameters."""

_ECHOED = (
    "instructions",
    "tools",
    "tool_choice",
    "temperature",
    "top_p",
    "max_output_tokens",
    "max_tool_calls",
    "parallel_tool_calls",
    "previous_response_id",
    "conversation",
    "prompt",
    "reasoning",
    "text",
    "truncation",
    "top_logprobs",
    "service_tier",
    "metadata",
    "model",
)
_DEFAULTS: dict[str, tuple[JSON, ...]] = {
    "temperature": (1, 1.0),
    "top_p": (1, 1.0, 0.98),
    "tool_choice": ("auto",),
    "parallel_tool_calls": (True,),
    "truncation": ("disabled",),
    "service_tier": ("default", "auto", "standard"),
    "frequency_penalty": (0, 0.0),
    "presence_penalty": (0, 0.0),
    "text": ({},),
    "reasoning": ({},),
    "metadata": ({},),
    "tools": ([],),
    "top_logprobs": (0,),
}
"""What the API fills in where nobody gave it: nobody can tell one from the other, so it is not told."""


_PARTS: dict[str, dict[str, tuple[JSON, ...]]] = {
    "text": {"format": ({"type": "text"},), "verbosity": ("medium",)},
    "reasoning": {"effort": ("medium", "none")},
}
"""The same of what stands in these."""


def is_answers(parameters: JSONObject) -> bool:
    """Whether parameters are the fields of an answer: no request has an id."""
    return "id" in parameters


def sees_answers(scope: str, api: str) -> bool:
    """Whether an instrumentation sees the answers of an API alone, and no request."""
    return scope == _SEES_ANSWERS and api == RESPONSES


def asked_for(told: JSONObject, prefix: str = "") -> JSONObject:
    """Return what an answer repeats, without what the API fills in; `prefix` is that of the names."""
    given = {name: _given(name.removeprefix(prefix), value) for name, value in told.items()}
    return {
        name: value
        for name, value in given.items()
        if value is not None and value not in _DEFAULTS.get(name.removeprefix(prefix), ())
    }


def unechoed(asked: ModelRequest) -> frozenset[str]:
    """Return what an answer does not repeat: nobody gave it, or the server repeats nothing, as OpenAI's does."""
    words = {SYSTEM: asked.system, TOOLS: asked.tools, MESSAGES: asked.messages}
    return frozenset(word for word, told in words.items() if not told)


def echoed_request(response: JSONObject, given: JSON) -> JSONObject:
    """Return the request that a Response was the answer to, with the input that was kept beside it."""
    told = {name: _said(response.get(name)) for name in _ECHOED}
    return {**asked_for(told), "input": given}


def _given(name: str, value: JSON) -> JSON:
    """Return a field without those of its own fields that the API fills in."""
    filled = _PARTS.get(name, {})
    if not filled or not isinstance(value, dict):
        return value
    return {part: item for part, item in value.items() if item not in filled.get(part, ())}


def _said(value: JSON) -> JSON:
    """Return a value without the nulls in its objects; a schema is the caller's own, and a list what it is."""
    if not isinstance(value, dict):
        return value
    return {name: item if name == "schema" else _said(item) for name, item in value.items() if item is not None}
