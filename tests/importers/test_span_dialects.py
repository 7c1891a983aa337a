"""What each dialect of spans tells of calls, in the forms in which it was ever written."""

import json

import pytest
from importer_samples import as_parquet, sessions_in
from span_builders import asked, batch, came, found, log, one, span

from pytest_oao.errors import MissingContent
from pytest_oao.model.outcomes import Raised

TEXT = {"type": "text", "content": "hi"}
CALL = {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"at": "Rome"}}
QUESTION = {"role": "user", "parts": [TEXT]}
ANSWERED = {"role": "assistant", "parts": [{"type": "text", "content": "hello"}], "finish_reason": "stop"}
NAMES = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5"}


def genai(inputs, outputs=(), **more):
    told = {"gen_ai.input.messages": json.dumps(list(inputs)), "gen_ai.output.messages": json.dumps(list(outputs))}
    return {**NAMES, **told, **{name.replace("__", "."): value for name, value in more.items()}}


def tool(name="look", parent="", at=1.2, **told):
    known = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
    return span(f"execute_tool {name}", {**known, **told}, parent=parent, at=at, lasting=0.1)


def messages(session, seq=1):
    return asked(session, seq)["gen_ai.input.messages"]


def parts(session, seq=1):
    return came(session, seq)["gen_ai.output.messages"][0]["parts"]


# GenAI conventions


def test_names_of_the_newer_conventions_are_those_of_the_older_ones():
    newer = genai([QUESTION], [ANSWERED], gen_ai__usage__cache_write__input_tokens=3, gen_ai__usage__input_tokens=5)
    older = genai([QUESTION], [ANSWERED], gen_ai__usage__cache_creation__input_tokens=3, gen_ai__usage__input_tokens=5)
    del older["gen_ai.provider.name"]
    older["gen_ai.system"] = "openai"
    assert came(one(batch([span("a", newer)]))) == came(one(batch([span("a", older)])))
    assert asked(one(batch([span("a", newer)]))) == asked(one(batch([span("a", older)])))


@pytest.mark.parametrize(
    "tool_definition",
    [
        {"type": "function", "name": "look", "description": "d", "parameters": {"type": "object"}},
        {"type": "function", "function": {"name": "look", "description": "d", "parameters": {"type": "object"}}},
        {"name": "look", "description": "d", "input_schema": {"type": "object"}},
    ],
    ids=["conventions", "chat", "anthropic"],
)
def test_definitions_of_tools_in_whichever_form(tool_definition):
    told = genai([QUESTION], [ANSWERED], gen_ai__tool__definitions=json.dumps([tool_definition]))
    (definition,) = asked(one(batch([span("a", told)])))["gen_ai.tool.definitions"]
    assert (definition["name"], definition["parameters"]) == ("look", {"type": "object"})


@pytest.mark.parametrize("key", ["response", "result"])
def test_results_of_tools_under_both_names_and_by_whoever_speaks(key):
    result = {"role": "user", "parts": [{"type": "tool_call_response", "id": "c1", "name": "look", key: "sunny"}]}
    told = genai([QUESTION, {"role": "assistant", "parts": [CALL]}, result], [ANSWERED])
    said = messages(one(batch([span("a", told)])))
    assert (said[2]["role"], said[2]["parts"][0]["response"]) == ("tool", "sunny")


def test_arguments_that_are_text_are_what_they_say():
    told = genai([QUESTION], [{"role": "assistant", "parts": [{**CALL, "arguments": '{"at": "Rome"}'}]}])
    (part,) = parts(one(batch([span("a", told)])))
    assert (part["arguments"], part["arguments_raw"]) == ({"at": "Rome"}, '{"at": "Rome"}')


def test_a_tool_has_the_id_that_the_model_asked_for_it_by():
    first = span("a", genai([QUESTION], [{"role": "assistant", "parts": [CALL]}]))
    session = one(
        batch([first, tool(**{"gen_ai.tool.call.arguments": '{"at": "Rome"}', "gen_ai.tool.call.result": "1"})])
    )
    assert session.exchanges[1].call.attributes["gen_ai.tool.call.id"] == "c1"
    assert session.exchanges[1].call.caused_by is None or session.exchanges[1].call.caused_by == 1
    assert asked(session, 2) == {"at": "Rome"}


