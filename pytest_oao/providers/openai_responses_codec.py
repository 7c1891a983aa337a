"""OpenAI's Responses, both ways."""

from collections.abc import Iterator

from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import failure_bodies, responses_answers, responses_requests
from pytest_oao.providers.payloads import whole
from pytest_oao.providers.recognition import OPENAI_RESPONSES
from pytest_oao.providers.request_models import with_endpoint
from pytest_oao.providers.responses_content import API
from pytest_oao.providers.responses_events import events
from pytest_oao.providers.responses_streams import fold


class OpenAIResponsesCodec:
    """`openai.responses`."""

    api = API

    def read_request(self, body: JSON, endpoint: str = "") -> ModelRequest:
        """Return what a request asks."""
        return with_endpoint(responses_requests.read_request(body), OPENAI_RESPONSES, endpoint)

    def write_request(self, request: ModelRequest) -> JSONObject:
        """Return the request's body."""
        return responses_requests.write_request(request)

    def read_response(self, data: bytes, media_type: str) -> ModelResponse:
        """Return what a response says, whole or in events."""
        return responses_answers.read_answer(whole(data, media_type, fold))

    def write_response(self, response: ModelResponse, asked: ModelRequest) -> JSONObject:
        """Return the response."""
        return responses_answers.write_answer(response, asked)

    def write_stream(self, response: ModelResponse, asked: ModelRequest) -> Iterator[bytes]:
        """Yield the response's events."""
        return events(self.write_response(response, asked))

    def read_failure(self, data: bytes, status: int) -> ModelFailure:
        """Return how a request failed."""
        return failure_bodies.read_failure(data, status)

    def write_failure(self, failure: ModelFailure) -> JSONObject:
        """Return the body of a failure."""
        return failure_bodies.write_openai(failure)
