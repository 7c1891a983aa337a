"""What the assistant's message of a chat completion says, or a piece of one in a stream."""

from typing import NamedTuple

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.fields import encodable, json_text, record, records, text


class Said(NamedTuple):
    """The text and the reasoning of a message."""

    text: str
    reasoning: str


def said(message: JSONObject) -> Said:
    """Return what a message says; a refusal, or what it says aloud, is its text where it has no other.

    Reasoning is `reasoning_content` (DeepSeek, Alibaba, vLLM), `reasoning` (OpenRouter, Groq, Ollama) or an item of the
    content (Mistral).
    """
    content = message.get("content")
    audio = record(message.get("audio"))
    return Said(
        _joined(content, "text") or text(message.get("refusal")) or text(audio.get("transcript")),
        text(message.get("reasoning_content")) or text(message.get("reasoning")) or _thoughts(content),
    )


def reply(message: JSONObject) -> Reply:
    """Return what a whole message says, and the tools that it asks for."""
    spoken = said(message)
    return Reply(encodable(spoken.text), encodable(spoken.reasoning), tuple(map(_tool_call, _asked(message))))


def _joined(content: JSON, kind: str) -> str:
    """Return the text of a content, which is text itself or a list of typed items."""
    if isinstance(content, str):
        return content
    return "".join(text(item.get("text")) for item in records(content) if item.get("type") == kind)


def _thoughts(content: JSON) -> str:
    return "".join(_joined(item.get("thinking"), "text") for item in records(content) if item.get("type") == "thinking")


def _asked(message: JSONObject) -> list[JSONObject]:
    """Return the tool calls, or the one `function_call` of older models; some servers write the one as both."""
    former = message.get("function_call")
    return records(message.get("tool_calls")) or records([{"function": former}] if former else [])


def _tool_call(call: JSONObject) -> ToolCall:
    """Read a `function` with JSON arguments, or a `custom` tool with an input of free text."""
    tool = record(call.get("function")) or record(call.get("custom"))
    arguments = tool.get("arguments", tool.get("input"))
    return ToolCall(encodable(text(call.get("id"))), encodable(text(tool.get("name"))), json_text(arguments))
