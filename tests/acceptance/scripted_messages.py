"""Anthropic's messages API for scripted_model.py, with threads that the server holds, as newer SDKs continue them."""

import json
import secrets

_SAID = {}
"""What a conversation holds, by the id of its last message."""


def messages(asked):
    """Return the messages of a request, the earlier ones of its thread too, as the chat API tells them."""
    before = _SAID.get((asked.get("thread") or {}).get("previous_message_id"), [])
    system = [{"role": "system", "content": _text(asked["system"])}] if asked.get("system") else []
    new = [{"role": one["role"], "content": _text(one["content"])} for one in asked["messages"]]
    asked["told"] = told = [*(before or system), *new]
    return told


def _text(content):
    if isinstance(content, str):
        return content
    return "".join(_part(part) for part in content)


def _part(part):
    inner = part.get("content")
    return _text(inner) if isinstance(inner, list | str) else part.get("text", "")


def answered(message, asked):
    """Return the body of an answer, and its media type."""
    number = f"msg_{secrets.token_hex(8)}"
    _SAID[number] = [*asked["told"], {"role": "assistant", "content": message["content"] or ""}]
    whole = {
        "id": number,
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": list(blocks(message)),
        "stop_reason": "tool_use" if "tool_calls" in message else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 7},
    }
    if asked.get("stream"):
        return b"".join(map(_event, events(whole))), "text/event-stream"
    return json.dumps(whole).encode(), "application/json"


def blocks(message):
    if message["content"]:
        yield {"type": "text", "text": message["content"]}
    for call in message.get("tool_calls", ()):
        asked = call["function"]
        yield {
            "type": "tool_use",
            "id": call["id"].replace("call_", "toolu_"),
            "name": asked["name"],
            "input": json.loads(asked["arguments"]),
        }


def events(whole):
    yield {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}}
    for index, block in enumerate(whole["content"]):
        yield from _block_events(index, block)
    told = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": told, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


def _block_events(index, block):
    if block["type"] == "text":
        yield {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
        yield from _deltas(index, block["text"], "text_delta", "text")
    else:
        yield {"type": "content_block_start", "index": index, "content_block": {**block, "input": {}}}
        yield from _deltas(index, json.dumps(block["input"]), "input_json_delta", "partial_json")
    yield {"type": "content_block_stop", "index": index}


def _deltas(index, text, kind, key):
    for start in range(0, len(text), 9):
        yield {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: text[start : start + 9]}}


def _event(event):
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
