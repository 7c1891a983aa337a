"""An answer of Gemini's content API ⇄ one of no provider's."""

from dataclasses import replace

from pytest_oao.model.conversations import FILTERED, LENGTH, STOP, TOOL_CALL, Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import tokens
from pytest_oao.providers.answer_extras import own_extra
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.gemini_parts import API, read_part, write_part
from pytest_oao.providers.minted_ids import mint, turn_of
from pytest_oao.providers.native_parts import CHOICE, MESSAGE, kept_fields, native_part, of_type
from pytest_oao.providers.residues import laid_over, residue
from pytest_oao.providers.stop_reasons import native_reason, neutral_reason

_REASONS = {STOP: "STOP", LENGTH: "MAX_TOKENS", TOOL_CALL: "STOP", FILTERED: "SAFETY"}
_OTHER_REASONS = frozenset(
    {
        *("FINISH_REASON_UNSPECIFIED", "RECITATION", "LANGUAGE", "OTHER", "SPII", "MALFORMED_FUNCTION_CALL"),
        *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE", "IMAGE_RECITATION"),
        *("UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE"),
    }
)
_USAGE = "usageMetadata"
_NOBODY = ModelRequest()


def read_answer(native: JSONObject) -> ModelResponse:
    """Return what an answer says."""
    answer = ModelResponse(
        id=text(native.get("responseId")),
        model=text(native.get("modelVersion")),
        choices=tuple(_read_candidate(one) for one in records(native.get("candidates"))),
        usage=tokens.usage(tokens.gemini(native.get(_USAGE))),
        extra={"api": API},
    )
    beside = {key: value for key, value in native.items() if key != "candidates" and (value or key != _USAGE)}
    return replace(answer, extra={"api": API, **residue(beside, write_answer(answer, _NOBODY))})


def write_answer(answer: ModelResponse, asked: ModelRequest) -> JSONObject:
    """Return the answer."""
    candidates: list[JSON] = [_write_candidate(index, one) for index, one in enumerate(answer.choices)]
    rebuilt: JSONObject = {
        **({"candidates": candidates} if candidates else {}),
        _USAGE: _usage(answer.usage),
        "modelVersion": answer.model or asked.model or "unknown",
        "responseId": answer.id or mint("", candidates, turn_of(asked)),
    }
    return laid_over(rebuilt, own_extra(answer, API))


def _read_candidate(native: JSONObject) -> Message:
    parts = tuple(read_part(part) for part in records(record(native.get("content")).get("parts")))
    reason = neutral_reason(text(native.get("finishReason")))
    if reason == STOP and of_type(parts, "tool_call"):
        reason = TOOL_CALL
    message = Message("assistant", parts, reason)
    told = {key: value for key, value in native.items() if key != "index" and (value or key != "finishReason")}
    rest = residue(told, _write_candidate(0, message))
    return replace(message, parts=(*parts, native_part(CHOICE, rest, API))) if rest else message


def _write_candidate(index: int, choice: Message) -> JSONObject:
    said = (write_part(part, {}) for part in choice.parts if text(part.get("type")) not in {CHOICE, MESSAGE})
    parts: list[JSON] = [part for part in said if part is not None]
    written: JSONObject = {
        **({"content": {"parts": parts, "role": "model"}} if parts else {}),
        "finishReason": native_reason(choice.finish_reason, _REASONS, _OTHER_REASONS),
        "index": index,
    }
    return laid_over(written, kept_fields(choice.parts, CHOICE, API))


def _usage(usage: Usage) -> JSONObject:
    """Return the tokens as Gemini counts them: what was thought apart from what was said."""
    asked, answered, thought = usage.input_tokens or 0, usage.output_tokens or 0, usage.reasoning_tokens
    cached: JSONObject = {} if usage.cached_tokens is None else {"cachedContentTokenCount": usage.cached_tokens}
    return {
        "promptTokenCount": asked,
        "candidatesTokenCount": max(answered - (thought or 0), 0),
        "totalTokenCount": asked + answered,
        **({} if thought is None else {"thoughtsTokenCount": thought}),
        **cached,
    }
