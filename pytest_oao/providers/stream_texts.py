"""How much a model's stream has said so far, counted as its chunks come; whichever provider's it is."""

from pytest_oao.model.jsontypes import JSON
from pytest_oao.providers.fields import record, records
from pytest_oao.providers.payloads import loads

_SAID = frozenset(
    {"content", "text", "reasoning_content", "reasoning", "thinking", "arguments", "partial_json", "refusal", "input"}
)
"""Fields of a delta that hold what a model writes; its ids, names and signatures are no text of its own."""
_DATA = b"data:"


class StreamText:
    """Counts the text in a stream of server-sent events, event by event; one that is cut is counted once it is whole.

    An event is one token at least. Streams of Amazon's frames are not counted as they come.
    """

    def __init__(self, bytes_in_a_token: int) -> None:
        self._most = bytes_in_a_token
        self._rest = b""

    def tokens(self, chunk: bytes) -> int:
        """Return how many tokens a chunk brings, at least."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return sum(self._in_line(line) for line in lines if line.startswith(_DATA))

    def _in_line(self, line: bytes) -> int:
        characters = _said(loads(line[len(_DATA) :]))
        return max(1, characters // self._most) if characters else 0


def _said(event: JSON) -> int:
    """Return the characters of new text in an event; a last event that repeats the whole answer has none."""
    told = record(event)
    choices = records(told.get("choices"))
    candidates = records(told.get("candidates"))
    pieces: list[JSON] = [told.get("delta"), *(choice.get("delta", choice) for choice in choices)]
    pieces += [candidate.get("content") for candidate in candidates]
    return sum(map(_length, pieces))


def _length(piece: JSON) -> int:
    if isinstance(piece, str):
        return len(piece)
    if isinstance(piece, list):
        return sum(map(_length, piece))
    return sum(_of(name, value) for name, value in record(piece).items())


def _of(name: str, value: JSON) -> int:
    return (len(value) if name in _SAID else 0) if isinstance(value, str) else _length(value)