def test_a_tool_that_failed_raised():
    failed = tool(**{"gen_ai.tool.call.arguments": "{}"}) | span("x", error=("app.NoSuchPlace", "no Rome"))
    session = one(batch([{**failed, "attributes": tool(**{"gen_ai.tool.call.arguments": "{}"})["attributes"]}]))
    assert session.exchanges[0].outcome == Raised("NoSuchPlace", "no Rome")


def test_a_tool_span_without_content_is_no_call():
    result = {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "sunny"}]}
    told = [
        span("a", genai([QUESTION], [{"role": "assistant", "parts": [CALL]}])),
        tool(),
        span("b", genai([QUESTION, {"role": "assistant", "parts": [CALL]}, result], [ANSWERED]), at=2),
    ]
    session = one(batch(told))
    assert [exchange.call.kind for exchange in session.exchanges] == ["chat", "execute_tool", "chat"]
    assert session.exchanges[1].provenance.inferred == ("tool result",)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (
            ("openai.RateLimitError", "Error code: 429 - {'error': {'message': 'slow', 'type': 'requests'}}"),
            429,
            "RateLimitError",
        ),
        (("RateLimitError", "slow down"), 429, "RateLimitError"),
        (("APITimeoutError", "Request timed out."), 0, "APITimeoutError"),
    ],
)
def test_a_failed_call_has_the_status_that_its_exception_tells(error, status, kind):
    session = one(batch([span("a", genai([QUESTION]), error=error)]))
    told = came(session)
    assert (told.get("http.response.status_code", 0), told["error.type"]) == (status, kind)
    assert ("body" in told) == ("{" in error[1]) == ("error body" not in session.exchanges[0].provenance.lacked)


def test_sub_agents_name_what_stands_in_them():
    told = [
        span("main", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}, lasting=9),
        span(
            "sub",
            {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "cook"},
            parent="main",
            at=1,
            lasting=2,
        ),
        span("a", genai([QUESTION], [ANSWERED]), parent="main"),
        span("b", genai([QUESTION, QUESTION], [ANSWERED]), parent="sub", at=1),
    ]
    names = [exchange.call.attributes["gen_ai.agent.name"] for exchange in one(batch(told)).exchanges]
    assert names == ["clerk", "cook"]


def test_embeddings_are_no_calls_and_are_told():
    session = one(
        batch([span("a", genai([QUESTION], [ANSWERED])), span("e", {**NAMES, "gen_ai.operation.name": "embeddings"})])
    )
    assert len(session.exchanges) == 1
    assert "embeddings and retrievals" in session.header.origin.lacked


def test_the_model_that_answered_stands_for_one_that_nobody_told():
    told = genai([QUESTION], [ANSWERED], gen_ai__response__model="gpt-5-2026-01-01")
    del told["gen_ai.request.model"]
    session = one(batch([span("a", told)]))
    assert asked(session)["gen_ai.request.model"] == "gpt-5-2026-01-01"
    assert "request model" in session.exchanges[0].provenance.lacked


# GenAI conventions before 1.37, and numbers in names


def test_events_of_spans_and_their_attributes():
    events = [
        {"name": "gen_ai.content.prompt", "attributes": {"gen_ai.prompt": '[{"role": "user", "content": "hi"}]'}},
        {"name": "gen_ai.content.completion", "attributes": {"gen_ai.completion": '[{"content": "hello"}]'}},
    ]
    session = one(batch([span("a", NAMES, events=events)]))
    assert (messages(session)[0]["parts"], parts(session)[0]["content"]) == ([TEXT], "hello")


def test_events_that_pydantic_ai_wrote_as_an_attribute():
    events = [
        {"event.name": "gen_ai.user.message", "content": "hi", "role": "user"},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "hello"}},
    ]
    session = one(batch([span("a", {**NAMES, "events": json.dumps(events)})]))
    assert (messages(session)[0]["parts"], parts(session)[0]["content"]) == ([TEXT], "hello")


