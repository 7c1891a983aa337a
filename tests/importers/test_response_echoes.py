"""What an answer repeats of its request is no request: what the API fills in is told of nobody's setting."""

import json

import pytest
from importer_samples import sessions_in
from span_builders import batch, span

from pytest_oao.importers.response_echoes import echoed_request
from pytest_oao.model.provenance import MODEL, STRICTNESS
from pytest_oao.providers import neutral
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.compared import Comparison
from pytest_oao.providers.payloads import loads

SCHEMA = {"type": "object", "properties": {"city": {"type": "string", "default": None}, "unit": {"type": "string"}}}
MADE_STRICT = {**SCHEMA, "additionalProperties": False, "required": ["city", "unit"]}
TOOL = {"type": "function", "name": "weather", "parameters": {**SCHEMA, "required": ["city"]}}
ECHO = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1795227061.0,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": "Be brief.",
    "metadata": {},
    "model": "gpt-4.1-2025-04-14",
    "output": [
        {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Rain."}]}
    ],
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "top_p": 1.0,
    "frequency_penalty": 0.0,
    "presence_penalty": 0.0,
    "tool_choice": "auto",
    "tools": [{**TOOL, "parameters": MADE_STRICT, "strict": True, "description": None}],
    "background": False,
    "conversation": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "previous_response_id": None,
    "prompt": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "generate_summary": None, "summary": None},
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "top_logprobs": 0,
    "truncation": "disabled",
    "user": None,
}
GIVEN = [{"role": "user", "content": "Weather?"}]
ASKED = {"model": "gpt-4.1", "instructions": "Be brief.", "input": GIVEN, "tools": [TOOL]}
CHAT = {
    "model": "gpt-4.1",
    "messages": [{"role": "system", "content": "Be brief."}, *GIVEN],
    "tools": [{"type": "function", "function": {key: TOOL[key] for key in ("name", "parameters")}}],
}
SETTINGS = {
    "temperature": 0.3,
    "max_output_tokens": 300,
    "reasoning": {"effort": "high"},
    "text": {"format": {"type": "json_schema", "name": "sky", "schema": SCHEMA, "strict": True}},
}
REPEATED = {
    "temperature": 0.3,
    "max_output_tokens": 300,
    "reasoning": {"effort": "high", "generate_summary": None, "summary": None},
    "text": {"format": {**SETTINGS["text"]["format"], "description": None}, "verbosity": "medium"},
}


def test_what_the_api_fills_in_is_not_told():
    assert echoed_request(ECHO, GIVEN).keys() == {"instructions", "model", "tools", "input"}


def test_what_the_api_fills_in_beside_a_setting_is_not_told():
    answer = {**ECHO, "reasoning": {"effort": "medium", "summary": "detailed"}}
    assert echoed_request(answer, GIVEN)["reasoning"] == {"summary": "detailed"}


def test_what_somebody_asked_for_is_told_as_it_was_asked_for():
    asked = echoed_request({**ECHO, **REPEATED}, GIVEN)
    assert {name: asked[name] for name in SETTINGS} == SETTINGS


def langfuse(scope, told, parameters, attributes=()):
    """Return an observation as Langfuse keeps one of a span."""
    metadata = {"attributes": dict(attributes), "scope": {"name": scope}}
    return {
        "id": "m",
        "traceId": "t1",
        "type": "GENERATION",
        "name": "response",
        "startTime": "2026-11-20T10:00:00Z",
        "endTime": "2026-11-20T10:00:01Z",
        "level": "DEFAULT",
        "parentObservationId": None,
        "usageDetails": {},
        "model": ECHO["model"],
        "modelParameters": parameters,
        "metadata": metadata,
        **told,
    }


def openinference(response):
    parameters = {key: item for key, item in response.items() if key not in {"object", "tools", "output", "status"}}
    named = {key: item for key, item in parameters.items() if item is not None}
    return {
        "openinference.span.kind": "LLM",
        "input.value": json.dumps(GIVEN),
        "output.value": json.dumps(response),
        "llm.model_name": response["model"],
        "llm.invocation_parameters": json.dumps(named),
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": "Be brief.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.content": "Weather?",
        **{
            f"llm.tools.{at}.tool.json_schema": json.dumps({"type": "function", "function": tool})
            for at, tool in enumerate(response["tools"])
        },
    }


def openllmetry(response):
    said = [{"role": "system", "content": "Be brief."}, *GIVEN]
    asked = [{"role": one["role"], "parts": [{"type": "text", "content": one["content"]}]} for one in said]
    came = [{"role": "assistant", "parts": [{"type": "text", "content": "Rain."}], "finish_reason": "stop"}]
    tools = [{"type": "function", "function": tool} for tool in response["tools"]]
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": response["model"],
        "gen_ai.request.temperature": response["temperature"],
        "gen_ai.request.top_p": response["top_p"],
        "gen_ai.request.frequency_penalty": response["frequency_penalty"],
        "gen_ai.request.reasoning_summary": [],
        "gen_ai.response.id": response["id"],
        "gen_ai.response.model": response["model"],
        "gen_ai.input.messages": json.dumps(asked),
        "gen_ai.output.messages": json.dumps(came),
        "gen_ai.tool.definitions": json.dumps(tools),
        **({"gen_ai.request.max_tokens": told} if (told := response["max_output_tokens"]) else {}),
    }


