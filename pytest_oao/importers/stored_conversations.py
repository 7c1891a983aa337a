"""The items of a conversation that OpenAI stores → the model calls that they came of: who was asked what is rebuilt."""

from collections.abc import Iterator

from pytest_oao.importers.apis_by_shape import is_items
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import ObservedCall
from pytest_oao.importers.stored_responses import in_order
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told
from pytest_oao.model import provenance
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_LACKED = frozenset(
    {
        *(provenance.MODEL, provenance.SYSTEM, provenance.TOOLS, provenance.PARAMETERS, provenance.TOOL_CHOICE),
        *(provenance.RESPONSE_FORMAT, provenance.STREAM, provenance.RESPONSE_ID, provenance.USAGE, provenance.TIMING),
        *(provenance.EARLIER, provenance.FINISH_REASON),
    }
)
"""What a conversation does not tell of its calls; what went before is kept by the service, and was not sent again."""


def is_conversation(value: JSON) -> bool:
    """Whether a value is a conversation with its items, or the list of them."""
    told = record(value)
    if told.get("object") == "conversation":
        return isinstance(told.get("items"), list | dict)
    return told.get("object") == "list" and is_items(told.get("data"))


def conversation_id(value: JSON) -> str:
    """Return its id, where it is told."""
    told = record(value)
    return text(told.get("id")) if told.get("object") == "conversation" else ""


def calls_of(part: Part) -> Iterator[ObservedCall]:
    """Yield a call for what a model said at a stretch; what was said before it is what it was asked."""
    value = record(part.json())
    held = value.get("items") if value.get("object") == "conversation" else value
    items = records(in_order(held)) if isinstance(held, dict) else records(held)
    start = 0
    for end in range(1, len(items) + 1):
        if _is_models(items[end - 1]) and (end == len(items) or not _is_models(items[end])):
            first = next(at for at in range(start, end) if _is_models(items[at]))
            yield _call(part, items, first, end)
            start = end


def _is_models(item: JSONObject) -> bool:
    """Whether the model made an item: what it said, thought, or asked for."""
    kind = text(item.get("type"))
    return item.get("role") == "assistant" or kind == "reasoning" or kind.endswith("_call")


def _call(part: Part, items: list[JSONObject], first: int, end: int) -> ObservedCall:
    name = text(items[first].get("id")) or str(first)
    return ObservedCall(
        id=f"{name} {first}",
        where=f"{part.where}: items[{first}]",
        asked=request_told({"input": [*items[:first]], "model": ""}),
        came=answer_told({"object": "response", "output": [*items[first:end]]}),
        order=(first,),
        lacked=_LACKED,
        inferred=frozenset({provenance.MESSAGES}),
        original=part.json() if end == len(items) or not any(map(_is_models, items[end:])) else None,
    )
