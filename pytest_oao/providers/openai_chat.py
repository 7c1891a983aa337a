"""OpenAI's chat completions, as dozens of other servers speak them too."""

from collections.abc import Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply
from pytest_oao.providers import chat_messages, paths, tokens
from pytest_oao.providers.chat_streams import fold
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import attributes, count, flag, number, output_type, record, records, word, words
from pytest_oao.providers.payloads import whole

REQUEST = (
    ("model", "gen_ai.request.model", word),
    ("temperature", "gen_ai.request.temperature", number),
    ("top_p", "gen_ai.request.top_p", number),
    ("frequency_penalty", "gen_ai.request.frequency_penalty", number),
    ("presence_penalty", "gen_ai.request.presence_penalty", number),
    ("max_tokens", "gen_ai.request.max_tokens", count),
    ("max_completion_tokens", "gen_ai.request.max_tokens", count),
    ("stop", "gen_ai.request.stop_sequences", words),
    ("seed", "gen_ai.request.seed", number),
    ("n", "gen_ai.request.choice.count", count),
    ("stream", "gen_ai.request.stream", flag),
    ("response_format", "gen_ai.output.type", output_type),
)
RESPONSE = (("id", "gen_ai.response.id", word), ("model", "gen_ai.response.model", word))


class OpenAIChat:
    """`POST */chat/completions`."""

    name = "openai"
    operation = "chat"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/chat/completions`, after Azure's deployment."""
        return paths.endpoint(path, "/chat/completions") if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the model and its parameters."""
        return attributes(record(body), REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return id, model, finish reasons and usage, or the error's type."""
        return describe_completion(whole(data, media_type, fold))

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return the message of the first choice, which is what agents go on with."""
        choice = first_choice(whole(data, media_type, fold))
        return chat_messages.reply(record(choice.get("message")))


def describe_completion(completion: JSONObject) -> JSONObject:
    """Return the attributes of a completion, of a chat or of plain text."""
    told = attributes(completion, RESPONSE)
    reasons = words([choice.get("finish_reason") for choice in records(completion.get("choices"))])
    if reasons:
        told["gen_ai.response.finish_reasons"] = reasons
    return {**told, **tokens.openai(completion.get("usage")), **error_type(completion)}


def first_choice(completion: JSONObject) -> JSONObject:
    """Return the choice with the lowest index."""
    return next(iter(records(completion.get("choices"))), {})
