"""OpenAI's Responses."""

from collections.abc import Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers import paths, tokens
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import (
    attributes,
    count,
    encodable,
    flag,
    json_text,
    number,
    output_type,
    record,
    records,
    text,
    word,
)
from pytest_oao.providers.openai_chat import RESPONSE
from pytest_oao.providers.payloads import whole
from pytest_oao.providers.responses_streams import fold

_ENDED = frozenset({"completed", "incomplete", "failed", "cancelled"})
_ASKED = ("arguments", "input", "action", "operation")
"""Where a tool call keeps what it asks for: functions, custom tools, computer and shell, patches."""


def _format(value: JSON) -> JSON:
    return output_type(record(value).get("format"))


def _conversation(value: JSON) -> JSON:
    return word(record(value).get("id") if isinstance(value, dict) else value)


_REQUEST = (
    ("model", "gen_ai.request.model", word),
    ("temperature", "gen_ai.request.temperature", number),
    ("top_p", "gen_ai.request.top_p", number),
    ("max_output_tokens", "gen_ai.request.max_tokens", count),
    ("stream", "gen_ai.request.stream", flag),
    ("text", "gen_ai.output.type", _format),
    ("conversation", "gen_ai.conversation.id", _conversation),
)


class OpenAIResponses:
    """`POST */responses`: reading, cancelling, deleting and compacting a stored response is plain `http`."""

    name = "openai"
    operation = "chat"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/responses`."""
        return paths.common_endpoint(path, "/responses") if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the model and its parameters."""
        return attributes(record(body), _REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return id, model, why it ended (its status, or what made it incomplete) and usage, or the error's type."""
        response = whole(data, media_type, fold)
        told = attributes(response, RESPONSE)
        status = text(response.get("status"))
        if status in _ENDED:
            reason = word(record(response.get("incomplete_details")).get("reason")) or status
            told["gen_ai.response.finish_reasons"] = [reason]
        return {**told, **tokens.openai(response.get("usage")), **error_type(response)}

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return what the output items say, and the tools that they ask for."""
        output = records(whole(data, media_type, fold).get("output"))
        return Reply(
            encodable("".join(_spoken(item) for item in output if item.get("type") == "message")),
            encodable(
                "\n\n".join(filter(None, (_thought(item) for item in output if item.get("type") == "reasoning")))
            ),
            tuple(_tool_call(item) for item in output if _asks(item)),
        )


def _spoken(item: JSONObject) -> str:
    return "".join(text(part.get("text")) or text(part.get("refusal")) for part in records(item.get("content")))


def _thought(item: JSONObject) -> str:
    """Return the reasoning itself where it is open, else its summary."""
    parts = records(item.get("content")) or records(item.get("summary"))
    return "\n\n".join(filter(None, (text(part.get("text")) for part in parts)))


def _asks(item: JSONObject) -> bool:
    """Whether an item asks the caller for something: tools that OpenAI runs itself have no `call_id`."""
    return text(item.get("type")).endswith("_call") and isinstance(item.get("call_id"), str)


def _tool_call(item: JSONObject) -> ToolCall:
    asked = next((item[key] for key in _ASKED if key in item), None)
    name = text(item.get("name")) or text(item.get("type")).removesuffix("_call")
    return ToolCall(encodable(text(item.get("call_id"))), encodable(name), json_text(asked))