def test_log_records_without_content_are_silent():
    said = [log("gen_ai.user.message", "a"), log("gen_ai.choice", "a", {"index": 0, "message": {"role": "assistant"}})]
    (error,) = found(json.dumps(batch([span("a", NAMES)], logs=said)).encode())
    assert isinstance(error, MissingContent)


NUMBERED = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-5",
    "llm.request.functions.0.name": "look",
    "llm.request.functions.0.parameters": '{"type": "object"}',
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "be brief",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "hi",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.tool_calls.0.id": "c1",
    "gen_ai.completion.0.tool_calls.0.name": "look",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"at":"Rome"}',
    "llm.usage.total_tokens": 8,
    "gen_ai.usage.prompt_tokens": 5,
    "gen_ai.usage.completion_tokens": 3,
}


def test_attributes_with_numbers_as_traceloop_wrote_them():
    session = one(batch([span("openai.chat", NUMBERED)], scope="opentelemetry.instrumentation.openai.v1"))
    assert asked(session)["gen_ai.system_instructions"][0]["content"] == "be brief"
    assert asked(session)["gen_ai.tool.definitions"][0]["name"] == "look"
    assert messages(session)[0]["parts"] == [TEXT]
    assert (parts(session)[0]["id"], parts(session)[0]["arguments"]) == ("c1", {"at": "Rome"})
    assert came(session)["gen_ai.output.messages"][0]["finish_reason"] == "tool_call"
    assert (came(session)["gen_ai.usage.input_tokens"], came(session)["gen_ai.usage.output_tokens"]) == (5, 3)


GIVEN = {
    "input_str": "{'at': 'Rome'}",
    "tags": [],
    "metadata": {},
    "inputs": {"at": "Rome"},
    "kwargs": {"color": "green"},
}
SERIALISED = {"lc": 1, "type": "constructor", "id": ["langchain_core", "messages", "ToolMessage"]}
SERIALISED |= {"kwargs": {"content": "sunny", "tool_call_id": "c1", "type": "tool"}}


def langchain_tool(given, end):
    told = {"gen_ai.tool.call.arguments": json.dumps(given), "gen_ai.tool.call.result": json.dumps(end)}
    session = one(batch([tool(**told)], scope="opentelemetry.instrumentation.langchain"))
    return asked(session), came(session), session.exchanges[0].call.attributes.get("gen_ai.tool.call.id")


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        (GIVEN, {"at": "Rome"}),
        ({**GIVEN, "inputs": None}, {"at": "Rome"}),
        ({**GIVEN, "inputs": None, "input_str": "Rome"}, {"input": "Rome"}),
        ({**GIVEN, "inputs": {}}, {}),
    ],
    ids=["inputs", "printed", "text", "none"],
)
def test_a_tool_of_langchains_is_given_what_is_in_the_midst_of_what_traceloop_writes(given, arguments):
    assert langchain_tool(given, {"output": "sunny", "kwargs": {}}) == (arguments, "sunny", None)


def test_a_tool_of_langchains_returned_what_is_in_the_midst_of_what_traceloop_writes():
    assert langchain_tool(GIVEN, {"output": [{"a": 1}], "kwargs": {"name": "look"}})[1] == [{"a": 1}]
    assert langchain_tool(GIVEN, {"output": SERIALISED, "kwargs": {}})[1:] == ("sunny", "c1")
    assert langchain_tool(GIVEN, {"other": "sunny"})[1] == {"other": "sunny"}
    with_id = {**GIVEN, "kwargs": {"tool_call_id": "c2"}}
    assert langchain_tool(with_id, {"output": "sunny"})[2] == "c2"


def test_a_tool_whose_own_arguments_look_nearly_so_keeps_them():
    assert langchain_tool({"inputs": 1, "kwargs": {}}, {"output": "sunny"})[:2] == (
        {"inputs": 1, "kwargs": {}},
        {"output": "sunny"},
    )