def as_langfuse(response):
    attributes = openinference(response)
    told = {"input": json.dumps(GIVEN), "output": json.dumps(response)}
    parameters = json.loads(attributes["llm.invocation_parameters"])
    return [langfuse("openinference.instrumentation.openai_agents", told, parameters, attributes)]


def as_langfuse_of_openllmetry(response):
    attributes = openllmetry(response)
    told = {"input": attributes["gen_ai.input.messages"], "output": attributes["gen_ai.output.messages"]}
    prefix = "gen_ai.request."
    named = {key.removeprefix(prefix): value for key, value in attributes.items() if key.startswith(prefix)}
    return [langfuse("opentelemetry.instrumentation.openai_agents", told, named, attributes)]


def as_openinference(response):
    return batch([span("response", openinference(response))], scope="openinference.instrumentation.openai_agents")


def as_openllmetry(response):
    return batch([span("openai.response", openllmetry(response))], scope="opentelemetry.instrumentation.openai_agents")


def as_stored(response):
    return {**response, "input": GIVEN}


SOURCES = [as_langfuse, as_langfuse_of_openllmetry, as_openinference, as_openllmetry, as_stored]


def imported(source, response):
    session = sessions_in(json.dumps(source(response)).encode(), "x")[0]
    (call,) = session.exchanges
    return neutral.request_of(loads(call.call.body.data)), call.provenance.lacked


def forms(source, response, api, asked):
    recorded, lacked = imported(source, response)
    return Comparison(recorded, CODECS[api].read_request(asked), "request", lacked).forms()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("api", "asked"), [("openai.responses", ASKED), ("openai.chat", CHAT)])
def test_an_agent_that_asks_for_nothing_is_equal_to_what_was_repeated(source, api, asked):
    recorded, live = forms(source, ECHO, api, asked)
    assert recorded == live
    _, lacked = imported(source, ECHO)
    assert {MODEL, STRICTNESS} <= {*lacked}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("strict", [True, False, None])
def test_how_strict_a_tool_is_meant_does_not_tell(source, strict):
    """The API makes a schema strict where nobody says whether it is."""
    recorded, live = forms(source, ECHO, "openai.responses", {**ASKED, "tools": [{**TOOL, "strict": strict}]})
    assert recorded == live


@pytest.mark.parametrize("source", SOURCES)
def test_what_was_asked_for_is_compared(source):
    given = {"temperature": 0.3, "max_output_tokens": 300}
    recorded, live = forms(source, {**ECHO, **given}, "openai.responses", {**ASKED, **given})
    assert recorded == live
    assert (recorded["temperature"], recorded["max_tokens"]) == (0.3, 300)
    recorded, live = forms(source, {**ECHO, **given}, "openai.responses", {**ASKED, **given, "temperature": 0.4})
    assert recorded != live


@pytest.mark.parametrize("source", SOURCES)
def test_other_tools_are_another_request(source):
    other = {"type": "object", "properties": {"town": {"type": "string"}}}
    recorded, live = forms(source, ECHO, "openai.responses", {**ASKED, "tools": [{**TOOL, "parameters": other}]})
    assert recorded != live


@pytest.mark.parametrize("source", [as_langfuse, as_stored])
def test_objects_that_were_asked_for_are_equal_without_their_nulls(source):
    recorded, live = forms(source, {**ECHO, **REPEATED}, "openai.responses", {**ASKED, **SETTINGS})
    assert recorded == live
    assert recorded["reasoning"] == {"effort": "high"}


@pytest.mark.parametrize(
    "told",
    [
        batch([span("chat", openllmetry(ECHO))], scope="opentelemetry.instrumentation.openai.v1"),
        batch(
            [span("chat", openllmetry(ECHO) | {"gen_ai.response.id": "chatcmpl-1"})],
            scope="opentelemetry.instrumentation.openai_agents",
        ),
    ],
)
def test_what_a_request_is_seen_to_say_is_compared(told):
    """An instrumentation of the client sees the request, and one of the SDK that of a chat completion."""
    (call,) = sessions_in(json.dumps(told).encode(), "x")[0].exchanges
    asked = neutral.request_of(loads(call.call.body.data))
    assert asked.parameters == {
        "gen_ai.request.temperature": 1.0,
        "gen_ai.request.top_p": 1.0,
        "gen_ai.request.frequency_penalty": 0.0,
    }
    assert not {MODEL, STRICTNESS} & {*call.provenance.lacked}
