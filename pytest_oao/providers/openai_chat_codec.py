"""OpenAI's chat completions, both ways."""

from collections.abc import Iterator

from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import chat_answers, chat_requests, failure_bodies
from pytest_oao.providers.chat_content import API
from pytest_oao.providers.chat_events import chunks
from pytest_oao.providers.chat_streams import fold
from pytest_oao.providers.fields import record
from pytest_oao.providers.payloads import whole
from pytest_oao.providers.recognition import OPENAI_CHAT
from pytest_oao.providers.request_models import with_endpoint


class OpenAIChatCodec:
    """`openai.chat`."""

    api = API

    def read_request(self, body: JSON, endpoint: str = "") -> ModelRequest:
        """Return what a request asks; Azure's path may name the model."""
        return with_endpoint(chat_requests.read_request(body), OPENAI_CHAT, endpoint)

    def write_request(self, request: ModelRequest) -> JSONObject:
        """Return the request's body."""
        return chat_requests.write_request(request)

    def read_response(self, data: bytes, media_type: str) -> ModelResponse:
        """Return what a completion says, whole or in chunks."""
        return chat_answers.read_answer(whole(data, media_type, fold))

    def write_response(self, response: ModelResponse, asked: ModelRequest) -> JSONObject:
        """Return the completion."""
        return chat_answers.write_answer(response, asked)

    def write_stream(self, response: ModelResponse, asked: ModelRequest) -> Iterator[bytes]:
        """Yield the completion's chunks, with the usage where `stream_options` ask for it."""
        with_usage = record(asked.extra.get("stream_options")).get("include_usage") is True
        return chunks(self.write_response(response, asked), with_usage=with_usage)

    def read_failure(self, data: bytes, status: int) -> ModelFailure:
        """Return how a request failed."""
        return failure_bodies.read_failure(data, status)

    def write_failure(self, failure: ModelFailure) -> JSONObject:
        """Return the body of a failure."""
        return failure_bodies.write_openai(failure)
