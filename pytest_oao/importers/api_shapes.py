"""Which model API a request was for, by what its address says, else by the shape of the answer and of the request."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.recognition import recognise

CHAT = "https://api.openai.com/v1/chat/completions"
COMPLETIONS = "https://api.openai.com/v1/completions"
RESPONSES = "https://api.openai.com/v1/responses"
EMBEDDINGS = "https://api.openai.com/v1/embeddings"
MESSAGES = "https://api.anthropic.com/v1/messages"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/"
_USUAL = {
    "/chat/completions": CHAT,
    "/completions": COMPLETIONS,
    "/responses": RESPONSES,
    "/embeddings": EMBEDDINGS,
    "/messages": MESSAGES,
}
"""Where the paths of a log without hosts usually are."""
_OBJECTS = {
    "chat.completion": CHAT,
    "chat.completion.chunk": CHAT,
    "text_completion": COMPLETIONS,
    "response": RESPONSES,
    "message": MESSAGES,
}
_BLOCKS = frozenset({"tool_use", "tool_result", "thinking", "document"})


def address(request: JSONObject, answer: JSON, told: str = "", model: str = "") -> str:
    """Return the URL of a request: what the log tells, or the usual one of its API; empty where it is of none.

    `answer` is an answer's JSON, or the first event of a stream.
    """
    known = _told(told)
    if known:
        return known
    found = _by_answer(record(answer)) or _by_request(request)
    return _gemini(request, record(answer), model) if found == GEMINI else found


def _told(told: str) -> str:
    """Return the address that a log tells, whole; empty where it is of no model API."""
    try:
        parts = urlsplit(told)
    except ValueError:
        return ""
    found = (
        recognise("POST", parts.path) if parts.path.startswith("/") and not parts.scheme.startswith("gen-ai") else None
    )
    if found is None:
        return ""
    if parts.netloc:
        return told
    return _USUAL.get(found.endpoint, "") or f"https://{found.provider.name}.invalid{told}"


def _by_answer(answer: JSONObject) -> str:
    kind = text(answer.get("object")) or text(answer.get("type"))
    if kind in _OBJECTS:
        return _OBJECTS[kind]
    if kind.startswith(("response.", "message_", "content_block_")):
        return RESPONSES if kind.startswith("response.") else MESSAGES
    if "candidates" in answer or "usageMetadata" in answer:
        return GEMINI
    if any("embedding" in one for one in records(answer.get("data"))[:1]):
        return EMBEDDINGS
    choice = next(iter(records(answer.get("choices"))), None)
    return "" if choice is None else CHAT if "message" in choice or "delta" in choice else COMPLETIONS


def _by_request(request: JSONObject) -> str:
    if "contents" in request:
        return GEMINI
    if "messages" in request:
        return MESSAGES if _is_anthropic(request) else CHAT
    if "input" in request:
        return EMBEDDINGS if "embed" in text(request.get("model")) or "encoding_format" in request else RESPONSES
    return COMPLETIONS if "prompt" in request else ""


def _is_anthropic(request: JSONObject) -> bool:
    """Whether messages are Anthropic's: their system prompt, tools and blocks are of other shapes than OpenAI's."""
    if "system" in request or "anthropic_version" in request or text(request.get("model")).startswith("claude"):
        return True
    if any("input_schema" in tool for tool in records(request.get("tools"))):
        return True
    contents = (message.get("content") for message in records(request.get("messages")))
    return any(block.get("type") in _BLOCKS for content in contents for block in records(content))


def _gemini(request: JSONObject, answer: JSONObject, model: str) -> str:
    name = text(request.get("model")) or model or text(answer.get("modelVersion")) or "unknown"
    verb = "streamGenerateContent?alt=sse" if request.get("stream") else "generateContent"
    return f"{GEMINI}{quote(name.removeprefix('models/'), safe='')}:{verb}"


def is_model_body(value: object) -> bool:
    """Whether an object is the request of a model API that is known by its shape."""
    return isinstance(value, Mapping) and bool(_by_request(dict(value)))
