"""Where a model's stream ends by what it says: SDKs close it there, and do not wait for the connection's own end."""

from collections import deque

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record, records
from pytest_oao.providers.payloads import frames, is_frames, loads
from pytest_oao.providers.sse import Event, parse

_DONE = "[DONE]"
_LAST = frozenset({"message_stop", "response.completed", "response.incomplete", "response.failed", "message-end"})
"""What Anthropic's Messages, OpenAI's Responses and Cohere's chat call their last event.

OpenAI's Chat says `[DONE]`; Gemini's last chunk gives the reason why each candidate ends.
"""
_LAST_FRAMES = frozenset({"message_stop", "metadata"})
"""What Anthropic's Messages on Bedrock, and Bedrock's Converse call it."""
_BLANK_LINES = (b"\n\n", b"\r\n\r\n", b"\r\r")


def said_all(data: bytes) -> bool:
    """Whether the last event of a stream is one after which nothing comes."""
    if is_frames(data):
        last = deque(frames(data), maxlen=1)
        return bool(last) and _named(last[0]) in _LAST_FRAMES
    said = data.rstrip()
    if data.lstrip()[:1] == b"[":  # Gemini's stream as one list
        return isinstance(loads(said), list)
    start = max(said.rfind(blank) + len(blank) if blank in said else 0 for blank in _BLANK_LINES)
    event = next(parse(said[start:] + b"\n\n"), None)
    return event is not None and (event.data.startswith(_DONE) or _is_last(event))


def _is_last(event: Event) -> bool:
    """Whether an event is the last one by its name: of one that has none in its stream, what its data calls itself."""
    if event.event != "message":
        return event.event in _LAST
    told = record(loads(event.data))
    candidates = records(told.get("candidates"))
    return _named(told) in _LAST or (bool(candidates) and all(one.get("finishReason") for one in candidates))


def _named(event: JSONObject) -> str:
    return str(event.get("type"))
