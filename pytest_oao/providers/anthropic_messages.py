"""Anthropic's messages, on its own hosts, on Amazon Bedrock and on Google Vertex AI."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers import paths, tokens
from pytest_oao.providers.anthropic_streams import fold
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
    words,
)
from pytest_oao.providers.payloads import whole

_BEDROCK = frozenset({"invoke", "invoke-with-response-stream"})
_VERTEX = re.compile(r"/publishers/anthropic/models/(?!count-tokens:)[^/]+:(?:streamR|r)awPredict\Z")


def _format(value: JSON) -> JSON:
    return output_type(record(value).get("format"))


_REQUEST = (
    ("model", "gen_ai.request.model", word),
    ("temperature", "gen_ai.request.temperature", number),
    ("top_p", "gen_ai.request.top_p", number),
    ("top_k", "gen_ai.request.top_k", number),
    ("max_tokens", "gen_ai.request.max_tokens", count),
    ("stop_sequences", "gen_ai.request.stop_sequences", words),
    ("stream", "gen_ai.request.stream", flag),
    ("output_format", "gen_ai.output.type", output_type),
    ("output_config", "gen_ai.output.type", _format),
)
_RESPONSE = (("id", "gen_ai.response.id", word), ("model", "gen_ai.response.model", word))


class AnthropicMessages:
    """`POST */messages`, and the paths of Bedrock and Vertex, which name the model."""

    name = "anthropic"
    operation = "chat"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/messages`, or what names the model in a path of Bedrock (decoded) or Vertex."""
        if method != "POST":
            return None
        if "/models/" in path or "/model/" in path:
            return _hosted(unquote(path)) or paths.common_endpoint(path, "/messages")
        return paths.common_endpoint(path, "/messages")

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the model and its parameters."""
        return attributes(record(body), _REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return id, model, stop reason and usage, or the error's type."""
        message = whole(data, media_type, fold)
        told = attributes(message, _RESPONSE)
        if reason := word(message.get("stop_reason")):
            told["gen_ai.response.finish_reasons"] = [reason]
        return {**told, **tokens.anthropic(message.get("usage")), **error_type(message)}

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return what the content blocks say, and the tools that they ask the caller for."""
        content = records(whole(data, media_type, fold).get("content"))
        return Reply(
            _joined(content, "text"),
            _joined(content, "thinking"),
            tuple(map(_tool_call, _of_type(content, "tool_use"))),
        )


def _hosted(path: str) -> str | None:
    """Return the part of a path of Bedrock or Vertex that names the model, where that is one of Anthropic's."""
    if vertex := _VERTEX.search(path):
        return vertex.group()
    _, _, rest = path.partition("/model/")
    model, _, verb = rest.rpartition("/")
    return f"/model/{rest}" if verb in _BEDROCK and ("anthropic" in model or "claude" in model) else None


def _of_type(content: list[JSONObject], kind: str) -> list[JSONObject]:
    return [block for block in content if block.get("type") == kind]


def _joined(content: list[JSONObject], kind: str) -> str:
    return encodable("".join(text(block.get(kind)) for block in _of_type(content, kind)))


def _tool_call(block: JSONObject) -> ToolCall:
    name, ident = text(block.get("name")), text(block.get("id"))
    return ToolCall(encodable(ident), encodable(name), json_text(block.get("input")))
