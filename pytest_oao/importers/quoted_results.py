"""The results of tools that a request quotes: what it repeats of the request before it is not read again."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_oao.importers.tool_parts import RESULTS
from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Codec
from pytest_oao.providers.fields import text

_LISTS = ("messages", "input")
"""Fields whose items are read one by one: no meaning of one depends on another."""
_REMEMBERED = 256

Results = dict[str, tuple[JSONObject, ...]]
"""By the id of the tool call: more than one where a model counts its calls anew in each turn."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a conversation quotes up to one of its items."""

    item: JSON
    """The very object: as long as it is held, no other has its `id()`."""
    at: int
    results: Results


class Conversations:
    """Conversations that were read, by the last items that they had."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, _Known] = OrderedDict()

    def results(self, body: JSONObject, codec: Codec) -> Results:
        """Return the results that a request quotes, by the ids of the tool calls."""
        key = next((name for name in _LISTS if isinstance(body.get(name), list)), "")
        items = body.get(key)
        if not isinstance(items, list) or not items:
            return results_of(codec.read_request(body))
        known, at = self._before(items)
        found = _joined(known, _results(body, key, items[at:], codec)) if at < len(items) else known
        if isinstance(items[-1], dict):  # texts and numbers may be the same object in two conversations
            self._remember(_Known(items[-1], len(items) - 1, found))
        return found

    def _before(self, items: list[JSON]) -> tuple[Results, int]:
        """Return what is known of the longest beginning, and how long that is."""
        for at in range(len(items) - 1, -1, -1):
            known = self._known.get(id(items[at]))
            if known is not None and known.item is items[at] and known.at == at:
                return known.results, at + 1
        return {}, 0

    def _remember(self, known: _Known) -> None:
        self._known[id(known.item)] = known
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def _results(body: JSONObject, key: str, items: list[JSON], codec: Codec) -> Results:
    """Return what some of a request's items quote."""
    read = RESULTS.get(codec.api)
    if read is None:
        return results_of(codec.read_request({"model": body.get("model"), key: items}))
    return _by_id(read(items))


def results_of(request: ModelRequest) -> Results:
    """Return the results of tools in a request."""
    return _by_id(part for message in request.messages for part in message.parts)


def _by_id(parts: Iterable[JSONObject]) -> Results:
    found: Results = {}
    for part in parts:
        if part.get("type") == "tool_call_response":
            name = text(part.get("id"))
            found[name] = (*found.get(name, ()), part)
    return found


def _joined(known: Results, more: Results) -> Results:
    return {**known, **{name: (*known.get(name, ()), *parts) for name, parts in more.items()}}
