"""Where a model's stream ends by what it says: SDKs close it there, and do not wait for the connection's own end."""

import json

from pytest_oao.providers.sse import Event, parse

_DONE = "[DONE]"
_LAST = frozenset({"message_stop", "response.completed", "response.incomplete", "response.failed"})
"""What Anthropic's Messages and OpenAI's Responses call their last event; OpenAI's Chat says `[DONE]`."""
_BLANK_LINES = (b"\n\n", b"\r\n\r\n", b"\r\r")


def said_all(data: bytes) -> bool:
    """Whether the last event of a stream is one after which nothing comes."""
    said = data.rstrip()
    start = max(said.rfind(blank) + len(blank) if blank in said else 0 for blank in _BLANK_LINES)
    event = next(parse(said[start:] + b"\n\n"), None)
    return event is not None and (event.data.startswith(_DONE) or _name(event) in _LAST)


def _name(event: Event) -> str:
    """Return the name of an event: of one that has none in its stream, what its data calls itself."""
    if event.event != "message":
        return event.event
    try:
        told = json.loads(event.data)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("type")) if isinstance(told, dict) else ""
