"""OpenAI's chat API for scripted_model.py."""

import json
import secrets
import time

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def messages(asked):
    """Return the messages of a request."""
    return asked["messages"]


def answered(message, asked):
    """Return the body of an answer, and its media type."""
    if not asked.get("stream"):
        return json.dumps(completion(message)).encode(), "application/json"
    told = chunks(message, asked.get("stream_options") or {})
    return b"".join(map(event, told)) + b"data: [DONE]\n\n", "text/event-stream"


def facts(kind):
    return {"id": f"chatcmpl-{secrets.token_hex(8)}", "object": kind, "created": int(time.time()), "model": "scripted"}


def completion(message):
    reason = "tool_calls" if "tool_calls" in message else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return {**facts("chat.completion"), "choices": [choice], "usage": USAGE}


def chunks(message, options):
    known = facts("chat.completion.chunk")
    for delta in deltas(message):
        yield {**known, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    reason = "tool_calls" if "tool_calls" in message else "stop"
    yield {**known, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    if options.get("include_usage"):
        yield {**known, "choices": [], "usage": USAGE}


def deltas(message):
    yield {"role": "assistant", "content": ""}
    if "reasoning_content" in message:
        yield {"reasoning_content": message["reasoning_content"]}
    text = message["content"] or ""
    for start in range(0, len(text), 9):
        yield {"content": text[start : start + 9]}
    for index, call in enumerate(message.get("tool_calls", ())):
        named, arguments = call["function"]["name"], call["function"]["arguments"]
        yield {"tool_calls": [{**call, "index": index, "function": {"name": named, "arguments": ""}}]}
        for start in range(0, len(arguments), 7):
            yield {"tool_calls": [{"index": index, "function": {"arguments": arguments[start : start + 7]}}]}


def event(chunk):
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
