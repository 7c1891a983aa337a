import json

import pytest

from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.recognition import OPENAI_CHAT, OPENAI_COMPLETIONS, OPENAI_EMBEDDINGS

SSE = "text/event-stream; charset=utf-8"


def stream(*chunks):
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode() + b"data: [DONE]\n\n"


def delta(index=0, finish_reason=None, **fields):
    return {"id": "c1", "model": "m", "choices": [{"index": index, "delta": fields, "finish_reason": finish_reason}]}


def tool(arguments, **fields):
    return {"function": {"arguments": arguments, **fields.pop("function", {})}, **fields}


def reply(*chunks):
    return OPENAI_CHAT.reply(stream(*chunks), SSE)


def whole(message):
    return OPENAI_CHAT.reply(json.dumps({"choices": [{"index": 0, "message": message}]}).encode(), "application/json")


def test_a_request_is_described_in_the_conventions_names():
    body = {
        "model": "gpt-5",
        "temperature": 0,
        "top_p": 0.5,
        "max_tokens": 5,
        "max_completion_tokens": 9,
        "stop": "END",
        "seed": -3,
        "n": 2,
        "stream": True,
        "response_format": {"type": "json_schema"},
        "frequency_penalty": 0.1,
        "presence_penalty": -0.1,
    }
    assert OPENAI_CHAT.describe_request(body) == {
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.temperature": 0,
        "gen_ai.request.top_p": 0.5,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.request.seed": -3,
        "gen_ai.request.choice.count": 2,
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "json",
        "gen_ai.request.frequency_penalty": 0.1,
        "gen_ai.request.presence_penalty": -0.1,
    }


def test_what_is_not_told_or_of_a_wrong_type_is_left_out():
    body = {"model": None, "temperature": True, "top_p": float("inf"), "max_tokens": -1, "stop": [], "stream": False}
    assert OPENAI_CHAT.describe_request(body) == {}
    assert OPENAI_CHAT.describe_request([1]) == {}
    assert OPENAI_CHAT.describe_request({"response_format": {"type": ["json"]}}) == {}


def test_an_answer_is_described():
    body = {
        "id": "c1",
        "model": "gpt-5-2025",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "hi"}}, {"finish_reason": "length"}],
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
            "completion_tokens_details": {"reasoning_tokens": 2},
        },
    }
    assert OPENAI_CHAT.describe_response(json.dumps(body).encode(), "application/json") == {
        "gen_ai.response.id": "c1",
        "gen_ai.response.model": "gpt-5-2025",
        "gen_ai.response.finish_reasons": ["stop", "length"],
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.cache_creation.input_tokens": 3,
        "gen_ai.usage.reasoning.output_tokens": 2,
    }


def test_a_stream_says_what_its_deltas_make():
    data = stream(
        {"id": "", "model": "", "choices": [], "prompt_filter_results": []},
        delta(role="assistant", content=""),
        delta(content="Hel"),
        delta(content="lo", reasoning_content="why"),
        delta(finish_reason="stop"),
        {"id": "c1", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    )
    assert OPENAI_CHAT.reply(data, SSE) == Reply("Hello", "why")
    assert OPENAI_CHAT.describe_response(data, SSE) == {
        "gen_ai.response.id": "c1",
        "gen_ai.response.model": "m",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 2,
    }


def test_a_stream_without_usage_tells_none():
    assert "gen_ai.usage.input_tokens" not in OPENAI_CHAT.describe_response(stream(delta(content="x")), SSE)


def test_groq_puts_usage_below_its_own_name():
    data = stream(delta(content="x") | {"x_groq": {"usage": {"prompt_tokens": 3}}})
    assert OPENAI_CHAT.describe_response(data, SSE)["gen_ai.usage.input_tokens"] == 3


def test_a_cut_stream_says_what_came():
    data = stream(delta(content="Hel"), delta(content="lo"))
    assert OPENAI_CHAT.reply(data[:-30], SSE).text == "Hel"


def test_parallel_tool_calls_are_joined_by_index():
    assert reply(
        delta(tool_calls=[tool("", index=0, id="a", function={"name": "f"})]),
        delta(tool_calls=[tool('{"x":', index=0), tool("", index=1, id="b", function={"name": "g"})]),
        delta(tool_calls=[tool("{}", index=1), tool("1}", index=0, id="")]),
    ).tool_calls == (ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", "{}"))


def test_calls_that_a_gateway_numbers_all_zero_stay_apart():
    """Gemini's OpenAI API sends each call at once, under the same index."""
    assert reply(
        delta(tool_calls=[tool("{}", index=0, id="a", function={"name": "f"})]),
        delta(tool_calls=[tool("{}", index=0, id="b", function={"name": "f"})]),
    ).tool_calls == (ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}"))


def test_calls_without_an_index_go_by_their_id():
    assert reply(
        delta(tool_calls=[tool("1", id="a", function={"name": "f"})]),
        delta(tool_calls=[tool("2")]),
        delta(tool_calls=[tool("3", id="b", function={"name": "g"})]),
        delta(tool_calls=[tool("4", id="b")]),
    ).tool_calls == (ToolCall("a", "f", "12"), ToolCall("b", "g", "34"))


def test_id_and_name_that_are_told_again_are_not_doubled():
    piece = {"index": 0, "id": "a", "function": {"name": "f"}}
    assert reply(
        delta(tool_calls=[tool("1", **piece)]),
        delta(tool_calls=[tool("2", **piece)]),
    ).tool_calls == (ToolCall("a", "f", "12"),)


def test_custom_tools_and_the_former_function_call():
    custom = {"id": "a", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}
    former = {"name": "f", "arguments": "{}"}
    assert whole({"tool_calls": [custom]}).tool_calls == (ToolCall("a", "sql", "select 1"),)
    assert whole({"function_call": former}).tool_calls == (ToolCall("", "f", "{}"),)
    both = [{"id": "a", "type": "function", "function": former}]  # as llama.cpp's server writes one call
    assert whole({"tool_calls": both, "function_call": former}).tool_calls == (ToolCall("a", "f", "{}"),)
    assert reply(
        delta(tool_calls=[{"index": 0, "id": "a", "custom": {"name": "sql", "input": "select"}}]),
        delta(tool_calls=[{"index": 0, "custom": {"input": " 1"}}]),
    ).tool_calls == (ToolCall("a", "sql", "select 1"),)
    assert reply(
        delta(function_call={"name": "f", "arguments": "{"}), delta(function_call={"arguments": "}"})
    ).tool_calls == (ToolCall("", "f", "{}"),)


def test_arguments_that_are_an_object_are_written_out_and_none_are_empty():
    calls = [{"id": "a", "function": {"name": "f", "arguments": value}} for value in ({"ä": 1}, None)]
    expected = (ToolCall("a", "f", '{"ä": 1}'), ToolCall("a", "f", ""))
    assert whole({"tool_calls": calls}).tool_calls == expected
    assert reply(delta(tool_calls=[call | {"index": n} for n, call in enumerate(calls)])).tool_calls == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"content": None, "refusal": "No."}, Reply("No.")),
        ({"content": None, "audio": {"transcript": "Hi."}}, Reply("Hi.")),
        ({"content": "x", "reasoning": "y", "reasoning_details": [{}]}, Reply("x", "y")),
        (
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "y"}]},
                    {"type": "text", "text": "x"},
                    {"type": "reference", "text": "z"},
                ]
            },
            Reply("x", "y"),
        ),
    ],
)
def test_what_a_message_says(message, expected):
    assert whole(message) == expected
    assert reply(delta(**message)) == expected


