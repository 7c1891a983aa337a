"""How much a model's stream has said so far, counted as its chunks come; whichever provider's it is."""

from collections.abc import Iterable

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import json_text, record, records, text
from pytest_oao.providers.payloads import loads

CHARACTERS = 6
"""In which there is at least one token: English prose has up to five and a half a token, all else has less."""
_FEWEST = 4
"""Characters a token, at least, where each event is one: some gateways send words and spaces apart, or letters."""
_SAID = frozenset({"content", "text", "thinking", "arguments", "partial_json", "refusal", "input", "tool_plan"})
"""Fields of a delta that hold what a model writes; its ids, names and signatures are no text of its own."""
_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details")
"""Fields that hold what it thinks: gateways send the same thought in two of them."""
_NOT_SAID = frozenset({"citation", "citations", "annotations", "audio", "logprobs", *_THOUGHTS})
_DATA = b"data:"


class StreamText:
    """Counts the text in a stream of server-sent events, event by event; one that is cut is counted once it is whole.

    Streams of Amazon's frames are not counted as they come.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._characters = self._events = self._counted = 0

    def tokens(self, chunk: bytes) -> int:
        """Return how many tokens a chunk brings, at least."""
        if b"\n" not in chunk:
            self._rest.append(chunk)
            return 0
        *lines, rest = b"".join([*self._rest, chunk]).split(b"\n")
        self._rest = [rest]
        for line in lines:
            if line.startswith(_DATA):
                self._hear(said_in(loads(line[len(_DATA) :])))
        return self._more()

    def _hear(self, characters: int) -> None:
        self._characters += characters
        self._events += bool(characters)

    def _more(self) -> int:
        before = self._counted
        self._counted = max(self._characters // CHARACTERS, min(self._events, self._characters // _FEWEST))
        return self._counted - before


def said_in(event: JSON) -> int:
    """Return the characters of new text in an event; a last event that repeats the whole answer has none."""
    told = record(event)
    choices = records(told.get("choices"))
    pieces: list[JSON] = [choice.get("delta", choice) for choice in choices]
    pieces += [candidate.get("content") for candidate in records(told.get("candidates"))]
    if not _is_sound(text(told.get("type"))):
        pieces.append(told.get("delta"))
    return sum(map(_length, pieces))


def _is_sound(kind: str) -> bool:
    return "audio" in kind and "transcript" not in kind


def _length(piece: JSON) -> int:
    if isinstance(piece, str):
        return len(piece)
    if isinstance(piece, list):
        return sum(map(_length, piece))
    fields = record(piece)
    return sum(_of(fields)) + max(_length(fields.get(name)) for name in _THOUGHTS) if fields else 0


def _of(fields: JSONObject) -> Iterable[int]:
    for name, value in fields.items():
        if name == "args":  # Gemini's arguments are an object, whole
            yield len(json_text(value))
        elif name not in _NOT_SAID and (name in _SAID or not isinstance(value, str)):
            yield _length(value)
