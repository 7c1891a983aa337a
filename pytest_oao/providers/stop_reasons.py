"""Why a model stopped, in OpenTelemetry's words and in its provider's."""

from collections.abc import Collection, Mapping

from pytest_oao.model.conversations import FILTERED, LENGTH, STOP, TOOL_CALL

_NEUTRAL = {
    STOP: ("stop", "end_turn", "stop_sequence", "completed", "complete", "eos", "end"),
    LENGTH: ("length", "max_tokens", "max_output_tokens", "model_length"),
    TOOL_CALL: ("tool_call", "tool_calls", "tool_use", "function_call"),
    FILTERED: ("content_filter", "content_filtered", "refusal", "safety", "blocklist", "prohibited_content"),
}
_BY_WORD = {word: neutral for neutral, words in _NEUTRAL.items() for word in words}


def neutral_reason(word: str) -> str:
    """Return OpenTelemetry's word for a provider's; a word of another kind as it is."""
    return _BY_WORD.get(word.lower().replace("-", "_"), word)


def native_reason(reason: str, names: Mapping[str, str], others: Collection[str] = (), *, calls: bool = False) -> str:
    """Return a provider's word: `names` by OpenTelemetry's, and `others` that only it has.

    A word of another provider, or none, is what the answer shows: that it calls tools, or that it ended.
    """
    neutral = neutral_reason(reason)
    if calls and neutral in {"", STOP}:
        neutral = TOOL_CALL
    if found := names.get(neutral):
        return found
    return reason if reason in others else names[TOOL_CALL if calls else STOP]
