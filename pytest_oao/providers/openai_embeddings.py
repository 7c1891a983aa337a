"""OpenAI's embeddings."""

from collections.abc import Iterator, Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply
from pytest_oao.providers import paths, tokens
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import attributes, count, record, word, words
from pytest_oao.providers.openai_chat import RESPONSE
from pytest_oao.providers.payloads import whole

_REQUEST = (
    ("model", "gen_ai.request.model", word),
    ("encoding_format", "gen_ai.request.encoding_formats", words),
    ("dimensions", "gen_ai.embeddings.dimension.count", count),
)


class OpenAIEmbeddings:
    """`POST */embeddings`."""

    name = "openai"
    operation = "embeddings"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/embeddings`, after Azure's deployment."""
        return paths.endpoint(path, "/embeddings") if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the model and the form of the vectors."""
        return attributes(record(body), _REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return model and usage, or the error's type."""
        body = whole(data, media_type, _never_streamed)
        return {**attributes(body, RESPONSE), **tokens.openai(body.get("usage")), **error_type(body)}

    def reply(self, data: bytes, media_type: str) -> Reply:  # noqa: ARG002 - the protocol's
        """Return nothing: vectors say nothing."""
        return Reply()


def _never_streamed(events: Iterator[JSONObject]) -> JSONObject:
    return next(events, {})
