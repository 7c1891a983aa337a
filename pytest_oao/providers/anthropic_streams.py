"""The events of a streamed message, put together into the message."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text

_DELTAS = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "thinking"),
    "input_json_delta": ("partial_json", "input"),
    "signature_delta": ("signature", "signature"),
}
"""Type of a delta → its field, and the field of the block that it continues."""


@dataclass(slots=True)
class _Block:
    """A content block while its deltas come in."""

    block: JSONObject
    pieces: dict[str, list[str]] = field(default_factory=dict)
    citations: list[JSON] = field(default_factory=list)

    def add(self, delta: JSONObject) -> None:
        source, target = _DELTAS.get(text(delta.get("type")), ("", ""))
        if piece := text(delta.get(source)):
            self.pieces.setdefault(target, [text(self.block.get(target))]).append(piece)
        if "citation" in delta:
            self.citations.append(delta["citation"])

    def whole(self) -> JSONObject:
        """Return the block; the input of a tool stays the JSON text that the model wrote."""
        cited: JSONObject = {"citations": self.citations} if self.citations else {}
        return self.block | cited | {target: "".join(pieces) for target, pieces in self.pieces.items()}


def fold(events: Iterable[JSONObject]) -> JSONObject:
    """Return the message that the events make."""
    message: JSONObject = {}
    blocks: dict[int, _Block] = {}
    for event in events:
        kind, index = event.get("type"), event.get("index")
        if kind == "message_start":
            message = _begun(record(event.get("message")))
        elif kind == "content_block_start" and isinstance(index, int):
            blocks[index] = _Block(record(event.get("content_block")))
        elif kind == "content_block_delta" and isinstance(index, int):
            blocks.setdefault(index, _Block({})).add(record(event.get("delta")))
        elif kind == "message_delta":
            message |= _told(record(event.get("delta")))
            message["usage"] = record(message.get("usage")) | _told(record(event.get("usage")))
        elif kind == "error":
            message["error"] = event.get("error")
    message["content"] = [block.whole() for _, block in sorted(blocks.items())]
    return message


def _begun(message: JSONObject) -> JSONObject:
    """Return the message as it starts; what it has put out by then is a guess that only its last delta replaces."""
    usage = {key: value for key, value in record(message.get("usage")).items() if key != "output_tokens"}
    return message | {"usage": usage}


def _told(delta: JSONObject) -> JSONObject:
    return {key: value for key, value in delta.items() if value is not None}
