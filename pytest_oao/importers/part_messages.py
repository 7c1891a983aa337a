"""Messages made of OpenTelemetry's parts, in the spellings of those who write them → the neutral form's."""

from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import records, text
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.stop_reasons import neutral_reason

_STREAMED = "unknown"
_SYSTEM = frozenset({"system", "developer"})


def is_made_of_parts(value: JSON) -> bool:
    """Whether a value is a list of messages with parts that say their type, which Gemini's do not."""
    messages = records(value)
    return bool(messages) and all(isinstance(one.get("parts"), list) for one in messages) and _typed(messages)


def _typed(messages: list[JSONObject]) -> bool:
    parts = [part for one in messages for part in records(one.get("parts"))]
    return all("type" in part for part in parts)


def conversation(value: JSON) -> tuple[tuple[JSONObject, ...], tuple[Message, ...]]:
    """Return the parts of the system prompt, and the messages after it."""
    told = [
        (text(one.get("role")), _parts(one), neutral_reason(text(one.get("finish_reason")))) for one in records(value)
    ]
    system = [part for role, parts, _ in told if role in _SYSTEM for part in parts]
    return tuple(system), tuple(
        Message(_role(role, parts), parts, neutral_reason(reason))
        for role, parts, reason in told
        if role not in _SYSTEM
    )


def _role(role: str, parts: tuple[JSONObject, ...]) -> str:
    """Return who speaks: what tools returned is theirs, though pydantic-ai has the user say it.

    `unknown` is what Traceloop writes of a message that LangChain put together of a stream: the model's.
    """
    if parts and all(part.get("type") == "tool_call_response" for part in parts):
        return "tool"
    return "assistant" if role == _STREAMED else role or "user"


def _parts(message: JSONObject) -> tuple[JSONObject, ...]:
    return tuple(_part(part) for part in records(message.get("parts")))


def _part(part: JSONObject) -> JSONObject:
    kind = part.get("type")
    if kind == "tool_call" and isinstance(part.get("arguments"), str):
        written = text(part.get("arguments"))
        return {**part, "arguments": loads(written), "arguments_raw": written}
    if kind == "tool_call_response" and "response" not in part:
        return {**{name: value for name, value in part.items() if name != "result"}, "response": part.get("result")}
    return part
