"""What one of LiteLLM's payloads tells of a model call: OpenAI's words for it, whichever provider answered."""

import re
from dataclasses import replace

from pytest_oao.cassette.encodings import compact
from pytest_oao.errors import MissingContent
from pytest_oao.importers.anthropic_system import anthropic_system
from pytest_oao.importers.api_addresses import URLS
from pytest_oao.importers.apis_by_shape import api_of_answer
from pytest_oao.importers.failures import http_status
from pytest_oao.importers.merged_streams import unstreamed
from pytest_oao.importers.observations import Came, Native, ToldCall
from pytest_oao.model import provenance
from pytest_oao.model.apis import CHAT, COMPLETIONS, EMBEDDINGS, MESSAGES, RESPONSES
from pytest_oao.model.conversations import Message, ModelFailure, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import FIRST_ERROR
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.failure_statuses import status_of
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.payloads import loads

_CALLS = re.compile(
    r"_?a?(?:text_completion|completion|responses|anthropic_messages|embedding|generate_content)(?:_stream)?"
)
"""The `call_type`s that ask a model in words; others make images, transcribe, rank, moderate."""
_REDACTED = b'"redacted-by-litellm"'
_CUT = b"(litellm_truncated skipped "
_PREFIX = re.compile(r"\A(?:litellm\.)?\w*+: (?:\w++: )?(?:\w*Exception *[-:] *)?(?:Error code: \d{3} - )?")
_ADDED = frozenset({"provider_specific_fields", "thinking_blocks"})
"""What LiteLLM adds to OpenAI's messages."""
_UNREACHED = "Connection error."
"""What SDKs say where no answer came at all; LiteLLM gives it a status all the same."""
_OPENAI = frozenset({"openai", "azure", "text-completion-openai"})
"""Providers whose response ids LiteLLM passes on; of others it makes some up."""
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""OpenTelemetry's names for those of LiteLLM."""


def is_call(told: JSONObject) -> bool:
    """Whether a payload is of a call that asks a model in words; one without a type is taken for one."""
    kind = text(told.get("call_type"))
    return not kind or _CALLS.fullmatch(kind) is not None


def call_in(told: JSONObject, where: str) -> ToldCall:
    """Return the call; raises MissingContent where its messages were not logged."""
    body = _body(told)
    answer = record(told.get("response"))
    _require(told, body, answer, where)
    truncated = _truncated(told, answer)
    if "embedding" in text(told.get("call_type")):
        vectors = Native(compact(answer)) if answer else None
        return ToldCall(Native(compact(body), URLS[EMBEDDINGS]), _failure(told) or vectors, truncated=truncated)
    request = CODECS[_api(told)].read_request(body)
    asked = replace(request, provider=_provider(told), api=request.api or CHAT)
    came = _came(told, answer)
    return ToldCall(asked, came, _lacked(told, came), truncated=truncated)


def _body(told: JSONObject) -> JSONObject:
    """Return the request as its caller made it, in OpenAI's words or in Anthropic's."""
    said: JSON = told.get("messages")
    kind = text(told.get("call_type"))
    name = "input" if "responses" in kind or "embedding" in kind else "messages"
    if name == "messages" and isinstance(said, str):
        said = [{"role": "user", "content": said}]
    given = record(told.get("model_parameters"))
    parameters: JSONObject = {key: item for key, item in given.items() if item is not None}
    if _api(told) == MESSAGES and isinstance(said, list):
        parameters = anthropic_system({**parameters, "messages": said})
        said = parameters.pop("messages")
    if name == "messages" and _api(told) == CHAT:
        said = [_own_message(one) for one in records(said)]
    model = text(told.get("model")).removeprefix(f"{text(told.get('custom_llm_provider'))}/")
    return {"model": model, name: said, **parameters}


def _api(told: JSONObject) -> str:
    """Return whose words a payload has: of all providers OpenAI's, unless its caller used another API's."""
    kind = text(told.get("call_type"))
    return RESPONSES if "responses" in kind else MESSAGES if "anthropic_messages" in kind else CHAT


def _require(told: JSONObject, body: JSONObject, answer: JSONObject, where: str) -> None:
    """Raise MissingContent where the log was told to leave out what was said."""
    said = body.get("input", body.get("messages"))
    if _REDACTED in compact([said, answer]):
        remedy = "Set litellm_settings.turn_off_message_logging: false, and log the calls again."
        raise MissingContent("LiteLLM redacted what was said", where=where, remedy=remedy)
    if not said:
        remedy = "Set litellm_settings.turn_off_message_logging: false, and log the calls again."
        if "row" in told:
            remedy = "Set general_settings.store_prompts_in_spend_logs: true; rows of before have no content."
        raise MissingContent("the log has no messages", where=where, remedy=remedy)


