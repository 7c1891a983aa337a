"""An answer of OpenAI's Responses ⇄ one of no provider's."""

from collections.abc import Iterator
from dataclasses import replace

from pytest_oao.model.conversations import FILTERED, LENGTH, STOP, TOOL_CALL, Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import tokens
from pytest_oao.providers.answer_extras import own_extra, shared_extra
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.minted_ids import mint, turn_of
from pytest_oao.providers.native_parts import of_type
from pytest_oao.providers.residues import laid_over, residue
from pytest_oao.providers.responses_content import API
from pytest_oao.providers.responses_echoes import DEFAULTS, OF_THE_CALLER, echoed
from pytest_oao.providers.responses_items import read_items, write_items
from pytest_oao.providers.stop_reasons import neutral_reason

_INCOMPLETE = {LENGTH: "max_output_tokens", FILTERED: "content_filter"}
_UNFINISHED = frozenset({"failed", "cancelled", "in_progress", "queued"})
_PREFIXES = {
    "message": "msg_",
    "function_call": "fc_",
    "custom_tool_call": "ctc_",
    "reasoning": "rs_",
    "web_search_call": "ws_",
    "local_shell_call": "lsh_",
}
_STRUCTURE = frozenset({"object", "output"})
_NOBODY = ModelRequest()


def read_answer(native: JSONObject) -> ModelResponse:
    """Return what a response says."""
    parts = tuple(
        part for message in read_items(map(_plainer, records(native.get("output")))) for part in message.parts
    )
    answer = ModelResponse(
        id=text(native.get("id")),
        model=text(native.get("model")),
        choices=(Message("assistant", parts, _reason(native, parts)),),
        usage=tokens.usage(tokens.openai(native.get("usage"))),
        extra={"api": API},
    )
    beside = {key: value for key, value in native.items() if key not in _STRUCTURE and (value or key != "usage")}
    return replace(answer, extra={"api": API, **residue(beside, write_answer(answer, _NOBODY))})


def write_answer(answer: ModelResponse, asked: ModelRequest) -> JSONObject:
    """Return the response, which repeats what the live request asks."""
    choice = answer.choices[0] if answer.choices else Message("assistant")
    output: list[JSON] = [*_output(choice, asked)]
    reason = neutral_reason(choice.finish_reason)
    status = reason if reason in _UNFINISHED else "incomplete" if reason in _INCOMPLETE else "completed"
    rebuilt: JSONObject = {
        "id": answer.id or mint("resp_", output, turn_of(asked)),
        "object": "response",
        "created_at": 0,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": _INCOMPLETE[reason]} if status == "incomplete" else None,
        "model": answer.model or asked.model or "unknown",
        "output": output,
        **DEFAULTS,
        "usage": None if status in _UNFINISHED and answer.usage == Usage() else _usage(answer.usage),
    }
    recorded = own_extra(answer, API) or shared_extra(answer, "created_at")
    if asked.api:
        recorded = {key: value for key, value in recorded.items() if key not in OF_THE_CALLER}
    return laid_over(rebuilt, recorded) | echoed(asked)


def _reason(native: JSONObject, parts: tuple[JSONObject, ...]) -> str:
    status = text(native.get("status"))
    if status == "incomplete":
        return neutral_reason(text(record(native.get("incomplete_details")).get("reason")) or "length")
    if status in _UNFINISHED:
        return status
    return TOOL_CALL if of_type(parts, "tool_call") else STOP


def _plainer(item: JSONObject) -> JSONObject:
    """Return an item of an answer without what every text in an answer has."""
    content = item.get("content")
    if item.get("type") != "message" or not isinstance(content, list):
        return item
    return item | {"content": [_without_empty(one) for one in content]}


def _without_empty(item: JSON) -> JSON:
    return {k: v for k, v in item.items() if k != "logprobs" or v} if isinstance(item, dict) else item


def _output(choice: Message, asked: ModelRequest) -> Iterator[JSONObject]:
    """Yield the items of an answer, each with an id; what has no place in this API's answers is left out."""
    turn = turn_of(asked)
    parts = tuple(_with_id(part, at, turn) for at, part in enumerate(choice.parts))
    for at, item in enumerate(write_items(Message("assistant", parts))):
        kind = text(item.get("type")) or "message"
        prefix = _PREFIXES.get(kind, "item_")
        named = item if item.get("id") else {**item, "id": mint(prefix, at, item, turn)}
        yield _message(named) if kind == "message" else _called(named) if kind == "function_call" else named


def _with_id(part: JSONObject, at: int, turn: list[JSON]) -> JSONObject:
    if part.get("type") != "tool_call" or part.get("id"):
        return part
    return part | {"id": mint("call_", at, part.get("name"), part.get("arguments"), turn)}


def _message(item: JSONObject) -> JSONObject:
    content = item.get("content")
    if isinstance(content, str):
        content = [{"type": "output_text", "text": content, "annotations": []}]
    told: list[JSON] = [
        {"logprobs": [], "annotations": [], **one} if one.get("type") == "output_text" else one
        for one in records(content)
    ]
    return {"type": "message", "status": "completed", **item, "content": told}


def _called(item: JSONObject) -> JSONObject:
    return {"status": "completed", **item}


def _usage(usage: Usage) -> JSONObject:
    """Return the tokens; that none are told apart as cached is told too, for the models want a number."""
    asked, said = usage.input_tokens or 0, usage.output_tokens or 0
    read: JSONObject = {"cached_tokens": usage.cached_tokens or 0, "cache_write_tokens": usage.cache_write_tokens or 0}
    return {
        "input_tokens": asked,
        "input_tokens_details": read,
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens or 0},
        "total_tokens": asked + said,
    }