def test_a_streamed_message_of_langchains_is_the_models():
    streamed = {"role": "unknown", "parts": [CALL]}
    returned = {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "sunny"}]}
    session = one(batch([span("a", genai([QUESTION, streamed, returned], [{"role": "unknown", "parts": [TEXT]}]))]))
    assert [message["role"] for message in messages(session)] == ["user", "assistant", "tool"]
    assert came(session)["gen_ai.output.messages"][0]["role"] == "assistant"


def test_a_name_of_any_length_is_read():
    long = {**NUMBERED, "gen_ai.prompt.1." + "a." * 5000: "x"}
    assert messages(one(batch([span("a", long)])))[0]["parts"] == [TEXT]


def test_numbers_that_are_missing_make_a_request_cut():
    cut = {name: told for name, told in NUMBERED.items() if not name.startswith("gen_ai.prompt.0")}
    assert one(batch([span("a", cut)])).exchanges[0].provenance.truncated == ("request messages",)


# OpenInference

LLM = {"openinference.span.kind": "LLM", "llm.system": "openai"}
ASKED = {"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}], "temperature": 0}
CAME = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-5-2026",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
}
FLAT = {
    **LLM,
    "llm.model_name": "gpt-5-2026",
    "llm.invocation_parameters": '{"model": "gpt-5", "temperature": 0, "max_tokens": 9}',
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "be brief",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "hi",
    "llm.input_messages.1.message.contents.1.message_content.type": "image",
    "llm.input_messages.1.message.contents.1.message_content.image.image.url": "https://pictures.example/1.png",
    "llm.input_messages.2.message.role": "assistant",
    "llm.input_messages.2.message.tool_calls.0.tool_call.id": "c1",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "look",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"at":"Rome"}',
    "llm.input_messages.3.message.role": "tool",
    "llm.input_messages.3.message.tool_call_id": "c1",
    "llm.input_messages.3.message.content": "sunny",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "hello",
    "llm.tools.0.tool.json_schema": '{"type": "function", "function": {"name": "look", "parameters": {}}}',
    "llm.token_count.prompt": 5,
    "llm.finish_reason": "stop",
}


RAW_CHAT = {**LLM, "input.value": json.dumps(ASKED), "output.value": json.dumps(CAME)}


def test_openinference_with_the_providers_own_json():
    told = {
        **LLM,
        "input.value": json.dumps(ASKED),
        "output.value": json.dumps({**CAME, "object": "chat.completion.chunk"}),
    }
    session = one(batch([span("a", told)]))
    assert asked(session) == ASKED
    assert came(session) == CAME
    assert session.exchanges[0].provenance.lacked == ()


def test_openinference_by_its_attributes():
    session = one(batch([span("a", FLAT)]))
    request = asked(session)
    assert request["gen_ai.request.model"] == "gpt-5"
    assert request["gen_ai.request.max_tokens"] == 9
    assert request["gen_ai.system_instructions"][0]["content"] == "be brief"
    assert [part["type"] for part in messages(session)[0]["parts"]] == ["text", "uri"]
    assert messages(session)[1]["parts"][0]["arguments"] == {"at": "Rome"}
    assert messages(session)[2]["parts"][0]["response"] == "sunny"
    assert request["gen_ai.tool.definitions"][0]["name"] == "look"
    assert came(session)["gen_ai.usage.input_tokens"] == 5
    assert came(session)["gen_ai.output.messages"][0]["finish_reason"] == "stop"


def test_a_limit_of_attributes_takes_the_oldest():
    cut = {name: told for name, told in FLAT.items() if "input_messages.0" not in name}
    assert one(batch([span("a", cut, droppedAttributesCount=2)])).exchanges[0].provenance.truncated == (
        "request messages",
    )


