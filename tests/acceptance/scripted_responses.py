"""OpenAI's Responses API for scripted_model.py: its requests as a chat's messages, its answers of a chat's message."""

import itertools
import json
import secrets
import time

USAGE = {
    "input_tokens": 11,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 18,
}
OF_MODEL = {"function_call", "reasoning"}


def messages(asked):
    """Return the messages of a request; what a model said in one answer, calls and all, is one of them."""
    given = asked["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    told = [{"role": "system", "content": asked["instructions"]}] if asked.get("instructions") else []
    for ours, group in itertools.groupby(items, key=of_model):
        if ours:
            told.append({"role": "assistant", "content": " ".join(map(text, group))})
        else:
            told += [{"role": item.get("role", "tool"), "content": text(item)} for item in group]
    return told


def answered(message, asked):
    """Return the body of an answer, and its media type."""
    if not asked.get("stream"):
        return json.dumps(response(message)).encode(), "application/json"
    told = ({**event, "sequence_number": number} for number, event in enumerate(events(message)))
    lines = b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in told)
    return lines, "text/event-stream"


def of_model(item):
    return item.get("role") == "assistant" or item.get("type") in OF_MODEL


def text(item):
    told = item.get("content") or item.get("output") or item.get("arguments") or ""
    return told if isinstance(told, str) else " ".join(part.get("text", json.dumps(part)) for part in told)


def response(message, status="completed"):
    """Return what an answer is as a response, or as the beginning of one."""
    return {
        "id": f"resp_{secrets.token_hex(12)}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "model": "scripted",
        "output": list(items(message)) if status == "completed" else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": USAGE,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
    }


def items(message):
    if message["content"]:
        part = {"type": "output_text", "text": message["content"], "annotations": [], "logprobs": []}
        name = f"msg_{secrets.token_hex(12)}"
        yield {"type": "message", "id": name, "status": "completed", "role": "assistant", "content": [part]}
    for call in message.get("tool_calls", ()):
        yield {
            "type": "function_call",
            "id": f"fc_{secrets.token_hex(12)}",
            "call_id": call["id"],
            "name": call["function"]["name"],
            "arguments": call["function"]["arguments"],
            "status": "completed",
        }


def events(message):
    """Yield the events that an answer is streamed in."""
    whole = response(message)
    yield {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}}
    for place, item in enumerate(whole["output"]):
        parts = _message_events if item["type"] == "message" else _call_events
        yield from ({**event, "output_index": place} for event in parts(item))
    yield {"type": "response.completed", "response": whole}


def _message_events(item):
    part = item["content"][0]
    where = {"item_id": item["id"], "content_index": 0}
    yield {"type": "response.output_item.added", "item": {**item, "content": [], "status": "in_progress"}}
    yield {"type": "response.content_part.added", **where, "part": {**part, "text": ""}}
    for piece in _pieces(part["text"], 9):
        yield {"type": "response.output_text.delta", **where, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **where, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **where, "part": part}
    yield {"type": "response.output_item.done", "item": item}


def _call_events(item):
    where = {"item_id": item["id"]}
    yield {"type": "response.output_item.added", "item": {**item, "arguments": "", "status": "in_progress"}}
    for piece in _pieces(item["arguments"], 7):
        yield {"type": "response.function_call_arguments.delta", **where, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **where, "arguments": item["arguments"]}
    yield {"type": "response.output_item.done", "item": item}


def _pieces(text, size):
    return (text[start : start + size] for start in range(0, len(text), size))
