"""OpenAI's former text completions, which vLLM and llama.cpp still serve."""

from collections.abc import Mapping

from pytest_oao.model.jsontypes import JSON
from pytest_oao.ports import Reply
from pytest_oao.providers import paths
from pytest_oao.providers.chat_streams import fold
from pytest_oao.providers.fields import attributes, encodable, record, text
from pytest_oao.providers.openai_chat import REQUEST, describe_completion, first_choice
from pytest_oao.providers.payloads import whole


class OpenAICompletions:
    """`POST */completions`."""

    name = "openai"
    operation = "text_completion"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/completions`, after Azure's deployment."""
        return paths.common_endpoint(path, "/completions") if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the model and its parameters."""
        return attributes(record(body), REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return id, model, finish reasons and usage, or the error's type."""
        return describe_completion(whole(data, media_type, fold))

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return the text of the first choice, which a stream's chunks are put together into a message of."""
        choice = first_choice(whole(data, media_type, fold))
        return Reply(encodable(text(choice.get("text")) or text(record(choice.get("message")).get("content"))))
