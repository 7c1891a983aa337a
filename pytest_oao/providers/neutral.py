"""The neutral form of a model call ⇄ the JSON that a cassette keeps of it, in OpenTelemetry's names."""

from collections.abc import Iterable

from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import USAGE_ATTRIBUTES
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import tokens
from pytest_oao.providers.fields import count, flag, number, record, records, text

MEDIA_TYPE = "application/vnd.oao.model-call+json"
"""Of the bodies of model calls that were imported without the bytes of their provider."""
MESSAGES = "gen_ai.input.messages"
"""The field of a request's messages."""

_PARAMETERS = "gen_ai.request."
_NAMED = frozenset({"gen_ai.request.model", "gen_ai.request.stream"})
_ERROR = "error.type"


def request_json(request: ModelRequest, messages: list[JSON] | None = None) -> JSONObject:
    """Return what a cassette keeps of a request; what it does not tell is left out.

    `messages` is what it keeps of the messages, where that is at hand.
    """
    told: JSONObject = {
        "gen_ai.provider.name": request.provider,
        "api": request.api,
        "gen_ai.request.model": request.model,
        "gen_ai.request.stream": request.stream,
        **request.parameters,
        "gen_ai.system_instructions": list(request.system),
        MESSAGES: messages_json(request.messages) if messages is None else messages,
        "gen_ai.tool.definitions": list(request.tools),
        "extra": dict(request.extra),
    }
    return _saying(told, request.parameters)


def request_of(value: JSON) -> ModelRequest:
    """Return the request that a cassette keeps."""
    told = record(value)
    return ModelRequest(
        model=text(told.get("gen_ai.request.model")),
        system=tuple(records(told.get("gen_ai.system_instructions"))),
        messages=_messages_of(told.get(MESSAGES)),
        tools=tuple(records(told.get("gen_ai.tool.definitions"))),
        parameters={name: item for name, item in told.items() if name.startswith(_PARAMETERS) and name not in _NAMED},
        extra=record(told.get("extra")),
        stream=bool(flag(told.get("gen_ai.request.stream"))),
        api=text(told.get("api")),
        provider=text(told.get("gen_ai.provider.name")),
    )


def response_json(response: ModelResponse) -> JSONObject:
    """Return what a cassette keeps of an answer."""
    usage = {key: getattr(response.usage, name) for name, key in USAGE_ATTRIBUTES.items()}
    told: JSONObject = {
        "gen_ai.response.id": response.id,
        "gen_ai.response.model": response.model,
        "gen_ai.output.messages": messages_json(response.choices),
        **{key: tokens for key, tokens in usage.items() if tokens is not None},
        "extra": dict(response.extra),
    }
    return _saying(told, USAGE_ATTRIBUTES.values())


def response_of(value: JSON) -> ModelResponse:
    """Return the answer that a cassette keeps."""
    told = record(value)
    return ModelResponse(
        id=text(told.get("gen_ai.response.id")),
        model=text(told.get("gen_ai.response.model")),
        choices=_messages_of(told.get("gen_ai.output.messages")),
        usage=tokens.usage(told),
        extra=record(told.get("extra")),
    )


def failure_json(failure: ModelFailure) -> JSONObject:
    """Return what a cassette keeps of a failure."""
    told: JSONObject = {
        _ERROR: failure.type or "error",
        "http.response.status_code": failure.status or None,
        "message": failure.message,
        "body": failure.body,
        "retry_after": failure.retry_after,
        "retried": failure.retried,
    }
    return _saying(told)


def failure_of(value: JSON) -> ModelFailure | None:
    """Return the failure that a cassette keeps; None where it keeps an answer."""
    told = record(value)
    if _ERROR not in told:
        return None
    after = number(told.get("retry_after"))
    return ModelFailure(
        status=count(told.get("http.response.status_code")) or 0,
        type=text(told.get(_ERROR)),
        message=text(told.get("message")),
        body=told.get("body"),
        retry_after=None if after is None else float(after),
        retried=bool(flag(told.get("retried"))),
    )


def messages_json(messages: Iterable[Message]) -> list[JSON]:
    """Return what a cassette keeps of messages."""
    return [
        {
            "role": one.role,
            "parts": list(one.parts),
            **({"finish_reason": one.finish_reason} if one.finish_reason else {}),
        }
        for one in messages
    ]


def _messages_of(value: JSON) -> tuple[Message, ...]:
    return tuple(
        Message(text(one.get("role")), tuple(records(one.get("parts"))), text(one.get("finish_reason")))
        for one in records(value)
    )


def _saying(told: JSONObject, always: Iterable[str] = ()) -> JSONObject:
    """Leave out what says nothing; a parameter of zero says something."""
    kept = frozenset(always)
    return {name: value for name, value in told.items() if name in kept or value not in (None, "", False, [], {})}
