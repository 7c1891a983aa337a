"""The events of a streamed response, put together into the response."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text

_TEXTS = {
    "response.output_text.delta": "output_text",
    "response.refusal.delta": "refusal",
    "response.reasoning_text.delta": "reasoning_text",
    "response.reasoning_summary_text.delta": "summary_text",
}
_ARGUMENTS = {
    "response.function_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
}


@dataclass(slots=True)
class _Item:
    """An output item while its deltas come in."""

    item: JSONObject
    parts: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    """(type, index) of a part of its content or summary → its deltas."""
    asked: dict[str, list[str]] = field(default_factory=dict)

    def add(self, event: JSONObject) -> None:
        kind, delta = text(event.get("type")), text(event.get("delta"))
        if kind in _ARGUMENTS:
            self.asked.setdefault(_ARGUMENTS[kind], []).append(delta)
        else:
            index = event.get("summary_index", event.get("content_index"))
            self.parts.setdefault((_TEXTS[kind], index if isinstance(index, int) else 0), []).append(delta)

    def whole(self) -> JSONObject:
        """Return what is known of an item whose end did not come."""
        content: list[JSON] = []
        summary: list[JSON] = []
        for (kind, _), deltas in sorted(self.parts.items()):
            key = "refusal" if kind == "refusal" else "text"
            (summary if kind == "summary_text" else content).append({"type": kind, key: "".join(deltas)})
        asked: JSONObject = {key: "".join(deltas) for key, deltas in self.asked.items()}
        return self.item | ({"content": content} if content else {}) | ({"summary": summary} if summary else {}) | asked


def fold(events: Iterable[JSONObject]) -> JSONObject:
    """Return the response that the events make.

    The last event carries it whole; a stream that was cut, or a server that leaves `output` empty there (Codex), has
    told its items on the way.
    """
    response: JSONObject = {}
    items: dict[int, _Item] = {}
    for event in events:
        kind, index = text(event.get("type")), event.get("output_index")
        if isinstance(carried := event.get("response"), dict):
            response |= carried
        elif kind == "error":
            response["error"] = record(event.get("error")) or event
        elif isinstance(index, int):
            _take(items, index, event)
    if not response.get("output"):
        response["output"] = [item.whole() for _, item in sorted(items.items())]
    return response


def _take(items: dict[int, _Item], index: int, event: JSONObject) -> None:
    kind = text(event.get("type"))
    if kind in {"response.output_item.added", "response.output_item.done"}:
        items[index] = _Item(record(event.get("item")))
    elif kind in _TEXTS or kind in _ARGUMENTS:
        items.setdefault(index, _Item({})).add(event)
