"""The chunks of a streamed chat completion, put together into the completion."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.chat_messages import said
from pytest_oao.providers.fields import count, json_text, record, records, text

_FIRST_TOLD = ("id", "model", "error")
"""Azure's first chunk has an empty id and model."""


@dataclass(slots=True)
class _Tool:
    """A tool call while its pieces come in."""

    id: str = ""
    kind: str = "function"
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def add(self, piece: JSONObject) -> None:
        self.id = self.id or text(piece.get("id"))
        for kind, key in (("function", "arguments"), ("custom", "input")):
            if tool := record(piece.get(kind)):
                self.kind = kind
                self.name = self.name or text(tool.get("name"))
                self.arguments.append(_piece(tool.get(key)))

    def whole(self) -> JSONObject:
        key = "arguments" if self.kind == "function" else "input"
        return {"id": self.id, self.kind: {"name": self.name, key: "".join(self.arguments)}}


def _piece(value: JSON) -> str:
    """Return a piece of arguments as it came: half a character may end it."""
    return value if isinstance(value, str) else json_text(value)


@dataclass(slots=True)
class _Choice:
    """A choice while its deltas come in."""

    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    tools: list[_Tool] = field(default_factory=list)
    newest: dict[int, _Tool] = field(default_factory=dict)
    """Index → the call that its pieces go to."""
    former: _Tool | None = None
    finish_reason: JSON = None

    def add(self, choice: JSONObject) -> None:
        delta = record(choice.get("delta"))
        spoken = said(delta)
        self.content.append(spoken.text or text(choice.get("text")))
        self.reasoning.append(spoken.reasoning)
        for piece in records(delta.get("tool_calls")):
            self._tool(piece).add(piece)
        if former := record(delta.get("function_call")):
            self.former = self.former or _Tool()
            self.former.add({"function": former})
        self.finish_reason = choice.get("finish_reason") or self.finish_reason

    def _tool(self, piece: JSONObject) -> _Tool:
        """Return the call that a piece belongs to, which may be a new one.

        The index says it, but some gateways leave it out, and Gemini's numbers every call 0 and sends each at once.
        """
        index, ident = count(piece.get("index")), text(piece.get("id"))
        at = len(self.tools) - 1 if index is None else index
        tool = self.newest.get(at)
        if tool is None or (ident and tool.id and ident != tool.id):
            tool = _Tool()
            self.tools.append(tool)
            self.newest[len(self.tools) - 1 if index is None else index] = tool
        return tool

    def whole(self, index: int) -> JSONObject:
        content = "".join(self.content)
        message: JSONObject = {
            "content": content,
            "reasoning_content": "".join(self.reasoning),
            "tool_calls": [tool.whole() for tool in self.tools],
            "function_call": self.former.whole()["function"] if self.former else None,
        }
        return {"index": index, "message": message, "text": content, "finish_reason": self.finish_reason}


def fold(chunks: Iterable[JSONObject]) -> JSONObject:
    """Return the completion that the chunks make, chat or plain text; usage comes last, or with each chunk anew."""
    whole: JSONObject = {}
    choices: dict[int, _Choice] = {}
    for chunk in chunks:
        whole |= {key: chunk[key] for key in _FIRST_TOLD if chunk.get(key) and key not in whole}
        whole["usage"] = chunk.get("usage") or record(chunk.get("x_groq")).get("usage") or whole.get("usage")
        for choice in records(chunk.get("choices")):
            index = choice.get("index")
            choices.setdefault(index if isinstance(index, int) else 0, _Choice()).add(choice)
    whole["choices"] = [choice.whole(index) for index, choice in sorted(choices.items())]
    return whole
