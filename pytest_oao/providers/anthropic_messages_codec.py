"""Anthropic's messages, both ways."""

from collections.abc import Iterator

from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import anthropic_answers, anthropic_requests, failure_bodies
from pytest_oao.providers.anthropic_blocks import API
from pytest_oao.providers.anthropic_events import events
from pytest_oao.providers.anthropic_streams import fold
from pytest_oao.providers.payloads import whole
from pytest_oao.providers.recognition import ANTHROPIC_MESSAGES
from pytest_oao.providers.request_models import with_endpoint


class AnthropicMessagesCodec:
    """`anthropic.messages`, on its own hosts, on Amazon Bedrock and on Google Vertex AI."""

    api = API

    def read_request(self, body: JSON, endpoint: str = "") -> ModelRequest:
        """Return what a request asks; a path of Bedrock or Vertex names the model, and says whether to stream."""
        return with_endpoint(anthropic_requests.read_request(body), ANTHROPIC_MESSAGES, endpoint)

    def write_request(self, request: ModelRequest) -> JSONObject:
        """Return the request's body."""
        return anthropic_requests.write_request(request)

    def read_response(self, data: bytes, media_type: str) -> ModelResponse:
        """Return what a message says, whole or in events."""
        return anthropic_answers.read_answer(whole(data, media_type, fold))

    def write_response(self, response: ModelResponse, asked: ModelRequest) -> JSONObject:
        """Return the message."""
        return anthropic_answers.write_answer(response, asked)

    def write_stream(self, response: ModelResponse, asked: ModelRequest) -> Iterator[bytes]:
        """Yield the message's events."""
        return events(self.write_response(response, asked))

    def read_failure(self, data: bytes, status: int) -> ModelFailure:
        """Return how a request failed."""
        return failure_bodies.read_failure(data, status)

    def write_failure(self, failure: ModelFailure) -> JSONObject:
        """Return the body of a failure."""
        return failure_bodies.write_anthropic(failure)
