"""Which model API a piece of JSON is of, told by its shape: what a platform keeps of a call has no URL."""

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

CHAT, RESPONSES = "openai.chat", "openai.responses"
MESSAGES, GEMINI = "anthropic.messages", "gemini.generate_content"

URLS = {
    CHAT: "https://api.openai.com/v1/chat/completions",
    RESPONSES: "https://api.openai.com/v1/responses",
    MESSAGES: "https://api.anthropic.com/v1/messages",
}
"""Where such a request usually goes."""

_ANTHROPIC_BLOCKS = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "document", "image"})
_ITEMS = ("_call", "_call_output", "reasoning", "compaction", "item_reference")
_ITEM_PARTS = frozenset({"input_text", "output_text", "input_image", "input_file"})


def api_of_request(body: JSONObject) -> str:
    """Return the API of a request body, or of the arguments of an SDK's call; empty where it is none that we know."""
    if "contents" in body:
        return GEMINI
    if isinstance(body.get("messages"), list):
        return MESSAGES if _is_anthropics(body) else CHAT
    return RESPONSES if "input" in body and ("model" in body or is_items(body["input"]) or "tools" in body) else ""


def api_of_answer(body: JSONObject) -> str:
    """Return the API of an answer's body; empty where it is none that we know."""
    if isinstance(body.get("choices"), list):
        return CHAT
    if body.get("object") == "response" or (isinstance(body.get("output"), list) and "status" in body):
        return RESPONSES
    if isinstance(body.get("candidates"), list):
        return GEMINI
    content = body.get("content")
    if isinstance(content, list) and (body.get("type") == "message" or "stop_reason" in body):
        return "" if any(part.get("type") in _ITEM_PARTS for part in records(content)) else MESSAGES
    return ""


def api_of_messages(messages: JSON) -> str:
    """Return the API of a list of messages: OpenAI's chat, where nothing speaks for another."""
    if is_items(messages):
        return RESPONSES
    if _is_geminis(records(messages)):
        return GEMINI
    return MESSAGES if _has_anthropic_blocks(messages) else CHAT


def is_items(value: JSON) -> bool:
    """Whether a value is a list of the items that OpenAI's Responses API has in place of messages."""
    return any(_is_item(one) for one in records(value))


def _is_item(one: JSONObject) -> bool:
    kind = text(one.get("type"))
    if kind.endswith(_ITEMS) or (kind == "message" and "role" in one):
        return True
    return any(part.get("type") in _ITEM_PARTS for part in records(one.get("content")))


def _is_geminis(messages: list[JSONObject]) -> bool:
    return bool(messages) and all(isinstance(one.get("parts"), list) for one in messages)


def _is_anthropics(body: JSONObject) -> bool:
    if "system" in body or "anthropic_version" in body or "stop_sequences" in body:
        return True
    if any("input_schema" in tool for tool in records(body.get("tools"))):
        return True
    return ("max_tokens" in body and text(body.get("model")).startswith("claude")) or _has_anthropic_blocks(
        body["messages"]
    )


def _has_anthropic_blocks(messages: JSON) -> bool:
    blocks = (block for one in records(messages) for block in records(one.get("content")))
    return any(block.get("type") in _ANTHROPIC_BLOCKS for block in blocks)


def first_record(value: JSON) -> JSONObject:
    """Return the first object of a list, or the object itself."""
    return record(value) or (records(value) or [{}])[0]
