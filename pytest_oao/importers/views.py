"""What a model call says in neutral form, whichever form its record has."""

from functools import lru_cache

from pytest_oao.importers.observations import Native, ObservedCall
from pytest_oao.importers.quoted_results import Conversations, QuotedResults
from pytest_oao.importers.tool_parts import CALLS
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.kinds import HTTP
from pytest_oao.model.outcomes import FIRST_ERROR
from pytest_oao.ports import Codec
from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.fields import text
from pytest_oao.providers.http_calls import http_call
from pytest_oao.providers.payloads import loads


def asks_a_model(one: ObservedCall) -> bool:
    """Whether a record is one of a model call."""
    asked = one.asked
    return isinstance(asked, ModelRequest) or (isinstance(asked, Native) and _is_model_api(asked.method, asked.url))


def request_of(one: ObservedCall) -> ModelRequest | None:
    """Return what a model was asked; None for other calls, and for APIs that are not translated."""
    if isinstance(one.asked, ModelRequest):
        return one.asked
    return _read_request(one.asked) if isinstance(one.asked, Native) else None


def response_of(one: ObservedCall) -> ModelResponse | None:
    """Return what a model answered; None where it did not, and for APIs that are not translated."""
    if isinstance(one.came, ModelResponse):
        return one.came
    if not isinstance(one.came, Native) or one.came.status >= FIRST_ERROR:
        return None
    return _read_response(one.came, one.asked.url if isinstance(one.asked, Native) else "")


def failed(one: ObservedCall) -> bool:
    """Whether a model call is one that failed."""
    return isinstance(one.came, ModelFailure) or (isinstance(one.came, Native) and one.came.status >= FIRST_ERROR)


def asked_tools(one: ObservedCall) -> list[JSONObject]:
    """Return the tool calls in a model's first answer."""
    quick = _quick(one)
    if quick is not None:
        return CALLS[quick[0]](quick[1])
    response = response_of(one)
    choices = response.choices[:1] if response else ()
    return [part for choice in choices for part in choice.parts if part.get("type") == "tool_call"]


def response_id(one: ObservedCall) -> str:
    """Return the id of a model's answer; empty where there is none."""
    quick = _quick(one)
    if quick is not None:
        return text(quick[1].get("id"))
    response = response_of(one)
    return response.id if response else ""


def _quick(one: ObservedCall) -> tuple[str, JSONObject] | None:
    """Return the API and the JSON of an answer that can be read in parts; None of others."""
    asked, came = one.asked, one.came
    if not isinstance(came, Native) or not isinstance(asked, Native) or not came.parsed or came.status >= FIRST_ERROR:
        return None
    codec, answer = _codec(asked.method, asked.url), came.parsed[0]
    return (codec.api, answer) if codec and codec.api in CALLS and isinstance(answer, dict) else None


def quoted_results(one: ObservedCall, conversations: Conversations) -> QuotedResults:
    """Return the results of tools that a request quotes, in their order."""
    asked = one.asked
    if isinstance(asked, Native) and asked.parsed and isinstance(asked.parsed[0], dict):
        codec = _codec(asked.method, asked.url)
        return conversations.quoted_in_native(asked.parsed[0], codec) if codec else QuotedResults()
    request = request_of(one)
    return conversations.quoted_in(request) if request else QuotedResults()


@lru_cache(maxsize=256)
def _is_model_api(method: str, url: str) -> bool:
    return http_call(method, url, (), b"").kind != HTTP


@lru_cache(maxsize=256)
def _codec(method: str, url: str) -> Codec | None:
    return codec_for(http_call(method, url, (), b"").target)


@lru_cache(maxsize=256)
def _read_request(native: Native) -> ModelRequest | None:
    call = http_call(native.method, native.url, (("content-type", native.media_type),), native.data)
    codec = codec_for(call.target)
    body = native.parsed[0] if native.parsed else loads(native.data)
    return codec.read_request(body, call.target.partition(" ")[2]) if codec else None


@lru_cache(maxsize=256)
def _read_response(native: Native, url: str) -> ModelResponse | None:
    codec = _codec("POST", url)
    return codec.read_response(native.data, native.media_type) if codec else None
