"""OpenAI's Response objects repeat what was asked: its request, but for the input and what nobody gave."""

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import MESSAGES, SYSTEM, TOOLS

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
    "text": ({"format": {"type": "text"}}, {"format": {"type": "text"}, "verbosity": "medium"}),
    "reasoning": ({"effort": None, "summary": None}, {"effort": None}, {}),
    "metadata": ({},),
    "tools": ([],),
    "top_logprobs": (0,),
}
"""What the API fills in where nobody gave it: nobody can tell one from the other, so it is not told."""


def unechoed(asked: ModelRequest) -> frozenset[str]:
    """Return what an answer does not repeat: nobody gave it, or the server repeats nothing, as OpenAI's does."""
    words = {SYSTEM: asked.system, TOOLS: asked.tools, MESSAGES: asked.messages}
    return frozenset(word for word, told in words.items() if not told)


def echoed_request(response: JSONObject, given: JSON) -> JSONObject:
    """Return the request that a Response was the answer to, with the input that was kept beside it."""
    body: JSONObject = {}
    for name in _ECHOED:
        value = response.get(name)
        if value is not None and value not in _DEFAULTS.get(name, ()):
            body[name] = value
    return {**body, "input": given}
