"""Events of inspect_ai of model calls: the provider's own request and answer where the log has them, else messages."""

import re
from dataclasses import dataclass

from pytest_oao.cassette.encodings import compact
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.inspect_media import with_media
from pytest_oao.importers.inspect_messages import request_of, response_of
from pytest_oao.importers.inspect_samples import Sample
from pytest_oao.importers.observations import Asked, Came, Native
from pytest_oao.importers.sdk_arguments import wire_body
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import ERROR_BODY, HTTP, MEDIA, RESPONSE_FORMAT, STREAM, TOOL_CHOICE
from pytest_oao.providers.fields import record

REQUEST = "request"
_STATUS = re.compile(r"[Ee]rror code: (\d{3})\b")
_HOSTS = {
    "anthropic": "https://api.anthropic.com/v1",
    "fireworks": "https://api.fireworks.ai/inference/v1",
    "grok": "https://api.x.ai/v1",
    "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "ollama": "http://localhost:11434/v1",
    "openai": "https://api.openai.com/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "together": "https://api.together.xyz/v1",
}
_PATHS = {"openai.chat": "/chat/completions", "openai.responses": "/responses", "anthropic.messages": "/messages"}


@dataclass(frozen=True, slots=True)
class Told:
    """What an event tells of a call."""

    asked: Asked
    came: Came | None
    lacked: frozenset[str] = frozenset()
    inferred: frozenset[str] = frozenset()
    truncated: frozenset[str] = frozenset()


def told_call(sample: Sample, event: Part) -> Told:
    """Return a model call; attempts before it that failed have no events of their own."""
    lacked = frozenset({HTTP}) if event["retries"].whole(0) else frozenset()
    api = _api(event["call"], event["model"].text("")) if event["call"].value is not None else ""
    return _native(sample, event, api, lacked) if api else _neutral(sample, event, lacked)


def _native(sample: Sample, event: Part, api: str, lacked: frozenset[str]) -> Told:
    call = event["call"]
    sent: JSONObject = dict(record(call["request"].json()))
    if "call_refs" in call:
        sent[call["call_key"].text("messages")] = sample.pooled("calls", call["call_refs"])
    body, whole = sample.resolved(wire_body(sent))
    body, restored, missing = with_media(record(body), _input(sample, event))
    answer, complete = sample.resolved(call["response"].json())
    provider = event["model"].text("").partition("/")[0]
    asked = Native(compact(body), _HOSTS.get(provider, _HOSTS["openai"]) + _PATHS[api])
    cut = {REQUEST} if not whole else set()
    cut |= {MEDIA} if missing else set()
    cut |= {"response"} if not complete else set()
    came, less = _answer(event, record(answer), failed=call["error"].value is True)
    inferred = frozenset({MEDIA}) if restored else frozenset[str]()
    return Told(asked, came, lacked | less, inferred, frozenset(cut))


def _neutral(sample: Sample, event: Part, lacked: frozenset[str]) -> Told:
    messages = _input(sample, event)
    output = record(sample.resolved(event["output"].json())[0])
    request = request_of(record(event.json()), messages)
    lacked |= {STREAM, TOOL_CHOICE, RESPONSE_FORMAT}
    error = event["error"].text("")
    if error:
        return Told(request, _failure(error), lacked | {ERROR_BODY})
    ended = bool(output.get("choices")) or event["pending"].value is not True
    return Told(request, response_of(output) if ended else None, lacked)


def _input(sample: Sample, event: Part) -> list[JSONObject]:
    """Return the messages that the model was asked with."""
    pooled = sample.pooled("messages", event["input_refs"]) if "input_refs" in event else event["input"].json()
    given, _ = sample.resolved(pooled)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _answer(event: Part, answer: JSONObject, *, failed: bool) -> tuple[Came | None, frozenset[str]]:
    error = event["error"].text("")
    if not failed and not error:
        return (Native(compact(answer)) if answer else None), frozenset()
    found = _STATUS.search(error)
    if not found or not answer:
        return _failure(error), frozenset({ERROR_BODY})
    body: JSONObject = answer if "error" in answer else {"error": answer}  # OpenAI's SDK keeps what is inside
    return Native(compact(body), status=int(found[1])), frozenset()


def _failure(error: str) -> ModelFailure:
    found = _STATUS.search(error)
    return ModelFailure(int(found[1]) if found else 0, "", error)


def _api(call: Part, model: str) -> str:
    """Return whose words a request is in; the empty string for one that is an SDK's own objects, or is missing."""
    keys = set(record(call["request"].json())) | {call["call_key"].text("")}
    if "input" in keys:
        return "openai.responses"
    if "messages" not in keys or "modelId" in keys:
        return ""
    answer = record(call["response"].json())
    is_anthropic = answer.get("type") == "message" or model.startswith("anthropic/")
    return "anthropic.messages" if is_anthropic else "openai.chat"
