"""The events of a streamed Converse answer, put together into the answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text


@dataclass(slots=True)
class _Block:
    """A content block while its deltas come in."""

    tool: JSONObject = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    input: list[str] = field(default_factory=list)

    def add(self, delta: JSONObject) -> None:
        self.text.append(text(delta.get("text")))
        self.reasoning.append(text(record(delta.get("reasoningContent")).get("text")))
        self.input.append(text(record(delta.get("toolUse")).get("input")))

    def whole(self) -> JSONObject:
        """Return the block; the input of a tool stays the JSON text that the model wrote."""
        if self.tool:
            return {"toolUse": self.tool | {"input": "".join(self.input)}}
        if reasoning := "".join(self.reasoning):
            return {"reasoningContent": {"reasoningText": {"text": reasoning}}}
        return {"text": "".join(self.text)}


def fold(events: Iterable[JSONObject]) -> JSONObject:
    """Return the answer that the events make."""
    answer: JSONObject = {}
    blocks: dict[int, _Block] = {}
    for event in events:
        kind, index = text(event.get("type")), event.get("contentBlockIndex")
        if kind == "contentBlockStart" and isinstance(index, int):
            blocks[index] = _Block(record(record(event.get("start")).get("toolUse")))
        elif kind == "contentBlockDelta" and isinstance(index, int):
            blocks.setdefault(index, _Block()).add(record(event.get("delta")))
        elif kind in {"messageStop", "metadata"}:
            answer |= {key: value for key, value in event.items() if key != "type"}
        elif kind == "error":
            answer["error"] = event.get("error")
    content: list[JSON] = [block.whole() for _, block in sorted(blocks.items())]
    return answer | {"output": {"message": {"role": "assistant", "content": content}}}
