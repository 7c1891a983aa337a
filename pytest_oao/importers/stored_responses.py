"""Stored answers of OpenAI's Responses API, by their ids: what a trace that only names them is joined with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pytest_oao.importers.foreign import Part
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_INPUTS = ("input", "input_items")
_CALLS, _OUTPUTS = "_call", "_call_output"


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer, and what was given for it."""

    response: JSONObject
    given: JSON = None
    """None where it was not kept."""
    part: Part | None = None


def is_response(value: JSON) -> bool:
    """Whether a value is an answer of the Responses API."""
    told = record(value)
    return told.get("object") == "response" and isinstance(told.get("id"), str)


def stored_in(part: Part) -> Iterator[Stored]:
    """Yield the answers that a record holds: itself, or one by one under their ids, each with its input or without."""
    value = part.json()
    if is_response(value):
        yield _of(record(value), record(value), part)
        return
    for name, item in record(value).items():
        held = record(item)
        response = item if is_response(item) else held.get("response")
        if is_response(response):
            yield _of(record(response), held, part[name])


def index_of(parts: Iterable[Part]) -> Mapping[str, Stored]:
    """Return all answers by their ids."""
    return {text(one.response["id"]): one for part in parts for one in stored_in(part)}


def _of(response: JSONObject, holder: JSONObject, part: Part) -> Stored:
    given = next((holder[name] for name in _INPUTS if holder.get(name) is not None), None)
    if isinstance(given, dict):
        given = in_order(given)
    return Stored({key: item for key, item in response.items() if key not in _INPUTS}, given, part)


def in_order(listed: JSONObject) -> list[JSON]:
    """Return the items of a list as the API gives it, the newest first unless their order shows otherwise."""
    items: list[JSON] = [*records(listed.get("data"))]
    return items if _is_in_order(records(items)) else items[::-1]


def _is_in_order(items: list[JSONObject]) -> bool:
    """Whether what tools were asked stands before what they returned, or else what was said last is the user's."""
    seen: set[str] = set()
    for item in items:
        kind, name = text(item.get("type")), text(item.get("call_id"))
        if kind.endswith(_OUTPUTS):
            return name in seen
        if kind.endswith(_CALLS):
            seen.add(name)
    asked = [item.get("role") for item in items if text(item.get("role"))]
    return len(asked) > 1 and asked[0] in {"system", "developer"}
