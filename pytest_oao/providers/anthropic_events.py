"""A message of Anthropic's as the events that stream it."""

from collections.abc import Iterator

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.sse_writing import event, pieces
from pytest_oao.providers.tool_arguments import compact

_ENDING = ("stop_reason", "stop_sequence", "stop_details", "container")
"""What only the end of a message tells."""
_TOLD_LATE = ("output_tokens", "server_tool_use", "output_tokens_details")
_TOLD_AGAIN = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def events(message: JSONObject, asked: ModelRequest) -> Iterator[bytes]:
    """Yield the events, each named by its type."""
    del asked
    for told in _told(message):
        yield event(told, text(told["type"]))


def _told(message: JSONObject) -> Iterator[JSONObject]:
    yield {"type": "message_start", "message": _begun(message)}
    yield {"type": "ping"}
    for index, block in enumerate(records(message.get("content"))):
        start, deltas = _streamed(block)
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    usage = record(message.get("usage"))
    yield {
        "type": "message_delta",
        "delta": {key: message[key] for key in _ENDING if key in message},
        "usage": {key: usage[key] for key in (*_TOLD_AGAIN, *_TOLD_LATE) if key in usage},
    }
    yield {"type": "message_stop"}


def _begun(message: JSONObject) -> JSONObject:
    """Return the message before it says anything: what it comes to is told at its end."""
    usage = record(message.get("usage"))
    early = {key: value for key, value in usage.items() if key not in _TOLD_LATE}
    begun: JSONObject = {key: None if key in _ENDING else value for key, value in message.items()}
    return begun | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": early | {"output_tokens": 0}}


def _streamed(block: JSONObject) -> tuple[JSONObject, Iterator[JSONObject]]:
    """Return a block as it starts, and its deltas; one that comes at once has none."""
    match block.get("type"):
        case "text":
            cited: JSONObject = {"citations": []} if block.get("citations") else {}
            return block | {"text": ""} | cited, _text(block)
        case "thinking":
            return block | {"thinking": "", "signature": ""}, _thought(block)
    if isinstance(block.get("input"), dict):
        return block | {"input": {}}, _asked(record(block["input"]))
    return block, iter(())


def _text(block: JSONObject) -> Iterator[JSONObject]:
    for piece in pieces(text(block.get("text"))):
        yield {"type": "text_delta", "text": piece}
    for citation in records(block.get("citations")):
        yield {"type": "citations_delta", "citation": citation}


def _thought(block: JSONObject) -> Iterator[JSONObject]:
    for piece in pieces(text(block.get("thinking"))):
        yield {"type": "thinking_delta", "thinking": piece}
    yield {"type": "signature_delta", "signature": text(block.get("signature"))}


def _asked(arguments: JSONObject) -> Iterator[JSONObject]:
    """Yield the JSON text of a tool's input; of one without any, nothing."""
    yield {"type": "input_json_delta", "partial_json": ""}
    for piece in pieces(compact(arguments) if arguments else ""):
        yield {"type": "input_json_delta", "partial_json": piece}
