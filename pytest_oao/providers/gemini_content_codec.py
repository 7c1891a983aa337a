"""Gemini's content API, both ways."""

from collections.abc import Iterator

from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import failure_bodies, gemini_answers, gemini_requests
from pytest_oao.providers.gemini_events import events
from pytest_oao.providers.gemini_parts import API
from pytest_oao.providers.gemini_streams import fold
from pytest_oao.providers.payloads import whole
from pytest_oao.providers.recognition import GEMINI_CONTENT
from pytest_oao.providers.request_models import with_endpoint


class GeminiContentCodec:
    """`gemini.generate_content`, on Google AI and on Vertex AI."""

    api = API

    def read_request(self, body: JSON, endpoint: str = "") -> ModelRequest:
        """Return what a request asks; its path names the model, and says whether to stream."""
        return with_endpoint(gemini_requests.read_request(body), GEMINI_CONTENT, endpoint)

    def write_request(self, request: ModelRequest) -> JSONObject:
        """Return the request's body."""
        return gemini_requests.write_request(request)

    def read_response(self, data: bytes, media_type: str) -> ModelResponse:
        """Return what an answer says, whole or in chunks."""
        return gemini_answers.read_answer(whole(data, media_type, fold))

    def write_response(self, response: ModelResponse, asked: ModelRequest) -> JSONObject:
        """Return the answer."""
        return gemini_answers.write_answer(response, asked)

    def write_stream(self, response: ModelResponse, asked: ModelRequest) -> Iterator[bytes]:
        """Yield the answer's chunks as server-sent events."""
        return events(self.write_response(response, asked))

    def read_failure(self, data: bytes, status: int) -> ModelFailure:
        """Return how a request failed."""
        return failure_bodies.read_failure(data, status)

    def write_failure(self, failure: ModelFailure) -> JSONObject:
        """Return the body of a failure."""
        return failure_bodies.write_google(failure)
