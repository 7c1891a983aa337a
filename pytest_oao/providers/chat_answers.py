"""A chat completion's answer ⇄ one of no provider's."""

from dataclasses import replace

from pytest_oao.model.conversations import FILTERED, LENGTH, STOP, TOOL_CALL, Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import tokens
from pytest_oao.providers.answer_extras import own_extra, shared_extra
from pytest_oao.providers.chat_content import API
from pytest_oao.providers.chat_turns import is_former, parts_of, spoken
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.minted_ids import mint, turn_of
from pytest_oao.providers.native_parts import CHOICE, MESSAGE, kept_fields, native_part, of_type
from pytest_oao.providers.residues import laid_over, residue
from pytest_oao.providers.stop_reasons import native_reason, neutral_reason

_REASONS = {STOP: "stop", LENGTH: "length", TOOL_CALL: "tool_calls", FILTERED: "content_filter"}
_STRUCTURE = frozenset({"choices", "object"})
_NOBODY = ModelRequest()


def read_answer(native: JSONObject) -> ModelResponse:
    """Return what a completion says."""
    answer = ModelResponse(
        id=text(native.get("id")),
        model=text(native.get("model")),
        choices=tuple(_read_choice(choice) for choice in records(native.get("choices"))),
        usage=tokens.usage(tokens.openai(native.get("usage"))),
        extra={"api": API},
    )
    beside = {key: value for key, value in native.items() if key not in _STRUCTURE and (value or key != "usage")}
    return replace(answer, extra={"api": API, **residue(beside, write_answer(answer, _NOBODY))})


def write_answer(answer: ModelResponse, asked: ModelRequest) -> JSONObject:
    """Return the completion; tokens that nobody counted are told as none, for agents read them wherever they ask."""
    choices: list[JSON] = [_write_choice(index, choice, asked) for index, choice in enumerate(answer.choices)]
    rebuilt: JSONObject = {
        "id": answer.id or mint("chatcmpl-", choices, turn_of(asked)),
        "object": "chat.completion",
        "created": 0,
        "model": answer.model or asked.model or "unknown",
        "choices": choices,
        "usage": _usage(answer.usage),
    }
    return laid_over(rebuilt, own_extra(answer, API) or shared_extra(answer, "created"))


def _read_choice(native: JSONObject) -> Message:
    said = record(native.get("message"))
    reason = text(native.get("finish_reason"))
    message = Message("assistant", tuple(parts_of(said)), neutral_reason(reason))
    rebuilt = _write_choice(0, message, _NOBODY)
    of_message = residue(said, record(rebuilt["message"]))
    left_out = {"message", "index"} | (set() if reason else {"finish_reason"})
    of_choice = residue({key: native[key] for key in native if key not in left_out}, rebuilt)
    kept = [native_part(kind, rest, API) for kind, rest in ((MESSAGE, of_message), (CHOICE, of_choice)) if rest]
    return replace(message, parts=(*message.parts, *kept))


def _write_choice(index: int, choice: Message, asked: ModelRequest) -> JSONObject:
    said = _message(index, choice, asked)
    calls = of_type(choice.parts, "tool_call")
    reason = native_reason(choice.finish_reason, _REASONS, calls=bool(calls))
    if reason == _REASONS[TOOL_CALL] and calls and all(map(is_former, calls)):
        reason = "function_call"
    written: JSONObject = {
        "index": index,
        "message": laid_over(said, kept_fields(choice.parts, MESSAGE, API)),
        "logprobs": None,
        "finish_reason": reason,
    }
    return laid_over(written, kept_fields(choice.parts, CHOICE, API))


def _message(index: int, choice: Message, asked: ModelRequest) -> JSONObject:
    """Return the message of a choice: its content is text, and a refusal has a place of its own."""
    said = [text(part.get("content")) for part in of_type(choice.parts, "text")]
    refused = [text(part.get("content")) for part in of_type(choice.parts, "refusal")]
    parts = [_with_id(part, at, index, asked) for at, part in enumerate(choice.parts)]
    beside = tuple(of_type(parts, "reasoning", "tool_call"))
    return {
        **spoken(Message("assistant", beside)),
        "content": "".join(said) if said else None,
        "refusal": "".join(refused) if refused else None,
        "annotations": [],
    }


def _with_id(part: JSONObject, at: int, index: int, asked: ModelRequest) -> JSONObject:
    if part.get("type") != "tool_call" or part.get("id") or is_former(part):
        return part
    return part | {"id": mint("call_", index, at, part.get("name"), part.get("arguments"), turn_of(asked))}


def _usage(usage: Usage) -> JSONObject:
    asked, said = usage.input_tokens or 0, usage.output_tokens or 0
    read = {"cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.cache_write_tokens}
    details: JSONObject = {key: value for key, value in read.items() if value is not None}
    thought: JSONObject = {} if usage.reasoning_tokens is None else {"reasoning_tokens": usage.reasoning_tokens}
    return {
        "prompt_tokens": asked,
        "completion_tokens": said,
        "total_tokens": asked + said,
        **({"prompt_tokens_details": details} if details else {}),
        **({"completion_tokens_details": thought} if thought else {}),
    }