def test_of_several_choices_the_first_is_the_reply():
    assert reply(delta(1, content="b"), delta(0, content="a")).text == "a"


def test_a_character_cut_between_two_deltas_is_whole():
    halves = [
        b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00"}}]}\n\n',
    ]
    assert OPENAI_CHAT.reply(b"".join(halves), SSE).text == "\U0001f600"
    assert OPENAI_CHAT.reply(halves[0], SSE).text == "\ufffd"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": {"message": "m", "type": "invalid_request_error", "code": "invalid_api_key"}}, "invalid_api_key"),
        ({"error": {"message": "m", "type": "invalid_request_error", "code": None}}, "invalid_request_error"),
        ({"error": {"message": "m", "type": "BadRequestError", "code": 400}}, "BadRequestError"),
        ({"error": {"message": "m", "type": "server_error", "code": "500"}}, "server_error"),
        ([{"error": {"message": "m", "code": "x"}}], "x"),
    ],
)
def test_an_error_tells_its_type_as_json_and_in_a_stream(body, told):
    data = json.dumps(body).encode()
    assert OPENAI_CHAT.describe_response(data, SSE) == {"error.type": told}
    if isinstance(body, dict):
        assert OPENAI_CHAT.describe_response(stream(body), SSE) == {"error.type": told}


def test_text_completions():
    body = {"id": "c", "model": "m", "choices": [{"index": 0, "text": "Hi", "finish_reason": "stop"}]}
    data = stream({"choices": [{"index": 0, "text": "H"}]}, {"choices": [{"index": 0, "text": "i"}]})
    assert OPENAI_COMPLETIONS.reply(json.dumps(body).encode(), "") == Reply("Hi")
    assert OPENAI_COMPLETIONS.reply(data, "") == Reply("Hi")
    assert OPENAI_COMPLETIONS.describe_response(json.dumps(body).encode(), "") == {
        "gen_ai.response.id": "c",
        "gen_ai.response.model": "m",
        "gen_ai.response.finish_reasons": ["stop"],
    }
    assert OPENAI_COMPLETIONS.describe_request({"model": "m", "prompt": "p"}) == {"gen_ai.request.model": "m"}


def test_embeddings():
    body = {
        "object": "list",
        "data": [{"embedding": [0.1]}],
        "model": "ada",
        "usage": {"prompt_tokens": 4, "total_tokens": 4},
    }
    assert OPENAI_EMBEDDINGS.describe_response(json.dumps(body).encode(), "application/json") == {
        "gen_ai.response.model": "ada",
        "gen_ai.usage.input_tokens": 4,
    }
    assert OPENAI_EMBEDDINGS.reply(json.dumps(body).encode(), "") == Reply()
    assert OPENAI_EMBEDDINGS.describe_request({"model": "ada", "encoding_format": "base64", "dimensions": 8}) == {
        "gen_ai.request.model": "ada",
        "gen_ai.request.encoding_formats": ["base64"],
        "gen_ai.embeddings.dimension.count": 8,
    }
