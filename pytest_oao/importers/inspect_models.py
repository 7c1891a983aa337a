"""Events of inspect_ai of model calls: the provider's own request and answer where the log has them, else messages."""

from pytest_oao.cassette.encodings import compact
from pytest_oao.importers.api_addresses import ANTHROPIC, OPENAI, PATHS
from pytest_oao.importers.apis_by_shape import api_of_answer, api_of_request
from pytest_oao.importers.failures import failure_in_text
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.inspect_media import with_media
from pytest_oao.importers.inspect_messages import request_of, response_of
from pytest_oao.importers.inspect_samples import Sample
from pytest_oao.importers.observations import Came, Native, ToldCall
from pytest_oao.importers.sdk_arguments import wire_body
from pytest_oao.model import provenance
from pytest_oao.model.apis import CHAT, MESSAGES, RESPONSES
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import HTTP, MEDIA, RESPONSE_FORMAT, STREAM, TOOL_CHOICE
from pytest_oao.providers.fields import record

_HOSTS = {
    "anthropic": ANTHROPIC,
    "fireworks": "https://api.fireworks.ai/inference/v1",
    "grok": "https://api.x.ai/v1",
    "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "ollama": "http://localhost:11434/v1",
    "openai": OPENAI,
    "openrouter": "https://openrouter.ai/api/v1",
    "together": "https://api.together.xyz/v1",
}
_SAID = {CHAT: "messages", RESPONSES: "input", MESSAGES: "messages"}


def told_call(sample: Sample, event: Part) -> ToldCall:
    """Return a model call; attempts before it that failed have no events of their own."""
    lacked = frozenset({HTTP}) if event["retries"].whole(0) else frozenset()
    api = _api(event["call"], event["model"].text("")) if event["call"].value is not None else ""
    return _native(sample, event, api, lacked) if api else _neutral(sample, event, lacked)


def _native(sample: Sample, event: Part, api: str, lacked: frozenset[str]) -> ToldCall:
    call = event["call"]
    sent: JSONObject = dict(record(call["request"].json()))
    if "call_refs" in call:
        sent[call["call_key"].text("messages")] = sample.pooled("calls", call["call_refs"])
    body, whole = sample.resolved(wire_body(sent))
    body, restored, missing = with_media(record(body), _input(sample, event))
    answer, complete = sample.resolved(call["response"].json())
    provider = event["model"].text("").partition("/")[0]
    asked = Native(compact(body), _HOSTS.get(provider, _HOSTS["openai"]) + PATHS[api])
    cut = {provenance.MESSAGES} if not whole else set()
    cut |= {MEDIA} if missing else set()
    cut |= {provenance.ANSWER} if not complete else set()
    came = _answer(event, record(answer), failed=call["error"].value is True)
    inferred = frozenset({MEDIA}) if restored else frozenset[str]()
    return ToldCall(asked, came, lacked, inferred, frozenset(cut))


def _neutral(sample: Sample, event: Part, lacked: frozenset[str]) -> ToldCall:
    messages = _input(sample, event)
    output = record(sample.resolved(event["output"].json())[0])
    request = request_of(record(event.json()), messages)
    lacked |= {STREAM, TOOL_CHOICE, RESPONSE_FORMAT}
    error = event["error"].text("")
    if error:
        return ToldCall(request, failure_in_text(error), lacked)
    ended = bool(output.get("choices")) or event["pending"].value is not True
    return ToldCall(request, response_of(output) if ended else None, lacked)


def _input(sample: Sample, event: Part) -> list[JSONObject]:
    """Return the messages that the model was asked with."""
    pooled = sample.pooled("messages", event["input_refs"]) if "input_refs" in event else event["input"].json()
    given, _ = sample.resolved(pooled)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _answer(event: Part, answer: JSONObject, *, failed: bool) -> Came | None:
    error = event["error"].text("")
    if not failed and not error:
        return Native(compact(answer)) if answer else None
    failure = failure_in_text(error)
    if not failure.status or not answer:
        return failure
    body: JSONObject = answer if "error" in answer else {"error": answer}  # OpenAI's SDK keeps what is inside
    return Native(compact(body), status=failure.status)


def _api(call: Part, model: str) -> str:
    """Return whose words a request is in; the empty string for one that is an SDK's own objects, or is missing."""
    request = record(call["request"].json())
    if "modelId" in request:
        return ""
    asked: JSONObject = {"model": "", **request}
    if kept := call["call_key"].text(""):
        asked.setdefault(kept, [])
    api = api_of_answer(record(call["response"].json())) or (MESSAGES if _is_of_anthropic(model) else "")
    found = api or api_of_request(asked)
    return found if found in (CHAT, RESPONSES, MESSAGES) and _SAID[found] in asked else ""


def _is_of_anthropic(model: str) -> bool:
    return model.startswith("anthropic/")
