"""An answer of Gemini's as the chunks that stream it."""

from collections.abc import Iterator

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.sse_writing import event, pieces

_OF_TEXT = frozenset({"text", "thought"})
_TOLD_LAST = frozenset({"candidates", "usageMetadata"})


def events(answer: JSONObject, asked: ModelRequest) -> Iterator[bytes]:
    """Yield the chunks; the last one tells the tokens."""
    del asked
    head = {key: value for key, value in answer.items() if key not in _TOLD_LAST}
    usage: JSONObject = {"usageMetadata": answer["usageMetadata"]} if "usageMetadata" in answer else {}
    candidates = [one for candidate in records(answer.get("candidates")) for one in _chunks(candidate)]
    for candidate in candidates[:-1]:
        yield event({**head, "candidates": [candidate]})
    last: JSONObject = {"candidates": [candidates[-1]]} if candidates else {}
    yield event({**head, **last, **usage})


def _chunks(candidate: JSONObject) -> Iterator[JSONObject]:
    """Yield a candidate piece by piece: why it ended, and all else about it, comes with the last."""
    content = record(candidate.get("content"))
    parts = [piece for part in records(content.get("parts")) for piece in _pieces(part)]
    for part in parts[:-1]:
        yield {"content": content | {"parts": [part]}, "index": candidate.get("index")}
    last: list[JSON] = [*parts[-1:]]
    yield candidate | ({"content": content | {"parts": last}} if last else {})


def _pieces(part: JSONObject) -> Iterator[JSONObject]:
    """Yield a part's text in pieces, what is beside it with the last; a part of another kind at once."""
    said = [*pieces(text(part.get("text")))]
    if not said:
        yield part
        return
    plain = {key: value for key, value in part.items() if key in _OF_TEXT}
    for piece in said[:-1]:
        yield plain | {"text": piece}
    yield part | {"text": said[-1]}
