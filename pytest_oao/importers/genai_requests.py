"""OpenTelemetry's GenAI attributes, of every generation, → what a model was asked, and what it answered."""

import re

from pytest_oao.importers import part_messages
from pytest_oao.importers.spans import Span, decoded
from pytest_oao.importers.told_requests import tool_definitions
from pytest_oao.model.apis import CHAT, GEMINI, MESSAGES, RESPONSES
from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, records, text
from pytest_oao.providers.stop_reasons import neutral_reason

INPUT, OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"
SYSTEM, DEFINITIONS = "gen_ai.system_instructions", "gen_ai.tool.definitions"
STREAM = ("gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming")
_PARAMETERS = "gen_ai.request."
_NO_PARAMETERS = frozenset(
    {"gen_ai.request.model", "gen_ai.request.stream", "gen_ai.request.type", "gen_ai.request.structured_output_schema"}
)
_NOTHING: tuple[JSON, ...] = (None, "", [], {})
"""What some write for a parameter that nobody gave."""
_OWN_NAMES = {"gen_ai.request.reasoning_effort": "reasoning_effort"}
"""Parameters that an instrumentation invented a name for, by their provider's."""
_NUMBER = re.compile("[0-9]{1,18}")
_USAGE = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cached_tokens": ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    "cache_write_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
    ),
}
_APIS = {"anthropic": MESSAGES, "gcp.gemini": GEMINI}
_IDS = (("chatcmpl", CHAT), ("resp_", RESPONSES))


def request_of(span: Span) -> ModelRequest:
    """Return what a span's attributes tell of a request: in the conventions' words, whichever API it went to."""
    system, messages = part_messages.conversation(decoded(span.first(INPUT)))
    instructions = [*_instructions(span.json(SYSTEM)), *system]
    parameters, extra = _parameters(span)
    return ModelRequest(
        model=span.text("gen_ai.request.model", "gen_ai.response.model"),
        system=tuple(instructions),
        messages=_joined(messages) if api_of(span) == RESPONSES else messages,
        tools=definitions(_definitions(span)),
        parameters=parameters,
        extra=extra,
        stream=span.first(*STREAM) in (True, "true"),
        provider=provider_of(span),
    )


def _joined(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return messages, what the model said at once as one: the Responses API has an item for each piece of it."""
    found: list[Message] = []
    for one in messages:
        if found and one.role == "assistant" == found[-1].role:
            found[-1] = Message("assistant", (*found[-1].parts, *one.parts), one.finish_reason)
        else:
            found.append(one)
    return tuple(found)


def _instructions(value: JSON) -> list[JSONObject]:
    """Return the parts of a system prompt; some write it as a text."""
    if isinstance(value, str):
        return [{"type": "text", "content": value}] if value else []
    return records(value)


def _definitions(span: Span) -> list[JSON]:
    return [decoded(one) for one in _listed(span.json(DEFINITIONS))]


def definitions(tools: list[JSON]) -> tuple[JSONObject, ...]:
    """Return definitions of tools: those in the conventions' form as they are, a provider's in that form."""
    return tuple(
        told for tool in records(tools) for told in ((tool,) if _is_neutral(tool) else tool_definitions([tool]))
    )


def _is_neutral(tool: JSONObject) -> bool:
    return not tool.keys() & {"function", "input_schema", "function_declarations", "functionDeclarations"}


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _parameters(span: Span) -> tuple[JSONObject, JSONObject]:
    told = span.attributes.items()
    named = {name: value for name, value in told if name.startswith(_PARAMETERS) and value not in _NOTHING}
    parameters = {name: value for name, value in named.items() if name not in _NO_PARAMETERS | set(_OWN_NAMES)}
    return parameters, {own: named[name] for name, own in _OWN_NAMES.items() if name in named}


def provider_of(span: Span) -> str:
    """Return `gen_ai.provider.name`, which was `gen_ai.system`."""
    return span.text("gen_ai.provider.name", "gen_ai.system", "llm.vendor").lower()


def api_of(span: Span) -> str:
    """Return the API that was called, where the span tells it; empty where it could be any of a provider's."""
    kind = {"chat_completions": CHAT, "responses": RESPONSES}.get(span.text("openai.api.type"), "")
    name = span.text("gen_ai.response.id")
    told = kind or next((api for start, api in _IDS if name.startswith(start)), "")
    if not told and provider_of(span) in {"openai", "azure.ai.openai"}:
        told = {"openai.chat": CHAT, "openai.response": RESPONSES}.get(span.name, "")
    return told or _APIS.get(provider_of(span), "")


def response_of(span: Span) -> ModelResponse | None:
    """Return what a span's attributes tell of an answer; None where they hold no message."""
    _, messages = part_messages.conversation(decoded(span.first(OUTPUT)))
    return answer_of(span, messages) if messages else None


def answer_of(span: Span, messages: tuple[Message, ...]) -> ModelResponse:
    """Return an answer: its messages, and what stands beside them in attributes."""
    return ModelResponse(
        id=span.text("gen_ai.response.id"),
        model=span.text("gen_ai.response.model"),
        choices=tuple(_choice(one, at, span) for at, one in enumerate(messages)),
        usage=usage_of(span),
    )


def _choice(message: Message, at: int, span: Span) -> Message:
    """Return an answer with its reason: the attribute has that of each, in the conventions' words."""
    reasons = _listed(span.json("gen_ai.response.finish_reasons"))
    told = text(reasons[at]) if at < len(reasons) else ""
    reason = neutral_reason(told or message.finish_reason or span.text("gen_ai.response.finish_reason"))
    return Message(message.role or "assistant", message.parts, reason)


def usage_of(span: Span) -> Usage:
    """Return the tokens; of input, those of the cache are part."""
    return Usage(**{name: _count(span.first(*names)) for name, names in _USAGE.items()})


def _count(value: JSON) -> int | None:
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else count(value)
