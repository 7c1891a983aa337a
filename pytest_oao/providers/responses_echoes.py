"""What a response repeats of its request."""

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record
from pytest_oao.providers.residues import laid_over
from pytest_oao.providers.responses_requests import write_request

DEFAULTS: JSONObject = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""What a response tells where its request says nothing of it."""
OF_THE_CALLER = frozenset(
    {
        *("instructions", "metadata", "previous_response_id", "conversation", "prompt", "tools", "user"),
        *("max_output_tokens", "max_tool_calls", "prompt_cache_key", "safety_identifier"),
    }
)
"""What a response tells only because its request does: never what a recorded one did."""
_ECHOED = (*DEFAULTS, *OF_THE_CALLER, "background", "service_tier", "top_logprobs")
_TOOL: JSONObject = {"description": None, "parameters": None, "strict": True}


def echoed(asked: ModelRequest) -> JSONObject:
    """Return what a response repeats of a live request."""
    native = write_request(asked)
    told = {key: native[key] for key in _ECHOED if native.get(key) is not None}
    return {key: _answered(key, value) for key, value in told.items() if (key, value) != ("service_tier", "auto")}


def _answered(key: str, value: JSON) -> JSON:
    """Return how a response tells what a request told."""
    if key == "tools" and isinstance(value, list):
        return [_TOOL | record(tool) if record(tool).get("type") == "function" else tool for tool in value]
    if key == "conversation" and isinstance(value, str):
        return {"id": value}
    default = DEFAULTS.get(key)
    return laid_over(default, value) if isinstance(default, dict) and isinstance(value, dict) else value
