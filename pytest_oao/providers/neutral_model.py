"""Model calls that were imported without the bytes of their provider, described as those of any other API."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.fields import encodable, json_text, record, records, text
from pytest_oao.providers.neutral import response_of
from pytest_oao.providers.payloads import loads

METHOD = "MODEL"
"""What stands for the HTTP method in the target of such a call: `MODEL gpt-5`."""
_SCHEME = "gen-ai"
_CONTENT = frozenset({"gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.tool.definitions"})
_OUTPUT = "gen_ai.output.messages"


def target_of(model: str) -> str:
    """Return the target of a call of a model."""
    return f"{METHOD} {model or 'unknown'}"


def url_of(provider: str, model: str) -> str:
    """Return what stands for the URL: who serves the model, and its name."""
    served, named = (
        quote(name or "unknown", safe=safe, errors="replace") for name, safe in ((provider, ".-_"), (model, ""))
    )
    return f"{_SCHEME}://{served}/{named}"


class NeutralModel:
    """`MODEL <name>`: no address of the network, but what an observability platform tells of a model call."""

    name = "unknown"
    operation = "chat"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return the model that a target or a URL names."""
        return unquote(path.removeprefix("/")) or None if method == METHOD else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return what is kept in OpenTelemetry's names, the conversation apart."""
        return {name: value for name, value in record(body).items() if _is_told(name) and name not in _CONTENT}

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return the same of an answer, and why it ended."""
        del media_type
        body = record(loads(data))
        told: JSONObject = {name: value for name, value in body.items() if _is_told(name) and name != _OUTPUT}
        if error := text(body.get("error.type")):
            told["error.type"] = error
        reasons: list[JSON] = [one.finish_reason for one in response_of(body).choices if one.finish_reason]
        return told | ({"gen_ai.response.finish_reasons": reasons} if reasons else {})

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return what the first answer says."""
        del media_type
        choices = response_of(loads(data)).choices
        return _reply(choices[0]) if choices else Reply()


def _is_told(name: str) -> bool:
    return name.startswith("gen_ai.")


def _reply(message: Message) -> Reply:
    parts = message.parts
    asked = tuple(
        ToolCall(
            text(part.get("id")), text(part.get("name")), json_text(part.get("arguments_raw", part.get("arguments")))
        )
        for part in records(list(parts))
        if part.get("type") == "tool_call"
    )
    return Reply(_joined(parts, "text"), _joined(parts, "reasoning"), asked)


def _joined(parts: tuple[JSONObject, ...], kind: str) -> str:
    return encodable("".join(text(part.get("content")) for part in parts if part.get("type") == kind))
