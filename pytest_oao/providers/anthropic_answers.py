"""An answer of Anthropic's messages ⇄ one of no provider's."""

from dataclasses import replace

from pytest_oao.model.conversations import FILTERED, LENGTH, STOP, TOOL_CALL, Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers import tokens
from pytest_oao.providers.answer_extras import own_extra
from pytest_oao.providers.anthropic_blocks import API, read_blocks, write_blocks
from pytest_oao.providers.fields import records, text
from pytest_oao.providers.minted_ids import mint, turn_of
from pytest_oao.providers.native_parts import of_type
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.residues import laid_over, residue
from pytest_oao.providers.stop_reasons import native_reason, neutral_reason

_REASONS = {STOP: "end_turn", LENGTH: "max_tokens", TOOL_CALL: "tool_use", FILTERED: "refusal"}
_OTHER_REASONS = frozenset({"pause_turn", "model_context_window_exceeded", "compaction"})
_NOBODY = ModelRequest()


def read_answer(native: JSONObject) -> ModelResponse:
    """Return what a message says."""
    parts = tuple(read_blocks([_asked(block) for block in records(native.get("content"))]))
    reason = text(native.get("stop_reason"))
    answer = ModelResponse(
        id=text(native.get("id")),
        model=text(native.get("model")),
        choices=(Message("assistant", parts, neutral_reason(reason)),),
        usage=tokens.usage(tokens.anthropic(native.get("usage"))),
        extra={"api": API},
    )
    beside = {key: value for key, value in native.items() if key not in {"content", "role", "type"}}
    return replace(answer, extra={"api": API, **residue(beside, write_answer(answer, _NOBODY))})


def _asked(block: JSONObject) -> JSONObject:
    """Return a block with the input of a tool as an object: put together of a stream's pieces it is the JSON text."""
    if not isinstance(block.get("input"), str):
        return block
    value = loads(text(block["input"]) or "{}")
    return block | {"input": value} if isinstance(value, dict) else block


def write_answer(answer: ModelResponse, asked: ModelRequest) -> JSONObject:
    """Return the message."""
    choice = answer.choices[0] if answer.choices else Message("assistant")
    parts = [_with_id(part, at, asked) for at, part in enumerate(choice.parts)]
    calls = bool(of_type(parts, "tool_call"))
    content = write_blocks(parts)
    rebuilt: JSONObject = {
        "id": answer.id or mint("msg_", content, turn_of(asked)),
        "type": "message",
        "role": "assistant",
        "model": answer.model or asked.model or "unknown",
        "content": content,
        "stop_reason": native_reason(choice.finish_reason, _REASONS, _OTHER_REASONS, calls=calls),
        "stop_sequence": None,
        "usage": _usage(answer.usage),
    }
    return laid_over(rebuilt, own_extra(answer, API))


def _with_id(part: JSONObject, at: int, asked: ModelRequest) -> JSONObject:
    if part.get("type") != "tool_call" or part.get("id"):
        return part
    return part | {"id": mint("toolu_", at, part.get("name"), part.get("arguments"), turn_of(asked))}


def _usage(usage: Usage) -> JSONObject:
    """Return the tokens as Anthropic counts them: those of the cache apart from the input."""
    cached = {
        "cache_read_input_tokens": usage.cached_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
    }
    told: JSONObject = {key: value for key, value in cached.items() if value is not None}
    asked = (usage.input_tokens or 0) - sum(value or 0 for value in cached.values())
    thought: JSONObject = {"thinking_tokens": usage.reasoning_tokens}
    return {
        "input_tokens": max(asked, 0),
        **told,
        "output_tokens": usage.output_tokens or 0,
        **({} if usage.reasoning_tokens is None else {"output_tokens_details": thought}),
    }
