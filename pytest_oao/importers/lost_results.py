"""What tools returned whose records have nothing of it, though the model's next request quotes something.

Langfuse keeps `{}` of the tools of Google's ADK, whatever they returned.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pytest_oao.importers.observations import ObservedCall, ToolUse, Value
from pytest_oao.importers.tool_mentions import ToolMentions
from pytest_oao.importers.views import asks_a_model
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import RESULT, RESULT_TYPES
from pytest_oao.providers.fields import text

_NOTHING = frozenset({"", "null", "None", "{}", "[]"})
_SILENT: tuple[JSON, ...] = (None, {}, "null", "None", "{}")
"""What stands where a result was not kept; an empty text or list is one, which agents put in words of their own."""


def quoted_end(part: JSONObject) -> Value | Raised:
    """Return how a tool ended, of the part of a request that quotes it."""
    said = part.get("response", part.get("result"))
    if part.get("is_error") is True:
        return Raised("ToolError", said if isinstance(said, str) else str(said))
    return Value(said)


def found_results(
    calls: Sequence[ObservedCall], quoted: Mapping[str, Sequence[JSONObject]], mentions: ToolMentions
) -> dict[str, ObservedCall]:
    """Return the tools whose records have no result, by their ids, with what requests quote; `quoted` is by call id."""
    ran = sorted((one for one in calls if isinstance(one.asked, ToolUse)), key=lambda one: one.started_at)
    if not any(map(_is_silent, ran)):
        return {}
    nameless = [one for one in ran if _call_id(one) not in quoted]
    pairs = (*_by_id(ran, quoted), *_by_name(nameless, calls, mentions))
    return {
        one.id: replace(
            one, came=quoted_end(part), inferred=one.inferred | {RESULT}, lacked=one.lacked | {RESULT_TYPES}
        )
        for one, part in pairs
        if _is_silent(one) and not _is_empty(part.get("response", part.get("result")))
    }


def _call_id(one: ObservedCall) -> str:
    return one.asked.call_id if isinstance(one.asked, ToolUse) else ""


def _name(one: ObservedCall) -> str:
    return one.asked.name if isinstance(one.asked, ToolUse) else ""


def _is_silent(one: ObservedCall) -> bool:
    """Whether a record says that a tool returned, and not what."""
    return isinstance(one.came, Value) and one.came.value in _SILENT


def _is_empty(value: JSON) -> bool:
    """Whether a value says nothing: in itself, or in all that it holds but what type it is of."""
    if isinstance(value, dict):
        return all(_is_empty(item) for name, item in value.items() if name != "type")
    if isinstance(value, list):
        return all(map(_is_empty, value))
    return value is None or (isinstance(value, str) and value.strip() in _NOTHING)


def _by_id(
    ran: Sequence[ObservedCall], quoted: Mapping[str, Sequence[JSONObject]]
) -> Iterator[tuple[ObservedCall, JSONObject]]:
    """Yield each tool with its result: the second run of an id has the second result of it."""
    times: Counter[str] = Counter()
    for one in ran:
        name = _call_id(one)
        parts = quoted.get(name, ()) if name else ()
        if times[name] < len(parts):
            yield one, parts[times[name]]
        times[name] += 1


def _by_name(
    ran: Sequence[ObservedCall], calls: Sequence[ObservedCall], mentions: ToolMentions
) -> Iterator[tuple[ObservedCall, JSONObject]]:
    """Yield the same of results without ids: where a request quotes as many of a name as had run by then.

    What the first request of all quotes is of an earlier run.
    """
    models = sorted(filter(asks_a_model, calls), key=lambda one: one.started_at)
    before = Counter(name for first in models[:1] for name, _ in _without_ids(first, mentions))
    for request in models:
        told: dict[str, list[JSONObject]] = defaultdict(list)
        for name, part in _without_ids(request, mentions):
            told[name].append(part)
        for name, parts in told.items():
            over = [one for one in ran if _name(one) == name and one.ended_at <= request.started_at]
            if len(over) == len(parts) - before[name]:
                yield from zip(over, parts[before[name] :], strict=True)


def _without_ids(request: ObservedCall, mentions: ToolMentions) -> Iterator[tuple[str, JSONObject]]:
    return ((text(part.get("name")), part) for name, part in mentions.quoted_results(request) if not name)