def test_what_openinference_hid_is_refused_or_marked():
    hidden = {**LLM, "input.value": "__REDACTED__", "output.value": "__REDACTED__"}
    (error,) = found(json.dumps(batch([span("a", hidden)])).encode())
    assert isinstance(error, MissingContent)
    assert "OPENINFERENCE_HIDE_INPUTS" in error.remedy
    partly = {**ASKED, "messages": [{"role": "user", "content": "__REDACTED__"}]}
    told = {**LLM, "input.value": json.dumps(partly), "output.value": json.dumps(CAME)}
    assert one(batch([span("a", told)])).exchanges[0].provenance.truncated == ("request messages",)


@pytest.mark.parametrize(
    ("told", "given", "lacked"),
    [
        ({"input.value": '{"at": "Rome"}'}, {"at": "Rome"}, False),
        ({"input.value": "Rome"}, "Rome", True),
        ({"input.value": '{"name": "look", "arguments": {"at": "Rome"}}'}, {"at": "Rome"}, False),
        ({"tool.parameters": '{"at": "Rome"}'}, {"at": "Rome"}, False),
    ],
)
def test_tools_of_openinference(told, given, lacked):
    named = {"openinference.span.kind": "TOOL", "tool.name": "look", "output.value": "sunny", **told}
    session = one(batch([span("a", named)]))
    assert (session.exchanges[0].call.target, asked(session)) == ("look", given)
    assert ("argument names" in session.exchanges[0].provenance.lacked) == lacked
    assert came(session) == "sunny"


# Phoenix


def phoenix(attributes, **more):
    return {
        "id": "U3Bhbjox",
        "name": "ChatCompletion",
        "context": {"trace_id": "a" * 32, "span_id": "b" * 16},
        "span_kind": "LLM",
        "parent_id": None,
        "start_time": "2026-11-20T10:00:00+00:00",
        "end_time": "2026-11-20T10:00:01+00:00",
        "status_code": "OK",
        "status_message": "",
        "attributes": {name: told for name, told in attributes.items() if name != "openinference.span.kind"},
        "events": [],
        **more,
    }


def frame(attributes):
    """Return a row of a data frame: lists of messages in place of numbers."""
    gathered = {}
    for name, told in attributes.items():
        for listed in ("llm.input_messages", "llm.output_messages", "llm.tools"):
            if name.startswith(listed + "."):
                at, _, rest = name.removeprefix(listed + ".").partition(".")
                items = gathered.setdefault(listed, [])
                items.extend({} for _ in range(int(at) + 1 - len(items)))
                items[int(at)][rest] = told
                break
        else:
            gathered[name] = told
    row = {f"attributes.{name}": told for name, told in gathered.items() if name != "openinference.span.kind"}
    times = {"start_time": 1_795_168_800_000, "end_time": 1_795_168_801_000, "attributes.nothing": None}
    return {"context.trace_id": "a" * 32, "context.span_id": "b" * 16, "span_kind": "LLM", "name": "c", **times, **row}


@pytest.mark.parametrize(
    "write",
    [
        lambda told: {"data": [phoenix(told)], "next_cursor": None},
        phoenix,
        frame,
        lambda told: {"data": [snake_span(told)], "next_cursor": None},
    ],
    ids=["rest", "line", "frame", "otlpv1"],
)
def test_what_phoenix_writes_is_the_same_call(write):
    (session,) = sessions_in(json.dumps(write(FLAT)).encode(), "spans.json")
    assert session.header.origin.format == "phoenix"
    expected = one(batch([span("a", FLAT)]))
    assert (asked(session), came(session)) == (asked(expected), came(expected))


def test_what_a_team_wrote_of_a_lone_call_of_phoenix_is_the_session_s():
    own = {"metadata": json.dumps({"plan": "pro", "user": "theirs"}), "user.id": "u1", "tag.tags": ["eu"]}
    (session,) = sessions_in(json.dumps({"data": [phoenix({**FLAT, **own})], "next_cursor": None}).encode(), "x.json")
    told = {"plan": "pro", "user": "u1", "tags": ["eu"], "metadata": {"user": "theirs"}}
    assert session.header.metadata.items() >= told.items()


