"""Gemini's generateContent and streamGenerateContent for scripted_model.py."""

import json
import secrets

USAGE = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}


def messages(asked):
    """Return the messages of a request as the chat API tells them."""
    system = asked.get("systemInstruction")
    told = [{"role": "system", "content": _text(system)}] if system else []
    roles = {"model": "assistant"}
    return told + [{"role": roles.get(one.get("role"), "user"), "content": _text(one)} for one in asked["contents"]]


def _text(content):
    return "".join(_said(part) for part in content["parts"])


def _said(part):
    answer = part.get("functionResponse")
    return json.dumps(answer["response"]) if answer else part.get("text", "")


def answered(message, asked):
    """Return the body of an answer, and its media type; tool calls have ids, as newer models give them."""
    del asked
    return json.dumps(whole(list(parts(message, ids=True)))).encode(), "application/json"


class Streamed:
    """The same in pieces, without ids."""

    messages = staticmethod(messages)

    @staticmethod
    def answered(message, asked):
        del asked
        chunks = [whole([part]) for part in pieces(message)]
        for chunk in chunks[:-1]:
            del chunk["candidates"][0]["finishReason"]
        return b"".join(b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks), "text/event-stream"


def whole(told):
    candidate = {"content": {"role": "model", "parts": told}, "finishReason": "STOP", "index": 0}
    return {
        "candidates": [candidate],
        "usageMetadata": USAGE,
        "modelVersion": "scripted",
        "responseId": secrets.token_hex(8),
    }


def parts(message, *, ids):
    if "reasoning_content" in message:
        yield {"text": message["reasoning_content"], "thought": True}
    if message["content"]:
        yield {"text": message["content"]}
    for call in message.get("tool_calls", ()):
        asked = {"name": call["function"]["name"], "args": json.loads(call["function"]["arguments"])}
        yield {"functionCall": {**asked, "id": call["id"]} if ids else asked}


def pieces(message):
    for part in parts(message, ids=False):
        if "text" not in part:
            yield part
            continue
        for start in range(0, len(part["text"]), 9):
            yield {**part, "text": part["text"][start : start + 9]}
