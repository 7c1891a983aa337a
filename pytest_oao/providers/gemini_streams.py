"""The chunks of a streamed Gemini answer, put together into the answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, record, records, text
from pytest_oao.providers.gemini_arguments import PartialArguments

_SAID = frozenset({"text", "thought", "functionCall"})
_STRUCTURE = frozenset({"content", "index"})
_OF_CALL = frozenset({"id", "name", "args"})


@dataclass(slots=True)
class _Text:
    """Text of one sort, a thought or none, while its pieces come in."""

    thought: bool
    pieces: list[str] = field(default_factory=list)
    beside: JSONObject = field(default_factory=dict)
    """What else its last piece tells, such as a signature."""

    def whole(self) -> JSONObject:
        return {"text": "".join(self.pieces), **({"thought": True} if self.thought else {}), **self.beside}


@dataclass(slots=True)
class _Asked:
    """A function call while its arguments come in: Vertex may send them piece by piece."""

    call: JSONObject
    beside: JSONObject
    arguments: PartialArguments = field(default_factory=PartialArguments)

    def whole(self) -> JSONObject:
        told = self.arguments.whole()
        return {"functionCall": self.call | {"args": told} if told else self.call, **self.beside}


@dataclass(slots=True)
class _Other:
    """A part that comes at once."""

    part: JSONObject

    def whole(self) -> JSONObject:
        return self.part


@dataclass(slots=True)
class _Candidate:
    """A candidate while its parts come in."""

    parts: list[_Text | _Asked | _Other] = field(default_factory=list)
    open: _Asked | None = None
    """The function call that goes on in the next part."""
    beside: JSONObject = field(default_factory=dict)

    def add(self, candidate: JSONObject) -> None:
        for part in records(record(candidate.get("content")).get("parts")):
            beside = {key: value for key, value in part.items() if key not in _SAID}
            if "functionCall" in part:
                self._call(record(part["functionCall"]), beside)
            elif "text" in part:
                self._text(text(part["text"]), beside, thought=part.get("thought") is True)
            else:
                self.parts.append(_Other(part))
        for key, value in candidate.items():
            if key not in _STRUCTURE and (value or key not in self.beside):
                self.beside[key] = value

    def _text(self, piece: str, beside: JSONObject, *, thought: bool) -> None:
        last = self.parts[-1] if self.parts else None
        if not isinstance(last, _Text) or last.thought is not thought or last.beside:
            last = _Text(thought)
            self.parts.append(last)
        last.pieces.append(piece)
        last.beside = beside

    def _call(self, call: JSONObject, beside: JSONObject) -> None:
        asked = self.open
        if asked is None or call.get("name"):
            asked = _Asked({key: value for key, value in call.items() if key in _OF_CALL}, beside)
            self.parts.append(asked)
        for piece in records(call.get("partialArgs")):
            asked.arguments.add(piece)
        self.open = asked if call.get("willContinue") is True else None

    def whole(self, index: int) -> JSONObject:
        parts: list[JSON] = [part.whole() for part in self.parts]
        told: JSONObject = {"content": {"role": "model", "parts": parts}} if parts else {}
        return {"index": index, **told, "finishReason": None, **self.beside}


def fold(chunks: Iterable[JSONObject]) -> JSONObject:
    """Return the answer that the chunks make; of what several tell, such as the usage so far, the last one counts."""
    answer: JSONObject = {}
    usage: JSONObject = {}
    candidates: dict[int, _Candidate] = {}
    for chunk in chunks:
        answer |= {key: value for key, value in chunk.items() if value is not None}
        usage |= record(chunk.get("usageMetadata"))
        for candidate in records(chunk.get("candidates")):
            candidates.setdefault(count(candidate.get("index")) or 0, _Candidate()).add(candidate)
    whole: list[JSON] = [candidate.whole(index) for index, candidate in sorted(candidates.items())]
    return answer | {"usageMetadata": usage, "candidates": whole}
