"""Ids of tool calls that one instrumentation tells in two ways: an answer is given those of the next request.

Traceloop names a call of the Responses API by its item in the answer (`fc_1`), and by its call in the request after it
(`call_1`). LangChain's spans tell a tool with one argument by its value alone; the answer that asked for it has the
argument's name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pytest_oao.importers.observations import ObservedCall, ToolUse
from pytest_oao.importers.quoted_results import Conversations
from pytest_oao.importers.views import asked_tools, asks_a_model, quoted_results, request_of
from pytest_oao.model.conversations import Message, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import ARGUMENT_NAMES, CALL_IDS
from pytest_oao.providers.fields import record, text

_ITEM = "fc_"


def with_call_ids(calls: Sequence[ObservedCall]) -> list[ObservedCall]:
    """Return the calls, the ids of tool calls mended, and the arguments of tools named where an answer has them."""
    in_order = sorted((one for one in calls if asks_a_model(one)), key=lambda one: one.started_at)
    mended = {one.id: _mended(one, in_order[at + 1 :]) for at, one in enumerate(in_order) if _items(one)}
    found = [mended.get(one.id, one) for one in calls]
    asked = {text(part.get("id")): part for one in found if asks_a_model(one) for part in asked_tools(one)}
    return [_named(one, asked) for one in found]


def _items(one: ObservedCall) -> bool:
    return isinstance(one.came, ModelResponse) and any(
        text(part.get("id")).startswith(_ITEM) for part in asked_tools(one)
    )


def _mended(one: ObservedCall, later: Iterable[ObservedCall]) -> ObservedCall:
    """Return an answer whose calls have the ids that a later request quotes for the same names and arguments."""
    came = one.came
    assert isinstance(came, ModelResponse)
    wanted = asked_tools(one)
    for other in later:
        ids = _ids(wanted, other)
        if ids:
            choices = tuple(_renamed(choice, ids) for choice in came.choices)
            return replace(one, came=replace(came, choices=choices), inferred=one.inferred | {CALL_IDS})
    return replace(one, lacked=one.lacked | {CALL_IDS})


def _ids(wanted: Sequence[JSONObject], other: ObservedCall) -> dict[str, str]:
    """Return the ids by which a request quotes calls; empty where it does not quote them all."""
    request = request_of(other)
    results = {name for name, _ in quoted_results(other, Conversations())}
    parts = [part for message in (request.messages if request else ()) for part in message.parts]
    free = [part for part in parts if part.get("type") == "tool_call" and text(part.get("id")) in results]
    found: dict[str, str] = {}
    for want in wanted:
        fits = next((part for part in free if _same(want, part)), None)
        if fits is None:
            return {}
        free.remove(fits)
        found[text(want.get("id"))] = text(fits.get("id"))
    return found


def _same(want: JSONObject, part: JSONObject) -> bool:
    return (want.get("name"), want.get("arguments")) == (part.get("name"), part.get("arguments"))


def _renamed(choice: Message, ids: dict[str, str]) -> Message:
    return replace(choice, parts=tuple(_part(part, ids) for part in choice.parts))


def _part(part: JSONObject, ids: dict[str, str]) -> JSONObject:
    name = text(part.get("id"))
    return {**part, "id": ids[name], "item_id": name} if part.get("type") == "tool_call" and name in ids else part


def _named(one: ObservedCall, asked: dict[str, JSONObject]) -> ObservedCall:
    """Return a tool whose arguments are those that it was asked for with, where its span has values alone."""
    tool = one.asked
    if not isinstance(tool, ToolUse) or isinstance(tool.arguments, dict) or tool.call_id not in asked:
        return one
    arguments: JSON = asked[tool.call_id].get("arguments")
    if not record(arguments):
        return one
    named = replace(tool, arguments=arguments)
    return replace(one, asked=named, inferred=one.inferred | {ARGUMENT_NAMES}, lacked=one.lacked - {ARGUMENT_NAMES})
