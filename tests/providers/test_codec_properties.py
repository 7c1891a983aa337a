"""No request and no answer is too odd for a codec, and nothing of it is lost."""

import json

import pytest
from codec_recordings import JSON, NORMAL, SSE, live
from hypothesis import given, settings
from hypothesis import strategies as st
from test_provider_properties import bodies, media_types, values

from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.providers import neutral
from pytest_oao.providers.codecs import CODECS

ASKED = ModelRequest(model="m")
BLOCKS = [
    *("text", "image", "image_url", "input_audio", "file", "document", "thinking", "redacted_thinking", "tool_use"),
    *("tool_result", "server_tool_use", "input_text", "output_text", "input_image", "input_file", "refusal", "message"),
    *("function", "custom", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"),
    *("reasoning", "item_reference", "web_search_call", "base64", "url"),
]
FIELDS = [
    *("text", "content", "thinking", "signature", "data", "id", "name", "input", "tool_use_id", "is_error", "source"),
    *("media_type", "url", "file_id", "image_url", "input_audio", "format", "file", "file_data", "detail", "refusal"),
    *("citations", "cache_control", "annotations", "logprobs", "call_id", "output", "arguments", "status", "summary"),
    *("encrypted_content", "custom", "function", "inlineData", "inline_data", "mimeType", "mime_type", "fileData"),
    *("fileUri", "functionCall", "function_call", "args", "functionResponse", "response", "thought", "role", "phase"),
    *("thoughtSignature", "thought_signature", "title", "item_id", "joined", "message", "api", "provider_part"),
]
ROLES = ["user", "assistant", "system", "developer", "tool", "function", "model", "other"]
words = st.text(st.characters(codec="utf-8"), max_size=6)
data_urls = st.just("data:image/png;base64,aGk=")
arguments = st.sampled_from(["", "{}", '{"a": 1}', '{"a":1}', "[1]", "null", '{"a":', '"x"', '{"a":1,"a":2}'])
plain = st.none() | st.booleans() | st.integers(-3, 3) | words | data_urls | arguments
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | words, inner, max_size=4),
    max_leaves=8,
)
block = st.builds(
    lambda kind, fields: {"type": kind, **fields},
    st.sampled_from(BLOCKS),
    st.dictionaries(st.sampled_from(FIELDS), anything, max_size=6),
)
call = st.builds(
    lambda kind, tool, fields: {"id": "c1", "type": kind, kind: tool, **fields},
    st.sampled_from(["function", "custom"]),
    st.fixed_dictionaries({"name": words}, optional={"arguments": arguments, "input": words, "more": anything}),
    st.dictionaries(words, anything, max_size=1),
)
content = words | st.none() | st.lists(block, max_size=3)
part = st.one_of(block, st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4))
message = st.fixed_dictionaries(
    {"role": st.sampled_from(ROLES)},
    optional={
        "content": content,
        "parts": st.lists(part, max_size=3),
        "tool_calls": st.lists(call, max_size=2),
        "tool_call_id": words,
        "function_call": st.fixed_dictionaries({"name": words, "arguments": arguments}),
        "refusal": st.none() | words,
        "reasoning_content": st.none() | words,
        "reasoning": st.none() | words,
        "name": words,
        "id": words,
        "type": st.just("message"),
        "status": st.sampled_from(["completed", "incomplete"]),
        "annotations": st.just([]),
        "other": anything,
    },
)
schema = st.just({"type": "object", "properties": {}})
tool = st.one_of(
    st.fixed_dictionaries({"type": st.just("function"), "name": words}, optional={"strict": plain, "more": anything}),
    st.fixed_dictionaries(
        {"type": st.just("function"), "function": st.fixed_dictionaries({"name": words}, optional={"x": anything})}
    ),
    st.fixed_dictionaries({"name": words, "input_schema": schema}, optional={"cache_control": plain, "type": words}),
    st.fixed_dictionaries(
        {"functionDeclarations": st.lists(st.fixed_dictionaries({"name": words}, optional={"parameters": schema}))},
        optional={"googleSearch": st.just({})},
    ),
    block,
)
numbers = st.none() | st.integers(0, 9) | st.floats(0, 2)
request = st.fixed_dictionaries(
    {},
    optional={
        "model": st.none() | words,
        "messages": st.lists(message, max_size=4) | anything,
        "input": words | st.lists(message | block, max_size=4),
        "contents": st.lists(message, max_size=4) | anything,
        "system": content,
        "instructions": content,
        "systemInstruction": message | words,
        "system_instruction": message,
        "tools": st.lists(tool, max_size=3) | anything,
        "functions": st.lists(st.fixed_dictionaries({"name": words}, optional={"x": anything}), max_size=2),
        "stream": st.none() | st.booleans(),
        "temperature": numbers,
        "max_tokens": numbers,
        "max_completion_tokens": numbers,
        "max_output_tokens": numbers,
        "stop": st.none() | words | st.lists(words, max_size=2),
        "stop_sequences": st.lists(words, max_size=2),
        "top_k": numbers,
        "n": numbers,
        "generationConfig": st.dictionaries(
            st.sampled_from(["topP", "top_p", "seed", "x", "responseSchema"]), anything
        ),
        "tool_choice": anything,
        "response_format": anything,
        "anthropic_version": words,
        "more": anything,
    },
)