def snake_span(attributes):
    told = span("a", attributes)
    return {
        "trace_id": told["traceId"],
        "span_id": told["spanId"],
        "name": "a",
        "start_time_unix_nano": int(told["startTimeUnixNano"]),
        "end_time_unix_nano": int(told["endTimeUnixNano"]),
        "attributes": [
            {"key": one["key"], "value": {"string_value": next(iter(one["value"].values()))}}
            if "stringValue" in one["value"]
            else {"key": one["key"], "value": {"int_value": int(one["value"]["intValue"])}}
            for one in told["attributes"]
        ],
        "status": {"code": 1},
    }


def test_a_data_frame_of_phoenix_as_parquet():
    first, second = frame(FLAT), {**frame(RAW_CHAT), "context.span_id": "c" * 16}
    (session,) = sessions_in(as_parquet([first, second]), "spans.parquet")
    (expected,) = sessions_in(json.dumps(first).encode(), "spans.json")
    assert session.header.origin.format == "phoenix"
    assert (asked(session), came(session)) == (asked(expected), came(expected))
    assert asked(session, 2) == ASKED


def test_a_span_of_phoenix_that_failed():
    value = {**LLM, "input.value": json.dumps(ASKED)}
    failed = phoenix(
        value, status_code="ERROR", status_message="RateLimitError: Error code: 429 - {'error': {'message': 'slow'}}"
    )
    (session,) = sessions_in(json.dumps([failed]).encode(), "spans.json")
    assert session.exchanges[0].outcome.head.status == 429


# Spans as SDKs print them


PRINTED = {
    "name": "chat gpt-5",
    "context": {"trace_id": "0x" + "a" * 32, "span_id": "0x" + "b" * 16, "trace_state": "[]"},
    "kind": "SpanKind.CLIENT",
    "parent_id": None,
    "start_time": "2026-11-20T10:00:00.000000Z",
    "end_time": "2026-11-20T10:00:01.000000Z",
    "status": {"status_code": "ERROR", "description": "RateLimitError: slow"},
    "attributes": genai([QUESTION]),
    "events": [],
    "links": [],
    "resource": {"attributes": {"service.name": "shop"}, "schema_url": ""},
}


def test_a_span_that_python_prints():
    (session,) = sessions_in(
        json.dumps(PRINTED).encode()
        + b"\n"
        + json.dumps({**PRINTED, "context": {**PRINTED["context"], "span_id": "0x1"}}).encode(),
        "s",
    )
    assert session.header.origin.format == "otel-spans"
    assert session.header.id == "a" * 32
    assert came(session)["http.response.status_code"] == 429
    assert (session.exchanges[0].started_at, session.exchanges[0].duration) == (1_795_168_800.0, 1.0)


# AI SDK

STEP = {
    "ai.operationId": "ai.streamText.doStream",
    "ai.model.provider": "openai.responses",
    "ai.model.id": "gpt-5",
    "gen_ai.system": "openai.responses",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.request.temperature": 0.5,
    "ai.prompt.messages": json.dumps(
        [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": [{"type": "text", "text": "hi"}]},
            {
                "role": "assistant",
                "content": [{"type": "tool-call", "toolCallId": "c1", "toolName": "look", "input": {"at": "Rome"}}],
            },
            {
                "role": "tool",
                "content": [
                    {
                        "type": "tool-result",
                        "toolCallId": "c1",
                        "toolName": "look",
                        "output": {"type": "json", "value": {"sky": "sun"}},
                    }
                ],
            },
        ]
    ),
    "ai.prompt.tools": [json.dumps({"type": "function", "name": "look", "inputSchema": {"type": "object"}})],
    "ai.prompt.toolChoice": '{"type": "auto"}',
    "ai.response.text": "hello",
    "ai.response.toolCalls": json.dumps([{"toolCallId": "c2", "toolName": "look", "input": '{"at": "Oslo"}'}]),
    "ai.response.finishReason": "tool-calls",
    "ai.response.id": "resp_1",
    "ai.usage.inputTokens": 5,
    "ai.usage.cachedInputTokens": 2,
}


