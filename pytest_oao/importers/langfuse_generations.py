"""A generation of Langfuse's → the model call that it tells of, and what it cannot tell."""

from dataclasses import replace

from pytest_oao.importers.failures import failure_in_text
from pytest_oao.importers.langfuse_facts import lacked_of, settings_of, usage_of
from pytest_oao.importers.langfuse_records import attributes_of, definitions_of, span_definitions
from pytest_oao.importers.observations import ToldCall
from pytest_oao.importers.response_echoes import UNSEEN, asked_for, echoed_request, is_answers, sees_answers
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told, tool_definitions, with_settings
from pytest_oao.model import provenance
from pytest_oao.model.apis import RESPONSES
from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.payloads import unwrapped
from pytest_oao.providers.stop_reasons import neutral_reason

_WORDS = {"input": provenance.MESSAGES, "output": provenance.ANSWER}
"""What is cut off where a field is."""
CUT = "[TRUNCATED: Field exceeded size limit]"


def generation_of(told: JSONObject) -> ToldCall:
    """Return the model call of an observation."""
    attributes = attributes_of(told)
    cut = frozenset(word for field, word in _WORDS.items() if _is_cut(told, field))
    asked = _request(told, attributes)
    came = _outcome(told, attributes)
    lacked = lacked_of(unwrapped(told.get("input")), asked, attributes, record(told.get("metadata")))
    is_repeated = _echo(told) is not None or _parameters_are_repeated(told, attributes)
    unseen = UNSEEN - {provenance.STREAM} if is_repeated else frozenset[str]()
    return ToldCall(asked, came, lacked | unseen, truncated=cut)


def _echo(told: JSONObject) -> JSONObject | None:
    """Return the request that an answer repeats, where what was given is no more than its input."""
    given, output = unwrapped(told.get("input")), record(unwrapped(told.get("output")))
    is_input = isinstance(given, str | list) and not _is_cut(told, "input")
    return echoed_request(output, given) if is_input and output.get("object") == "response" else None


def _parameters_are_repeated(told: JSONObject, attributes: JSONObject) -> bool:
    """Whether the parameters are those of the answer, which repeats those of the request."""
    scope = record(record(told.get("metadata")).get("scope"))
    api = RESPONSES if text(attributes.get("gen_ai.response.id")).startswith("resp_") else ""
    return is_answers(record(told.get("modelParameters"))) or sees_answers(text(scope.get("name")), api)


def _is_cut(told: JSONObject, field: str) -> bool:
    value = told.get(field)
    return isinstance(value, str) and value.rstrip('"').endswith(CUT)


def _request(told: JSONObject, attributes: JSONObject) -> ModelRequest:
    value = unwrapped(told.get("input"))
    given = {} if isinstance(value, str) and _is_cut(told, "input") else _echo(told) or value
    request = request_told(given) if given else ModelRequest()
    model = text(attributes.get("gen_ai.request.model")) or text(told.get("model"))
    settings = settings_of(record(told.get("modelParameters")), request.api)
    settings = asked_for(settings) if _parameters_are_repeated(told, attributes) else settings
    request = with_settings(request, model, settings)
    tools = request.tools or tool_definitions([*(span_definitions(attributes) or definitions_of(told))])
    provider = text(attributes.get("gen_ai.provider.name")) or text(attributes.get("gen_ai.system"))
    stream = request.stream or bool(told.get("completionStartTime"))
    return replace(request, tools=tools, stream=stream, provider=provider or request.provider)


def _outcome(told: JSONObject, attributes: JSONObject) -> ModelResponse | ModelFailure | None:
    message = text(told.get("statusMessage"))
    if told.get("level") == "ERROR":
        return failure_in_text(message)
    if told.get("output") is None:
        return None
    answer = answer_told(told["output"])
    metadata = record(told.get("metadata"))
    name = next((one for one in (metadata.get("id"), attributes.get("gen_ai.response.id")) if text(one)), answer.id)
    return replace(
        answer,
        id=text(name),
        model=answer.model or text(told.get("model")),
        choices=_with_reason(answer.choices, metadata, attributes),
        usage=answer.usage if answer.usage != Usage() else usage_of(record(told.get("usageDetails"))),
    )


def _with_reason(choices: tuple[Message, ...], metadata: JSONObject, attributes: JSONObject) -> tuple[Message, ...]:
    """Return the answers with the reason why the model stopped: of streams Langfuse keeps it apart."""
    reasons = attributes.get("gen_ai.response.finish_reasons")
    told = text(metadata.get("finish_reason")) or text(reasons[0] if isinstance(reasons, list) and reasons else None)
    if not told or len(choices) != 1 or choices[0].finish_reason:
        return choices
    return (replace(choices[0], finish_reason=neutral_reason(told)),)


def has_answer(told: JSONObject) -> bool:
    """Whether an observation tells what came out, or failed."""
    return told.get("output") not in (None, "") or told.get("level") == "ERROR"
