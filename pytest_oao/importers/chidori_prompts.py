"""Chidori's prompts: the journal keeps the user's text and the answer; earlier turns of a tool loop follow from it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_oao.cassette.encodings import compact
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import ToldCall
from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import EARLIER, MESSAGES, SYSTEM, TOOL_CHOICE, TOOLS
from pytest_oao.providers.fields import count, json_text, record, records, text
from pytest_oao.providers.stop_reasons import neutral_reason

_LOOP = ("text", "model", "type", "tools", "max_turns", "max_tokens", "temperature")
"""Arguments that the prompts of one tool loop have in common."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """A prompt of a tool loop, and what was said before it."""

    prompt: Part
    place: int
    before: tuple[Message, ...]


class Prompts:
    """The prompts of a run, told in its order, each with the turns of its loop before it."""

    def __init__(self, calls: Sequence[Part]) -> None:
        self._calls = calls
        self._places = {id(call): at for at, call in enumerate(calls)}
        self._last: dict[str, _Turn] = {}

    def told(self, call: Part) -> ToldCall:
        """Return what a prompt asked and what came: of a conversation that its program built, the answer alone."""
        args = call["args"]
        before = self._before(call)
        lacked = {SYSTEM, TOOL_CHOICE} | ({TOOLS} if args["tools"].items() else set())
        if before is None or "text" not in args:
            lacked.add(MESSAGES)
            before = ()
        came = _came(call)
        inferred = frozenset({EARLIER}) if before else frozenset[str]()
        return ToldCall(_request(args, before), came, frozenset(lacked), inferred)

    def _before(self, call: Part) -> tuple[Message, ...] | None:
        """Return the turns before a prompt; None where the journal does not have all of them."""
        turn, loop, place = call["args"]["turn"].whole(0), _loop(call), self._places[id(call)]
        last = self._last.pop(loop, None)
        before: tuple[Message, ...] = ()
        if turn:
            if last is None or last.prompt["args"]["turn"].whole(0) != turn - 1:
                return None
            before = (*last.before, *_exchanged(last.prompt, self._calls[last.place + 1 : place]))
        self._last[loop] = _Turn(call, place, before)
        return before


def _loop(call: Part) -> str:
    """Return what the prompts of one tool loop have in common."""
    args = record(call["args"].json())
    return json.dumps([args.get(name) for name in _LOOP] + [call["parent_seq"].json()])


def _exchanged(prompt: Part, after: Iterable[Part]) -> Iterator[Message]:
    """Yield what the model said in a turn, and what the tools returned that it asked for, in its order."""
    result = record(prompt["result"].json())
    yield Message("assistant", tuple(_parts(result)))
    around = prompt["parent_seq"].value
    tools = (call for call in after if call["function"].value == "tool" and call["parent_seq"].value == around)
    told = [_result(one, call) for one, call in zip(records(result.get("toolCalls")), tools, strict=False)]
    if told:
        yield Message("tool", tuple(told))


def _result(asked: JSONObject, call: Part) -> JSONObject:
    """Return what the model was told of a tool's result, which is its JSON, or of its error."""
    failed: JSONObject = {"is_error": True} if "error" in call else {}
    said = call["error"].text() if failed else compact(call["result"].json()).decode()
    return {"type": "tool_call_response", "id": text(asked.get("id")), "response": said, **failed}


def _request(args: Part, before: Iterable[Message]) -> ModelRequest:
    fields = record(args.json())
    asked: JSONObject = {"type": "text", "content": text(fields.get("text"))}
    given = (Message("user", (asked,)),) if "text" in args else ()
    system = text(fields.get("system"))
    return ModelRequest(
        model=text(fields.get("model")),
        system=({"type": "text", "content": system},) if system else (),
        messages=(*given, *before),
        parameters={
            f"gen_ai.request.{name}": fields[name]
            for name in ("temperature", "max_tokens")
            if fields.get(name) is not None
        },
    )


def _came(call: Part) -> ModelResponse | ModelFailure:
    if "error" in call:
        return ModelFailure(message=call["error"].text())
    result = call["result"].json()
    usage = _usage(record(call["token_usage"].json()))
    if isinstance(result, dict):
        reason = neutral_reason(text(result.get("stopReason")))
        return ModelResponse(choices=(Message("assistant", tuple(_parts(result)), reason),), usage=usage)
    said: JSONObject = {"type": "text", "content": json_text(result)}
    return ModelResponse(choices=(Message("assistant", (said,)),), usage=usage)


def _usage(told: JSONObject) -> Usage:
    """Return the tokens: what went in is told without those of the cache."""
    fresh = count(told.get("input_tokens"))
    written, read = count(told.get("cache_creation_tokens")), count(told.get("cache_read_tokens"))
    whole = None if fresh is None else fresh + (written or 0) + (read or 0)
    return Usage(whole, count(told.get("output_tokens")), read, written)


def _parts(result: JSONObject) -> Iterator[JSONObject]:
    """Yield the blocks of an answer; early runtimes kept its text and its tool calls only."""
    blocks = records(result.get("blocks"))
    if not blocks:
        yield from _early(result)
    for one in blocks:
        if one.get("type") == "text":
            yield {"type": "text", "content": text(one.get("text"))}
        elif one.get("type") == "tool_use":
            yield _tool_call(one)
        else:
            yield {"type": text(one.get("type")) or "unknown", "provider_part": one}


def _early(result: JSONObject) -> Iterator[JSONObject]:
    if said := text(result.get("content")):
        yield {"type": "text", "content": said}
    yield from (_tool_call(one) for one in records(result.get("toolCalls")))


def _tool_call(one: JSONObject) -> JSONObject:
    return {
        "type": "tool_call",
        "id": text(one.get("id")),
        "name": text(one.get("name")),
        "arguments": one.get("input"),
    }
