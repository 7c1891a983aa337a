"""Which model API a piece of JSON is of, told by its shape: what platforms and logs keep of a call may have no URL."""

from pytest_oao.model.apis import CHAT, COMPLETIONS, EMBEDDINGS, GEMINI, MESSAGES, RESPONSES
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_ANTHROPIC_BLOCKS = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "document", "image"})
_ANTHROPIC_KEYS = frozenset({"system", "anthropic_version", "stop_sequences"})
_ANTHROPIC_ERRORS = frozenset({"overloaded_error", "api_error", "timeout_error", "billing_error", "request_too_large"})
_ITEMS = ("_call", "_call_output", "reasoning", "compaction", "item_reference")
_ITEM_PARTS = frozenset({"input_text", "output_text", "input_image", "input_file"})
_OBJECTS = {
    "chat.completion": CHAT,
    "chat.completion.chunk": CHAT,
    "text_completion": COMPLETIONS,
    "response": RESPONSES,
}
_EVENTS = (("response.", RESPONSES), ("message_", MESSAGES), ("content_block_", MESSAGES))


def api_of_request(body: JSONObject) -> str:
    """Return the API of a request body, or of the arguments of an SDK's call; empty where it is none that we know."""
    if "contents" in body:
        return GEMINI
    if isinstance(body.get("messages"), list):
        return MESSAGES if _is_anthropic(body) else CHAT
    if "input" in body:
        return _api_of_input(body)
    is_prompt = isinstance(body.get("prompt"), str | list) and "max_tokens_to_sample" not in body
    return COMPLETIONS if is_prompt and "model" in body else ""


def _api_of_input(body: JSONObject) -> str:
    if "embed" in text(body.get("model")) or "encoding_format" in body:
        return EMBEDDINGS
    return RESPONSES if "model" in body or "tools" in body or is_items(body["input"]) else ""


def api_of_answer(body: JSONObject) -> str:
    """Return the API of an answer's body; empty where it is none that we know."""
    if found := _OBJECTS.get(text(body.get("object"))):
        return found
    if isinstance(body.get("choices"), list):
        return _api_of_choices(records(body["choices"]))
    if isinstance(body.get("output"), list) and "status" in body:
        return RESPONSES
    if isinstance(body.get("candidates"), list) or "usageMetadata" in body:
        return GEMINI
    if any("embedding" in one for one in records(body.get("data"))[:1]):
        return EMBEDDINGS
    return MESSAGES if _is_anthropic_message(body) else ""


def api_of_event(event: JSONObject) -> str:
    """Return the API of an event of a stream, or of an error, by its type; empty where it has none that we know."""
    kind = text(event.get("type"))
    if text(record(event.get("error")).get("type")) in _ANTHROPIC_ERRORS:
        return MESSAGES
    return next((api for start, api in _EVENTS if kind.startswith(start)), "")


def api_of_messages(messages: JSON) -> str:
    """Return the API of a list of messages: OpenAI's chat, where nothing speaks for another."""
    if is_items(messages):
        return RESPONSES
    if _is_gemini(records(messages)):
        return GEMINI
    return MESSAGES if _has_anthropic_blocks(messages) else CHAT


def is_items(value: JSON) -> bool:
    """Whether a value is a list of the items that OpenAI's Responses API has in place of messages."""
    return any(_is_item(one) for one in records(value))


def _is_item(one: JSONObject) -> bool:
    kind = text(one.get("type"))
    if kind.endswith(_ITEMS) or (kind == "message" and "role" in one):
        return True
    return any(text(part.get("type")) in _ITEM_PARTS for part in records(one.get("content")))


def _is_gemini(messages: list[JSONObject]) -> bool:
    return bool(messages) and all(isinstance(one.get("parts"), list) for one in messages)


def _api_of_choices(choices: list[JSONObject]) -> str:
    return COMPLETIONS if any("text" in one and not one.keys() & {"message", "delta"} for one in choices) else CHAT


def _is_anthropic_message(body: JSONObject) -> bool:
    content = body.get("content")
    if not isinstance(content, list) or (body.get("type") != "message" and "stop_reason" not in body):
        return False
    return not any(text(part.get("type")) in _ITEM_PARTS for part in records(content))


def _is_anthropic(body: JSONObject) -> bool:
    """Whether a request with messages is Anthropic's: its system prompt, tools and blocks are of shapes of their own.

    A model's name alone does not tell: gateways offer Claude behind OpenAI's API, which asks for no `max_tokens`.
    """
    if not _ANTHROPIC_KEYS.isdisjoint(body) or _has_anthropic_blocks(body["messages"]):
        return True
    if any("input_schema" in tool for tool in records(body.get("tools"))):
        return True
    return "max_tokens" in body and text(body.get("model")).startswith("claude")


def _has_anthropic_blocks(messages: JSON) -> bool:
    blocks = (block for one in records(messages) for block in records(one.get("content")))
    return any(text(block.get("type")) in _ANTHROPIC_BLOCKS for block in blocks)
