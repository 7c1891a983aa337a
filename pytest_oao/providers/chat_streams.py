"""The chunks of a streamed chat completion, put together into the completion."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.chat_messages import said
from pytest_oao.providers.fields import count, json_text, record, records, text

_FIRST_TOLD = ("id", "model", "error")
"""Azure's first chunk has an empty id and model."""
_NOT_KEPT = frozenset({"object", "choices", "usage", "obfuscation", *_FIRST_TOLD})
_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")
_OF_CHOICE = frozenset({"index", "delta", "text", "logprobs"})
_OWN = frozenset({"role", "tool_calls", "function_call", "audio", *_TEXTS})


@dataclass(slots=True)
class _Tool:
    """A tool call while its pieces come in."""

    id: str = ""
    kind: str = "function"
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    beside: JSONObject = field(default_factory=dict)

    def add(self, piece: JSONObject) -> None:
        self.id = self.id or text(piece.get("id"))
        for kind, key in (("function", "arguments"), ("custom", "input")):
            if tool := record(piece.get(kind)):
                self.kind = kind
                self.name = self.name or text(tool.get("name"))
                self.arguments.append(_piece(tool.get(key)))
        self.beside |= {key: piece[key] for key in piece if key not in {"index", "id", "type", "function", "custom"}}

    def whole(self) -> JSONObject:
        key = "arguments" if self.kind == "function" else "input"
        asked: JSONObject = {"name": self.name, key: "".join(self.arguments)}
        return {"id": self.id, "type": self.kind, self.kind: asked, **self.beside}


def _piece(value: JSON) -> str:
    """Return a piece of arguments as it came: half a character may end it."""
    return value if isinstance(value, str) else json_text(value)


@dataclass(slots=True)
class _Sound:
    """A spoken answer while its pieces come in."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    beside: JSONObject = field(default_factory=dict)

    def add(self, piece: JSONObject) -> None:
        for key, value in piece.items():
            if key in {"data", "transcript"} and isinstance(value, str):
                self.texts.setdefault(key, []).append(value)
            else:
                self.beside[key] = value

    def whole(self) -> JSONObject:
        return self.beside | {key: "".join(pieces) for key, pieces in self.texts.items()}


@dataclass(slots=True)
class _Choice:
    """A choice while its deltas come in."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    tools: list[_Tool] = field(default_factory=list)
    newest: dict[int, _Tool] = field(default_factory=dict)
    """Index → the call that its pieces go to."""
    former: _Tool | None = None
    sound: _Sound | None = None
    message: JSONObject = field(default_factory=dict)
    """What else the deltas tell of the message."""
    beside: JSONObject = field(default_factory=dict)
    """What else the chunks tell of the choice."""

    def add(self, choice: JSONObject) -> None:
        delta = record(choice.get("delta"))
        self._say(delta if "delta" in choice else {"content": choice.get("text")})
        for piece in records(delta.get("tool_calls")):
            self._tool(piece).add(piece)
        if former := record(delta.get("function_call")):
            self.former = self.former or _Tool()
            self.former.add({"function": former})
        if audio := record(delta.get("audio")):
            self.sound = self.sound or _Sound()
            self.sound.add(audio)
        for key, value in choice.items():
            if key not in _OF_CHOICE and (value or key not in self.beside):
                self.beside[key] = value
        self._weigh(record(choice.get("logprobs")))

    def _say(self, delta: JSONObject) -> None:
        """Take the text of a delta; Mistral's is a list, of thoughts too."""
        listed = isinstance(delta.get("content"), list)
        spoken = said(delta) if listed else None
        told = {"content": spoken.text, "reasoning_content": spoken.reasoning} if spoken else delta
        for name in _TEXTS:
            if isinstance(piece := told.get(name), str):
                self.texts.setdefault(name, []).append(piece)
        self.message |= {key: value for key, value in delta.items() if key not in _OWN and value is not None}

    def _weigh(self, logprobs: JSONObject) -> None:
        """Take the probabilities of a chunk's tokens; text completions tell them otherwise, and are left alone."""
        if logprobs:
            kept = record(self.beside.get("logprobs"))
            self.beside["logprobs"] = {
                key: [*_listed(kept.get(key)), *value] if isinstance(value, list) else kept.get(key)
                for key, value in logprobs.items()
            }

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
        spoken: JSONObject = {name: "".join(pieces) for name, pieces in self.texts.items()}
        message: JSONObject = {"role": "assistant", "content": None, **spoken, **self.message}
        if self.tools:
            message["tool_calls"] = [tool.whole() for tool in self.tools]
        if self.former:
            message["function_call"] = self.former.whole()["function"]
        if self.sound:
            message["audio"] = self.sound.whole()
        return {"index": index, "message": message, "finish_reason": None, **self.beside}


def fold(chunks: Iterable[JSONObject]) -> JSONObject:
    """Return the completion that the chunks make, chat or plain text; usage comes last, or with each chunk anew."""
    whole: JSONObject = {"object": "chat.completion"}
    choices: dict[int, _Choice] = {}
    for chunk in chunks:
        whole |= {key: chunk[key] for key in _FIRST_TOLD if chunk.get(key) and key not in whole}
        whole |= {key: value for key, value in chunk.items() if key not in _NOT_KEPT and (value or key not in whole)}
        whole["usage"] = chunk.get("usage") or record(chunk.get("x_groq")).get("usage") or whole.get("usage")
        for choice in records(chunk.get("choices")):
            index = choice.get("index")
            choices.setdefault(index if isinstance(index, int) else 0, _Choice()).add(choice)
    whole["choices"] = [choice.whole(index) for index, choice in sorted(choices.items())]
    return whole


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
