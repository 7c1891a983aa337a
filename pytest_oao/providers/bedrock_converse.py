"""Amazon Bedrock's Converse: one API for the models of all whom it hosts."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers import tokens
from pytest_oao.providers.converse_streams import fold
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import (
    attributes,
    count,
    encodable,
    json_text,
    number,
    record,
    records,
    text,
    word,
    words,
)
from pytest_oao.providers.payloads import whole

_BEFORE, _AFTER = "/model/", ("/converse", "/converse-stream")


def _format(value: JSON) -> JSON:
    """Return `gen_ai.output.type` of an output configuration."""
    return "json" if record(record(value).get("textFormat")).get("type") == "json_schema" else None


_INFERENCE = (
    ("maxTokens", "gen_ai.request.max_tokens", count),
    ("temperature", "gen_ai.request.temperature", number),
    ("topP", "gen_ai.request.top_p", number),
    ("stopSequences", "gen_ai.request.stop_sequences", words),
)
_MORE = (("top_k", "gen_ai.request.top_k", number),)
_OUTPUT = (("outputConfig", "gen_ai.output.type", _format),)


class BedrockConverse:
    """`POST */model/{model}/converse`, and `/converse-stream`."""

    name = "aws.bedrock"
    operation = "chat"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return the part of a path that names the model, decoded."""
        if method != "POST" or _BEFORE not in path:
            return None
        _, start, named = unquote(path).partition(_BEFORE)
        return start + named if named.endswith(_AFTER) and named not in _AFTER else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the parameters; the path names the model, and says whether to stream."""
        asked = record(body)
        return {
            **attributes(record(asked.get("inferenceConfig")), _INFERENCE),
            **attributes(record(asked.get("additionalModelRequestFields")), _MORE),
            **attributes(asked, _OUTPUT),
        }

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return stop reason and usage, or the error's type."""
        answer = whole(data, media_type, fold)
        told: JSONObject = {}
        if reason := word(answer.get("stopReason")):
            told["gen_ai.response.finish_reasons"] = [reason]
        return {**told, **tokens.converse(answer.get("usage")), **error_type(answer)}

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return what the content blocks say, and the tools that they ask the caller for."""
        message = record(record(whole(data, media_type, fold).get("output")).get("message"))
        blocks = records(message.get("content"))
        asked = (record(block.get("toolUse")) for block in blocks)
        return Reply(
            _joined(map(_spoken, blocks)),
            _joined(map(_thought, blocks)),
            tuple(_tool_call(call) for call in asked if call and call.get("type") != "server_tool_use"),
        )


def _joined(said: Iterable[str]) -> str:
    return encodable("".join(said))


def _spoken(block: JSONObject) -> str:
    """Return the text of a block, which may come with citations."""
    cited = records(record(block.get("citationsContent")).get("content"))
    return text(block.get("text")) + "".join(text(item.get("text")) for item in cited)


def _thought(block: JSONObject) -> str:
    return text(record(record(block.get("reasoningContent")).get("reasoningText")).get("text"))


def _tool_call(call: JSONObject) -> ToolCall:
    name, ident = text(call.get("name")), text(call.get("toolUseId"))
    return ToolCall(encodable(ident), encodable(name), json_text(call.get("input")))
