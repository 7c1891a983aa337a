"""The events of a streamed answer of Cohere's chat, put together into the answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text

_SAID = ("text", "thinking")


@dataclass(slots=True)
class _Message:
    """A message while its pieces come in."""

    said: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in _SAID})
    plan: list[str] = field(default_factory=list)
    tools: dict[int, tuple[JSONObject, list[str]]] = field(default_factory=dict)
    """Index → a tool call as it began, and the pieces of its arguments."""

    def add(self, piece: JSONObject, index: int) -> None:
        self.plan.append(text(piece.get("tool_plan")))
        for kind in _SAID:
            self.said[kind].append(text(record(piece.get("content")).get(kind)))
        if asked := record(piece.get("tool_calls")):
            _, arguments = self.tools.setdefault(index, (asked, []))
            arguments.append(text(record(asked.get("function")).get("arguments")))

    def whole(self) -> JSONObject:
        content: list[JSON] = [{"type": kind, kind: "".join(self.said[kind])} for kind in _SAID]
        asked: list[JSON] = [_tool(*found) for _, found in sorted(self.tools.items())]
        return {"content": content, "tool_plan": "".join(self.plan), "tool_calls": asked}


def _tool(begun: JSONObject, arguments: list[str]) -> JSONObject:
    function = record(begun.get("function")) | {"arguments": "".join(arguments)}
    return {"id": begun.get("id"), "function": function}


def fold(events: Iterable[JSONObject]) -> JSONObject:
    """Return the answer that the events make."""
    answer: JSONObject = {}
    message = _Message()
    for event in events:
        delta, index = record(event.get("delta")), event.get("index")
        if event.get("type") == "message-start":
            answer["id"] = event.get("id")
        elif event.get("type") == "message-end":
            answer |= delta
        message.add(record(delta.get("message")), index if isinstance(index, int) else 0)
    return answer | {"message": message.whole()}
