"""Cohere's embeddings, in the second version of its API."""

from collections.abc import Iterator, Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply
from pytest_oao.providers import paths, tokens
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import attributes, count, record, word, words
from pytest_oao.providers.payloads import whole

_REQUEST = (
    ("model", "gen_ai.request.model", word),
    ("embedding_types", "gen_ai.request.encoding_formats", words),
    ("output_dimension", "gen_ai.embeddings.dimension.count", count),
)
_RESPONSE = (("id", "gen_ai.response.id", word),)


class CohereEmbeddings:
    """`POST */v2/embed`."""

    name = "cohere"
    operation = "embeddings"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/v2/embed`."""
        return paths.endpoint(path, "/v2/embed") if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the model and the form of the vectors."""
        return attributes(record(body), _REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return id and usage, or the error's type."""
        body = whole(data, media_type, _never_streamed)
        return {**attributes(body, _RESPONSE), **tokens.cohere(body.get("meta")), **error_type(body)}

    def reply(self, data: bytes, media_type: str) -> Reply:  # noqa: ARG002 - the protocol's
        """Return nothing: vectors say nothing."""
        return Reply()


def _never_streamed(events: Iterator[JSONObject]) -> JSONObject:
    return next(events, {})