@pytest.mark.parametrize("api", CODECS)
@settings(max_examples=20)
@given(request)
def test_a_request_is_written_as_it_was_read(api, body):
    codec = CODECS[api]
    native = NORMAL[api](body)
    read = codec.read_request(body)
    written = codec.write_request(read)
    hosted = "anthropic_version" in native and api == "anthropic.messages"  # the path names the model
    assert lost(native, written) <= ({"model"} if hosted else set())
    assert codec.read_request(native) == read
    assert neutral.request_of(json.loads(json.dumps(neutral.request_json(read)))) == neutral.request_of(
        neutral.request_json(read)
    )


def lost(native, written):
    """Return the fields of a request that are not what they were; those of a conversation may be there and empty."""
    return {key for key, value in native.items() if written.get(key) != value and (value or key in written)}


@settings(max_examples=50)
@given(bodies, media_types, values)
def test_nothing_is_too_odd_to_be_translated(data, media_type, body):
    for codec in CODECS.values():
        asked = codec.read_request(body, "/models/m:streamGenerateContent?alt=sse")
        assert isinstance(codec.write_request(asked), dict)
        answer = codec.read_response(data, media_type)
        assert isinstance(codec.write_response(answer, asked), dict)
        assert all(isinstance(event, bytes) for event in codec.write_stream(answer, asked))
        assert isinstance(codec.write_failure(codec.read_failure(data, 500)), dict)