def test_a_step_of_the_ai_sdk():
    outer = span(
        "ai.streamText",
        {"ai.operationId": "ai.streamText", "ai.telemetry.functionId": "travel", "ai.response.text": "hello"},
        lasting=3,
    )
    ran = {
        "ai.operationId": "ai.toolCall",
        "ai.toolCall.name": "look",
        "ai.toolCall.id": "c2",
        "ai.toolCall.args": '{"at":"Oslo"}',
        "ai.toolCall.result": '{"sky":"snow"}',
    }
    session = one(
        batch(
            [
                span("step", STEP, parent="ai.streamText"),
                outer,
                span("ai.toolCall", ran, parent="ai.streamText", at=1.5),
            ],
            scope="ai",
        )
    )
    request = asked(session)
    assert (request["api"], request["gen_ai.provider.name"], request["gen_ai.request.stream"]) == (
        "openai.responses",
        "openai",
        True,
    )
    assert [said["role"] for said in messages(session)] == ["user", "assistant", "tool"]
    assert messages(session)[2]["parts"][0]["response"] == {"sky": "sun"}
    assert request["gen_ai.tool.definitions"][0]["parameters"] == {"type": "object"}
    assert [part["type"] for part in parts(session)] == ["text", "tool_call"]
    assert came(session)["gen_ai.output.messages"][0]["finish_reason"] == "tool_call"
    assert came(session)["gen_ai.usage.cache_read.input_tokens"] == 2
    assert (asked(session, 2), came(session, 2)) == ({"at": "Oslo"}, {"sky": "snow"})
    assert session.exchanges[1].call.attributes["gen_ai.agent.name"] == "travel"


def test_results_and_usage_as_version_four_wrote_them():
    older = json.loads(STEP["ai.prompt.messages"])
    older[3]["content"] = [
        {"type": "tool-result", "toolCallId": "c1", "toolName": "look", "result": "sunny", "isError": True}
    ]
    told = {**STEP, "ai.prompt.messages": json.dumps(older), "ai.usage.promptTokens": 7}
    del told["ai.usage.inputTokens"]
    session = one(batch([span("step", told)]))
    part = messages(session)[2]["parts"][0]
    assert (part["response"], part["is_error"]) == ("sunny", True)
    assert came(session)["gen_ai.usage.input_tokens"] == 7


def test_a_step_without_its_prompt_is_refused_with_the_setting():
    told = {name: value for name, value in STEP.items() if not name.startswith("ai.prompt")}
    (error,) = found(json.dumps(batch([span("step", told)])).encode())
    assert "recordInputs" in error.remedy


# Langfuse


def langfuse(kind, **told):
    return {f"langfuse.observation.{name}": value for name, value in {"type": kind, **told}.items()}


def test_langfuses_attributes():
    generation = {
        **langfuse(
            "generation",
            input=json.dumps(ASKED["messages"]),
            output=json.dumps({"role": "assistant", "content": "hello"}),
        ),
        "langfuse.observation.model.name": "gpt-5",
        "langfuse.observation.model.parameters": '{"temperature": 0, "max_tokens": "Infinity"}',
        "langfuse.observation.usage_details": '{"input": 5, "output": 3, "input_cached_tokens": 2}',
        "langfuse.trace.tags": ["eu"],
        "session.id": "s1",
    }
    ran = langfuse("tool", input='{"args": ["Rome"], "kwargs": {}}', output='"sunny"')
    session = one(
        batch(
            [
                span("root", langfuse("agent", input='"hi"')),
                span("llm", generation, parent="root"),
                span("look", ran, parent="root", at=1),
            ]
        )
    )
    assert messages(session)[0]["parts"] == [TEXT]
    assert asked(session)["gen_ai.request.temperature"] == 0
    assert "gen_ai.request.max_tokens" not in asked(session)
    assert came(session)["gen_ai.usage.input_tokens"] == 7
    assert session.header.metadata["conversation"] == "s1"
    assert session.header.metadata["tags"] == ["eu"]
    assert "argument names" in session.exchanges[1].provenance.lacked


