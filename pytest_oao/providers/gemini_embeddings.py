"""Gemini's embeddings, of one text or of many."""

from collections.abc import Iterator, Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply
from pytest_oao.providers import paths, tokens
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import attributes, camel_cased, count, records
from pytest_oao.providers.gemini_content import RESPONSE
from pytest_oao.providers.payloads import whole

_REQUEST = (("outputDimensionality", "gen_ai.embeddings.dimension.count", count),)


class GeminiEmbeddings:
    """`POST */models/{model}:embedContent` and `:batchEmbedContents`."""

    name = "gcp.gemini"
    operation = "embeddings"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/models/{model}:embedContent`."""
        return paths.model_verb(path, ("embedContent", "batchEmbedContents")) if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the size of the vectors; the path names the model."""
        asked = camel_cased(body)
        first = next(iter(records(asked.get("requests"))), asked)
        return attributes(camel_cased(first), _REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return usage, where it is told, or the error's type."""
        body = whole(data, media_type, _never_streamed)
        return {**attributes(body, RESPONSE), **tokens.gemini(body.get("usageMetadata")), **error_type(body)}

    def reply(self, data: bytes, media_type: str) -> Reply:  # noqa: ARG002 - the protocol's
        """Return nothing: vectors say nothing."""
        return Reply()


def _never_streamed(events: Iterator[JSONObject]) -> JSONObject:
    return next(events, {})
