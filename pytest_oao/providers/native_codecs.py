"""A codec, made of the functions that translate one API's JSON."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Provider
from pytest_oao.providers.failure_bodies import read_failure
from pytest_oao.providers.payloads import Fold, whole
from pytest_oao.providers.recognition import Recognised


@dataclass(slots=True)
class NativeCodec:
    """Translates one API; what is nested too deep to be worked on says nothing."""

    api: str
    provider: Provider
    asks: Callable[[JSON], ModelRequest]
    """Reads a request's body."""
    asking: Callable[[ModelRequest], JSONObject]
    """Writes it."""
    fold: Fold
    says: Callable[[JSONObject], ModelResponse]
    """Reads an answer, whole."""
    saying: Callable[[ModelResponse, ModelRequest], JSONObject]
    """Writes it."""
    events: Callable[[JSONObject, ModelRequest], Iterator[bytes]]
    """Streams an answer that is written."""
    failing: Callable[[ModelFailure], JSONObject]
    """Writes the body of a failure."""

    def read_request(self, body: JSON, endpoint: str = "") -> ModelRequest:
        """Return what a request asks; an endpoint may name the model, and say whether to stream."""
        try:
            request = self.asks(body)
        except RecursionError:
            request = ModelRequest(api=self.api)
        found = Recognised(self.provider, endpoint.partition("?")[0])
        return replace(request, model=request.model or found.model, stream=request.stream or found.streamed)

    def write_request(self, request: ModelRequest) -> JSONObject:
        """Return the request's body."""
        return self.asking(request)

    def read_response(self, data: bytes, media_type: str) -> ModelResponse:
        """Return what an answer says, whole or in the events of a stream."""
        try:
            return self.says(whole(data, media_type, self.fold))
        except RecursionError:
            return ModelResponse(extra={"api": self.api})

    def write_response(self, response: ModelResponse, asked: ModelRequest) -> JSONObject:
        """Return the answer's body."""
        return self.saying(response, asked)

    def write_stream(self, response: ModelResponse, asked: ModelRequest) -> Iterator[bytes]:
        """Yield the answer as server-sent events."""
        return self.events(self.saying(response, asked), asked)

    def read_failure(self, data: bytes, status: int) -> ModelFailure:
        """Return how a request failed."""
        return read_failure(data, status)

    def write_failure(self, failure: ModelFailure) -> JSONObject:
        """Return the body of a failure."""
        return self.failing(failure)
