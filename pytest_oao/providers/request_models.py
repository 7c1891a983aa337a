"""The model and the stream flag of a request whose path tells them in place of its body."""

from dataclasses import replace

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.ports import Provider
from pytest_oao.providers.recognition import Recognised


def with_endpoint(request: ModelRequest, provider: Provider, endpoint: str) -> ModelRequest:
    """Return a request with what its endpoint tells; what the body tells counts before that."""
    if not endpoint:
        return request
    found = Recognised(provider, endpoint.partition("?")[0])
    return replace(request, model=request.model or found.model, stream=request.stream or found.streamed)
