"""Cohere's chat, in the second version of its API."""

from collections.abc import Mapping

from pytest_oao.model.jsontypes import JSON
from pytest_oao.ports import Reply
from pytest_oao.providers import chat_messages, paths, tokens
from pytest_oao.providers.cohere_streams import fold
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import (
    attributes,
    count,
    encodable,
    flag,
    number,
    output_type,
    record,
    text,
    word,
    words,
)
from pytest_oao.providers.payloads import whole

_REQUEST = (
    ("model", "gen_ai.request.model", word),
    ("temperature", "gen_ai.request.temperature", number),
    ("p", "gen_ai.request.top_p", number),
    ("k", "gen_ai.request.top_k", number),
    ("max_tokens", "gen_ai.request.max_tokens", count),
    ("stop_sequences", "gen_ai.request.stop_sequences", words),
    ("seed", "gen_ai.request.seed", number),
    ("frequency_penalty", "gen_ai.request.frequency_penalty", number),
    ("presence_penalty", "gen_ai.request.presence_penalty", number),
    ("stream", "gen_ai.request.stream", flag),
    ("response_format", "gen_ai.output.type", output_type),
)
_RESPONSE = (("id", "gen_ai.response.id", word), ("finish_reason", "gen_ai.response.finish_reasons", words))


class CohereChat:
    """`POST */v2/chat`."""

    name = "cohere"
    operation = "chat"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/v2/chat`."""
        return paths.endpoint(path, "/v2/chat") if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the model and its parameters."""
        return attributes(record(body), _REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return id, finish reason and usage, or the error's type."""
        answer = whole(data, media_type, fold)
        return {**attributes(answer, _RESPONSE), **tokens.cohere(answer.get("usage")), **error_type(answer)}

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return what the message says; the plan that comes with tool calls is reasoning."""
        message = record(whole(data, media_type, fold).get("message"))
        said = chat_messages.reply(message)
        planned = encodable(text(message.get("tool_plan")))
        return Reply(said.text, "\n\n".join(filter(None, (said.reasoning, planned))), said.tool_calls)