# MLflow


def test_an_older_trace_of_mlflow():
    told = {
        "info": {"request_id": "1234", "timestamp_ms": 1, "tags": {"team": "a", "mlflow.traceName": "x"}},
        "data": {
            "spans": [
                {
                    "name": "chat",
                    "context": {"span_id": "0x" + "b" * 16, "trace_id": "0x" + "a" * 32},
                    "parent_id": None,
                    "start_time": 1_795_000_000_000_000_000,
                    "end_time": 1_795_000_001_000_000_000,
                    "status_code": "OK",
                    "status_message": "",
                    "attributes": {
                        "mlflow.spanType": '"CHAT_MODEL"',
                        "mlflow.spanInputs": json.dumps(ASKED),
                        "mlflow.spanOutputs": json.dumps(CAME),
                    },
                    "events": [],
                }
            ]
        },
    }
    (session,) = sessions_in(json.dumps(told).encode(), "trace.json")
    assert (session.header.id, session.header.origin.format) == ("1234", "mlflow")
    assert (asked(session), came(session)) == (ASKED, CAME)
    assert session.exchanges[0].started_at == 1_795_000_000.0
    assert session.header.metadata["team"] == "a"


# Double instrumentation


def test_of_two_that_stand_around_each_other_the_one_with_the_providers_json_is_kept():
    raw = {**LLM, "input.value": json.dumps(ASKED), "output.value": json.dumps(CAME)}
    for inner, outer in (("raw", "parts"), ("parts", "raw")):
        told = {"raw": raw, "parts": genai([QUESTION], [ANSWERED], gen_ai__response__id="chatcmpl-1")}
        agent = span("agent", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}, lasting=5)
        spans = [
            agent,
            span("outer", told[outer], parent="agent", lasting=2),
            span("inner", told[inner], parent="outer", at=0.1),
        ]
        session = one(batch(spans))
        assert len(session.exchanges) == 1
        assert asked(session) == ASKED, (inner, outer)
        assert session.exchanges[0].call.attributes["gen_ai.agent.name"] == "clerk"


def test_a_tool_that_two_instrumentations_tell_is_one_call():
    given = {"gen_ai.tool.call.arguments": '{"at": "Rome"}', "gen_ai.tool.call.result": "sunny"}
    inner = span(
        "tools/call look",
        {**given, "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look"},
        parent="execute_tool look",
        at=1.2,
    )
    session = one(batch([tool(**given), inner]))
    assert len(session.exchanges) == 1
    again = span(
        "again",
        {
            **given,
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "look",
            "gen_ai.tool.call.arguments": '{"at": "Oslo"}',
        },
        parent="execute_tool look",
        at=1.2,
    )
    assert len(one(batch([tool(**given), again])).exchanges) == 2


def test_a_wrapper_of_several_calls_is_none_of_them():
    raw = {**LLM, "input.value": json.dumps(ASKED), "output.value": json.dumps(CAME)}
    told = [
        span("outer", raw, lasting=5),
        span("a", genai([QUESTION], [ANSWERED]), parent="outer"),
        span("b", genai([QUESTION, QUESTION], [ANSWERED]), parent="outer", at=2),
    ]
    assert [len(messages(one(batch(told)), seq)) for seq in (1, 2)] == [1, 2]


@pytest.mark.parametrize("odd", [{}, [], 1, None])
def test_blocks_of_no_type_are_kept_as_they_are(odd):
    told = {
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.spanInputs": json.dumps({"messages": [{"role": "user", "content": "hi"}]}),
        "mlflow.spanOutputs": json.dumps({"content": "hello", "type": odd}),
    }
    assert parts(one(batch([span("a", told)])))[0] == {"type": "text", "content": "hello"}


def test_a_count_of_thousands_of_digits_is_none():
    session = one(batch([span("s", genai([QUESTION], [ANSWERED], gen_ai__usage__input_tokens="9" * 5000))]))
    assert "9999" not in str(came(session).get("usage"))
