"""What a model call says in neutral form, whichever form its record has."""

from functools import lru_cache

from pytest_oao.importers.observations import Native, Observed
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.kinds import HTTP
from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.fields import records, text
from pytest_oao.providers.http_calls import http_call
from pytest_oao.providers.payloads import loads

_FAILED = 400


def asks_a_model(one: Observed) -> bool:
    """Whether a record is one of a model call."""
    asked = one.asked
    return isinstance(asked, ModelRequest) or (isinstance(asked, Native) and _is_model_api(asked.method, asked.url))


def request_of(one: Observed) -> ModelRequest | None:
    """Return what a model was asked; None for other calls, and for APIs that are not translated."""
    if isinstance(one.asked, ModelRequest):
        return one.asked
    return _read_request(one.asked) if isinstance(one.asked, Native) else None


def response_of(one: Observed) -> ModelResponse | None:
    """Return what a model answered; None where it did not, and for APIs that are not translated."""
    if isinstance(one.came, ModelResponse):
        return one.came
    if not isinstance(one.came, Native) or one.came.status >= _FAILED:
        return None
    return _read_response(one.came, one.asked.url if isinstance(one.asked, Native) else "")


def failed(one: Observed) -> bool:
    """Whether a model call is one that failed."""
    return isinstance(one.came, ModelFailure) or (isinstance(one.came, Native) and one.came.status >= _FAILED)


def asked_tools(one: Observed) -> list[JSONObject]:
    """Return the tool calls in a model's first answer."""
    response = response_of(one)
    choices = response.choices[:1] if response else ()
    return [part for choice in choices for part in choice.parts if part.get("type") == "tool_call"]


def quoted_results(one: Observed) -> dict[str, JSONObject]:
    """Return the results of tools that a request quotes, by the id of the tool call."""
    request = request_of(one)
    parts = (part for message in (request.messages if request else ()) for part in records(list(message.parts)))
    return {text(part.get("id")): part for part in parts if part.get("type") == "tool_call_response"}


@lru_cache(maxsize=256)
def _is_model_api(method: str, url: str) -> bool:
    return http_call(method, url, (), b"").kind != HTTP


@lru_cache(maxsize=256)
def _read_request(native: Native) -> ModelRequest | None:
    call = http_call(native.method, native.url, (("content-type", native.media_type),), native.data)
    codec = codec_for(call.target)
    return codec.read_request(loads(native.data), call.target.partition(" ")[2]) if codec else None


@lru_cache(maxsize=256)
def _read_response(native: Native, url: str) -> ModelResponse | None:
    codec = codec_for(http_call("POST", url, (), b"").target)
    return codec.read_response(native.data, native.media_type) if codec else None