text_part = st.builds(lambda said: {"type": "text", "content": said}, words.filter(bool))
call_part = st.builds(
    lambda number, name, asked: {"type": "tool_call", "id": f"c{number}", "name": name, "arguments": asked},
    st.integers(0, 9),
    words.filter(bool),
    st.dictionaries(words, plain, max_size=3),
)
thought_part = st.builds(lambda said: {"type": "reasoning", "content": said}, words.filter(bool))
answers = st.builds(
    lambda ident, model, thoughts, texts, calls, usage: ModelResponse(
        id=ident,
        model=model,
        choices=(Message("assistant", (*thoughts, *texts, *calls), "tool_call" if calls else "stop"),),
        usage=Usage(*usage),
    ),
    words.filter(bool),
    words.filter(bool),
    st.lists(thought_part, max_size=1),
    st.lists(text_part, max_size=1),
    st.lists(call_part, max_size=2),
    st.tuples(st.integers(20, 99), st.integers(20, 99), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
)


@pytest.mark.parametrize("api", CODECS)
@settings(max_examples=30)
@given(answers)
def test_an_answer_is_read_as_it_was_written_whole_and_streamed(api, answer):
    codec = CODECS[api]
    native = codec.write_response(answer, ASKED)
    read = codec.read_response(json.dumps(native).encode(), JSON)
    assert codec.read_response(b"".join(codec.write_stream(answer, live(ASKED))), SSE) == read
    assert (read.id, read.model) == (answer.id, answer.model)
    (choice,) = read.choices
    (expected,) = answer.choices
    kept = ("type", "content", "id", "name", "arguments")
    assert [{key: part[key] for key in kept if key in part} for part in choice.parts] == list(expected.parts)
    assert choice.finish_reason == expected.finish_reason
    told = read.usage
    assert (told.input_tokens, told.output_tokens) == (answer.usage.input_tokens, answer.usage.output_tokens)
    assert (told.cached_tokens, told.reasoning_tokens) == (answer.usage.cached_tokens, answer.usage.reasoning_tokens)
    assert codec.write_response(read, ASKED) == native


conversations = st.builds(
    lambda system, turns: ModelRequest(
        model="m",
        system=tuple(system),
        messages=tuple(turns),
        tools=({"type": "function", "name": "f", "description": "F.", "parameters": {"type": "object"}},),
        parameters={"gen_ai.request.temperature": 0.5, "gen_ai.request.max_tokens": 9},
        stream=True,
    ),
    st.lists(text_part, max_size=1),
    st.lists(
        st.one_of(
            st.builds(lambda one: Message("user", (one,)), text_part),
            st.builds(
                lambda texts, calls: Message("assistant", (*texts, *calls)),
                st.lists(text_part, max_size=1),
                st.lists(call_part, min_size=1, max_size=2),
            ),
            st.builds(
                lambda n, said: Message("tool", ({"type": "tool_call_response", "id": f"c{n}", "response": said},)),
                st.integers(0, 9),
                words.filter(bool),
            ),
        ),
        max_size=5,
    ),
)


@pytest.mark.parametrize("api", CODECS)
@settings(max_examples=30)
@given(conversations)
def test_a_conversation_keeps_what_is_said_in_it(api, asked):
    """Results that APIs hold together in one message are told apart again by their ids."""
    codec = CODECS[api]
    read = codec.read_request(codec.write_request(asked))
    assert said(read) == said(asked)
    assert read.system == asked.system
    assert [one["name"] for one in read.tools] == ["f"]
    assert read.parameters == asked.parameters
    assert codec.read_request(codec.write_request(read)) == read


def said(asked):
    """Return what is said in a conversation, part by part; Gemini takes a result in an object."""
    kept = ("type", "content", "id", "name", "arguments", "response")
    found = []
    for one in asked.messages:
        for told in one.parts:
            shown = {key: told[key] for key in kept if key in told}
            if told["type"] == "tool_call_response":
                shown.pop("name", None)
                response = shown["response"]
                shown["response"] = response["result"] if isinstance(response, dict) else response
            found.append(shown)
    return found


@pytest.mark.parametrize("api", CODECS)
def test_what_is_nested_too_deep_says_nothing(api):
    codec = CODECS[api]
    deep = json.loads("[" * 900 + "]" * 900)
    kinds = {"type": "tool_use", "functionCall": {"name": "f", "args": {"a": deep}}, "input": {"a": deep}}
    body = {"messages": [{"role": "user", "content": [kinds]}], "contents": [{"parts": [kinds]}], "input": [kinds]}
    assert codec.read_request(body).api == api
    answer = {
        "content": [kinds],
        "candidates": [{"content": {"parts": [kinds]}}],
        "output": [kinds],
        "choices": [{"message": kinds}],
    }
    assert codec.read_response(json.dumps(answer).encode(), JSON).extra["api"] == api


@pytest.mark.parametrize("api", CODECS)
@given(st.integers(400, 599), words, words.filter(bool))
@settings(max_examples=30)
def test_a_failure_keeps_its_message(api, status, kind, told):
    codec = CODECS[api]
    body = codec.write_failure(ModelFailure(status=status, type=kind, message=told))
    again = codec.read_failure(json.dumps(body).encode(), status)
    assert (again.status, again.message) == (status, told)
    assert codec.write_failure(again) == body


@pytest.mark.parametrize("api", CODECS)
@pytest.mark.parametrize("created", [float("inf"), float("nan"), 10**400, True, "soon"], ids=lambda one: str(one)[:5])
def test_a_moment_that_is_no_number_of_seconds_is_left_out(api, created):
    said = Message("assistant", ({"type": "text", "content": "x"},), "stop")
    written = [
        CODECS[api].write_response(ModelResponse(choices=(said,), extra=extra), ASKED)
        for extra in ({}, {"created": created})
    ]
    assert written[0] == written[1]
    at = CODECS[api].write_response(ModelResponse(choices=(said,), extra={"created": 7.5}), ASKED)
    assert at == written[0] or 7 in at.values()
