"""A model's run of LangSmith → the model call that it tells of, and what it cannot tell."""

from dataclasses import replace

from pytest_oao.importers.failures import failure_in_text
from pytest_oao.importers.langsmith_runs import metadata_of, settings_of
from pytest_oao.importers.native_pairs import native_answer, native_request
from pytest_oao.importers.observations import ToldCall
from pytest_oao.importers.told_answers import answer_told, usage_told
from pytest_oao.importers.told_requests import request_told, tool_definitions, with_settings
from pytest_oao.model import provenance
from pytest_oao.model.apis import CHAT, MESSAGES
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_PROMPTS = ("prompts", "prompt")
_NOT_PARAMETERS = frozenset(
    {"model", "model_name", "stream", "_type", "tools", "functions", "stop", "use_responses_api"}
)
_APIS = {"anthropic": MESSAGES, "openai": CHAT, "azure": CHAT}


def model_run(told: JSONObject) -> ToldCall:
    """Return the model call of a run: in its provider's own words where the run has them, both of the two."""
    inputs, outputs = record(told.get("inputs")), record(told.get("outputs"))
    asked = native_request(inputs, _base_url(told))
    if asked is not None:
        came = _failure(told) if told.get("error") else native_answer(outputs, asked)
        if came is not None or _is_pending(told):
            return ToldCall(asked, came)
    return _neutral(told, inputs, outputs)


def _base_url(told: JSONObject) -> str:
    return text(record(record(told.get("serialized")).get("kwargs")).get("openai_api_base"))


def _is_pending(told: JSONObject) -> bool:
    return told.get("end_time") is None and not told.get("outputs")


def _failure(told: JSONObject) -> ModelFailure:
    return failure_in_text(text(told.get("error")))


def _neutral(told: JSONObject, inputs: JSONObject, outputs: JSONObject) -> ToldCall:
    asked = _request(told, inputs)
    came: ModelResponse | ModelFailure | None = None
    if told.get("error"):
        came = _failure(told)
    elif outputs and not _is_pending(told):
        came = _answer(told, outputs)
    return ToldCall(asked, came, _lacked(told, inputs, asked))


def _request(told: JSONObject, inputs: JSONObject) -> ModelRequest:
    metadata, settings = metadata_of(told), settings_of(told)
    provider = text(metadata.get("ls_provider"))
    request = request_told(_conversation(inputs), _APIS.get(provider, ""))
    asked = {name: item for name, item in settings.items() if _is_parameter(name, item)}
    if settings.get("stop"):
        asked["stop"] = settings["stop"]
    for name in ("temperature", "max_tokens"):
        if metadata.get(f"ls_{name}") is not None:
            asked.setdefault(name, metadata[f"ls_{name}"])
    model = next(
        (
            name
            for name in (settings.get("model"), settings.get("model_name"), metadata.get("ls_model_name"))
            if text(name)
        ),
        "",
    )
    request = with_settings(request, text(model), asked)
    tools = request.tools or tool_definitions(settings.get("tools"))
    return replace(request, tools=tools, stream=request.stream or _is_streamed(told), provider=provider)


def _is_streamed(told: JSONObject) -> bool:
    """Whether an answer came in pieces: where LangChain streams by itself, its parameters do not say so."""
    events = records(told.get("events"))
    return settings_of(told).get("stream") is True or any(one.get("name") == "new_token" for one in events)


def _is_parameter(name: str, item: JSON) -> bool:
    return item is not None and name not in _NOT_PARAMETERS and not name.startswith(("_", "ls_"))


def _conversation(inputs: JSONObject) -> JSON:
    """Return what stands for the messages: all inputs, where they are no more than the model's."""
    known = ("messages", "prompts", "prompt", "input", "contents")
    if any(name in inputs for name in known):
        return inputs
    return next((item for item in inputs.values() if isinstance(item, list) and records(item)), inputs)


def _answer(told: JSONObject, outputs: JSONObject) -> ModelResponse:
    given = outputs["output"] if outputs.keys() <= {"output", "usage_metadata"} and "output" in outputs else outputs
    answer = answer_told(given)
    usage = answer.usage
    for place in (outputs.get("usage_metadata"), metadata_of(told).get("usage_metadata")):
        usage = usage_told(place) if usage == Usage() else usage
    return replace(answer, usage=usage, model=answer.model or text(metadata_of(told).get("ls_model_name")))


def _lacked(told: JSONObject, inputs: JSONObject, asked: ModelRequest) -> frozenset[str]:
    """Return what a run cannot tell that does not have its provider's own words."""
    flat = any(name in inputs for name in _PROMPTS) and "messages" not in inputs
    settings = settings_of(told)
    words = {
        provenance.MESSAGES: flat or not asked.messages,
        provenance.SYSTEM: flat,
        provenance.PARAMETERS: True,
        provenance.TOOLS: not asked.tools and "tools" not in settings and not settings,
        provenance.TOOL_CHOICE: "tool_choice" not in settings,
        provenance.RESPONSE_FORMAT: "response_format" not in settings,
        provenance.STREAM: not asked.stream,
    }
    return frozenset(word for word, is_lacked in words.items() if is_lacked)