def _came(told: JSONObject, answer: JSONObject) -> Came | None:
    if failure := _failure(told):
        return failure
    api = api_of_answer(answer)
    if api in (CHAT, COMPLETIONS):
        api, answer = CHAT, unstreamed(answer)
    codec = CODECS.get(api)
    if codec is None:
        return None
    choices: list[JSON] = [_own_choice(choice) for choice in records(answer.get("choices"))]
    native = {**answer, "choices": choices} if api == CHAT else answer
    return _with_thoughts(codec.read_response(compact(native), "application/json"), answer)


def _own_choice(choice: JSONObject) -> JSONObject:
    """Return a choice as OpenAI writes it."""
    own: JSONObject = {key: item for key, item in choice.items() if key not in _ADDED}
    return own | {"message": _own_message(record(choice.get("message")))}


def _own_message(message: JSONObject) -> JSONObject:
    """Return a message without what LiteLLM adds to it, and without its fields that say nothing."""
    kept = {key: item for key, item in message.items() if key not in _ADDED and (item is not None or key == "content")}
    if calls := records(kept.get("tool_calls")):
        kept["tool_calls"] = [{key: item for key, item in call.items() if key != "index"} for call in calls]
    return kept


def _failed(told: JSONObject) -> bool:
    return told.get("status") == "failure"


def _failure(told: JSONObject) -> ModelFailure | None:
    """Return how a call failed, as the provider said it: LiteLLM puts names of its own before it."""
    if not _failed(told):
        return None
    error = record(told.get("error_information"))
    said = text(error.get("error_message")) or text(told.get("error_str"))
    message = _PREFIX.sub("", said)
    start = message.find("{")
    body = loads(message[start:]) if start >= 0 else None
    kind = text(error.get("error_class"))
    if message == _UNREACHED:
        return ModelFailure(0, "APIConnectionError", message)
    status = http_status(error.get("error_code")) or status_of(ModelFailure(0, kind, message))
    inner = text(record(record(body).get("error")).get("message"))
    after = _seconds(record(record(told.get("hidden_params")).get("additional_headers")))
    return ModelFailure(
        max(status, FIRST_ERROR) if status else 0,
        kind,
        inner or message,
        body if isinstance(body, dict) else None,
        after,
    )


def _seconds(headers: JSONObject) -> float | None:
    """Return how long the provider asked to wait."""
    value = headers.get("llm_provider-retry-after", headers.get("retry-after"))
    try:
        return float(text(value)) if text(value) else None
    except ValueError:
        return None


def _with_thoughts(response: ModelResponse, answer: JSONObject) -> ModelResponse:
    """Return an answer with the model's signed reasoning, which LiteLLM keeps beside the message."""
    choices: list[Message] = []
    for choice, told in zip(response.choices, records(answer.get("choices")), strict=False):
        message = record(told.get("message"))
        blocks = records(message.get("thinking_blocks")) or records(
            record(message.get("provider_specific_fields")).get("thinking_blocks")
        )
        thoughts = tuple(_thought(block) for block in blocks)
        others = tuple(part for part in choice.parts if part.get("type") != "reasoning")
        choices.append(replace(choice, parts=(*thoughts, *others)) if thoughts else choice)
    return replace(response, choices=(*choices, *response.choices[len(choices) :]))


def _thought(block: JSONObject) -> JSONObject:
    """Return a block of reasoning as a part, with what its provider wants back beside it."""
    said: JSONObject = {"type": "reasoning", "content": text(block.get("thinking"))}
    if block.get("type") == "redacted_thinking":
        return said | {"redacted_data": block.get("data")}
    return said | ({"signature": block["signature"]} if text(block.get("signature")) else {})


def _provider(told: JSONObject) -> str:
    name = text(told.get("custom_llm_provider"))
    return _PROVIDERS.get(name, name)


def _lacked(told: JSONObject, came: Came | None) -> frozenset[str]:
    """Return what this payload cannot tell."""
    group = text(told.get("model_group"))
    made_up = text(told.get("custom_llm_provider")) not in _OPENAI
    lacked = {
        provenance.RESPONSE_ID: isinstance(came, ModelResponse) and made_up,
        provenance.MODEL: bool(group) and not text(told.get("model")).endswith(group),
    }
    return frozenset(name for name, holds in lacked.items() if holds)


def _truncated(told: JSONObject, answer: JSONObject) -> frozenset[str]:
    """Return what the proxy's table has cut out of the middle."""
    messages, given = records(told.get("messages")), record(told.get("model_parameters"))
    last = max((at for at, one in enumerate(messages) if one.get("role") == "user"), default=0)
    systems = [one for one in messages if one.get("role") in ("system", "developer")]
    others = [one for one in messages[:last] if one not in systems]
    places: dict[str, JSON] = {
        provenance.SYSTEM: [*systems, given.get("system"), given.get("instructions")],
        provenance.EARLIER: [*others],
        provenance.MESSAGES: [*messages[last:]] if messages else told.get("messages"),
        provenance.TOOLS: given.get("tools"),
        provenance.ANSWER: answer,
    }
    return frozenset(name for name, value in places.items() if _CUT in compact(value))
