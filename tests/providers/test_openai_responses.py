import json

import pytest

from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.recognition import OPENAI_RESPONSES

CREATED = {"id": "r1", "model": "m", "status": "in_progress", "error": None, "output": [], "usage": None}
MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}
CALL = {"type": "function_call", "call_id": "a", "name": "f", "arguments": '{"x":1}'}
THOUGHT = {"type": "reasoning", "summary": [{"text": "one"}, {"text": "two"}], "content": None}


def stream(*events):
    lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "".join(lines).encode()


def both(response):
    """The response as JSON and as a stream that ends with it."""
    end = {"type": f"response.{response.get('status', 'completed')}", "response": response}
    return json.dumps(response).encode(), stream({"type": "response.created", "response": CREATED}, end)


def test_a_request_is_described_in_the_conventions_names():
    body = {
        "model": "gpt-5",
        "temperature": 1,
        "top_p": 0.9,
        "max_output_tokens": 100,
        "stream": True,
        "text": {"format": {"type": "json_schema"}},
        "conversation": {"id": "conv_1"},
    }
    assert OPENAI_RESPONSES.describe_request(body) == {
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.temperature": 1,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "json",
        "gen_ai.conversation.id": "conv_1",
    }
    assert OPENAI_RESPONSES.describe_request({"conversation": "c"}) == {"gen_ai.conversation.id": "c"}
    assert OPENAI_RESPONSES.describe_request({"text": 1, "conversation": []}) == {}


def test_an_answer_is_described():
    usage = {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 1},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 4},
    }
    for data in both(CREATED | {"status": "completed", "usage": usage, "output": [MESSAGE]}):
        assert OPENAI_RESPONSES.describe_response(data, "") == {
            "gen_ai.response.id": "r1",
            "gen_ai.response.model": "m",
            "gen_ai.response.finish_reasons": ["completed"],
            "gen_ai.usage.input_tokens": 9,
            "gen_ai.usage.output_tokens": 5,
            "gen_ai.usage.cache_read.input_tokens": 0,
            "gen_ai.usage.cache_creation.input_tokens": 1,
            "gen_ai.usage.reasoning.output_tokens": 4,
        }


def test_an_incomplete_answer_tells_why_and_one_that_goes_on_no_end():
    for data in both({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}):
        told = OPENAI_RESPONSES.describe_response(data, "")
        assert told["gen_ai.response.finish_reasons"] == ["content_filter"]
    assert OPENAI_RESPONSES.describe_response(b'{"status": "queued"}', "") == {}


def test_what_an_answer_says():
    refusal = {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}
    for data in both({"status": "completed", "output": [THOUGHT, MESSAGE, refusal, CALL]}):
        assert OPENAI_RESPONSES.reply(data, "") == Reply("HiNo.", "one\n\ntwo", (ToolCall("a", "f", '{"x":1}'),))


def test_open_reasoning_goes_before_its_summary():
    item = THOUGHT | {"content": [{"type": "reasoning_text", "text": "all"}]}
    assert OPENAI_RESPONSES.reply(json.dumps({"output": [item]}).encode(), "").reasoning == "all"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"type": "custom_tool_call", "call_id": "a", "name": "sql", "input": "select"}, [("sql", "select")]),
        ({"type": "computer_call", "call_id": "a", "action": {"type": "wait"}}, [("computer", '{"type": "wait"}')]),
        ({"type": "shell_call", "call_id": "a", "action": {"commands": []}}, [("shell", '{"commands": []}')]),
        ({"type": "apply_patch_call", "call_id": "a", "operation": {}}, [("apply_patch", "{}")]),
        ({"type": "web_search_call", "id": "ws_1", "action": {}}, []),
        ({"type": "mcp_call", "id": "mcp_1", "name": "f", "arguments": "{}"}, []),
        ({"type": "tool_search_call", "call_id": None, "execution": "server", "arguments": {}}, []),
        ({"type": "function_call_output", "call_id": "a", "output": "x"}, []),
    ],
)
def test_tools_count_that_the_caller_must_run(item, expected):
    calls = OPENAI_RESPONSES.reply(json.dumps({"output": [item]}).encode(), "").tool_calls
    assert [(call.name, call.arguments) for call in calls] == expected


DELTAS = (
    {"type": "response.created", "response": CREATED},
    {"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning", "summary": []}},
    {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "on"},
    {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "e"},
    {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 1, "delta": "two"},
    {"type": "response.output_item.added", "output_index": 1, "item": {"type": "message", "content": []}},
    {"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "H"},
    {"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "i"},
    {"type": "response.output_item.added", "output_index": 2, "item": CALL | {"arguments": ""}},
    {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": '{"x"'},
    {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": ":1}"},
)


def test_a_stream_that_was_cut_says_what_came():
    said = Reply("Hi", "one\n\ntwo", (ToolCall("a", "f", '{"x":1}'),))
    assert OPENAI_RESPONSES.reply(stream(*DELTAS), "") == said
    done = ({"type": "response.output_item.done", "output_index": 2, "item": CALL | {"arguments": "{}"}},)
    assert OPENAI_RESPONSES.reply(stream(*DELTAS, *done), "").tool_calls == (ToolCall("a", "f", "{}"),)
    assert OPENAI_RESPONSES.describe_response(stream(*DELTAS), "") == {
        "gen_ai.response.id": "r1",
        "gen_ai.response.model": "m",
    }


def test_an_end_that_carries_no_output_leaves_what_came_before():
    """As Codex's own server sends it."""
    end = {"type": "response.completed", "response": {"id": "r1", "usage": {"input_tokens": 1}, "output": []}}
    assert OPENAI_RESPONSES.reply(stream(*DELTAS, end), "").text == "Hi"
    assert OPENAI_RESPONSES.describe_response(stream(*DELTAS, end), "")["gen_ai.usage.input_tokens"] == 1


@pytest.mark.parametrize(
    "event",
    [
        {"type": "error", "code": "rate_limit_exceeded", "message": "m"},
        {"type": "error", "error": {"type": "rate_limit_exceeded", "code": None}},
        {"type": "response.failed", "response": {"status": "failed", "error": {"code": "rate_limit_exceeded"}}},
    ],
)
def test_an_error_in_a_stream_tells_its_type(event):
    assert OPENAI_RESPONSES.describe_response(stream(event), "")["error.type"] == "rate_limit_exceeded"


@pytest.mark.parametrize("kind", [None, [], {"a": 1}])
def test_an_event_of_no_known_kind_says_nothing(kind):
    odd = {"type": kind, "output_index": 0, "item": {}}
    assert OPENAI_RESPONSES.reply(stream(odd, *DELTAS), "").text == "Hi"


@pytest.mark.parametrize("content", [[{}], [{"type": []}], [{"type": None}]])
def test_content_of_no_known_kind_is_kept_as_it_is(content):
    item = {"type": "message", "role": "user", "content": content}
    request = CODECS["openai.responses"].read_request({"model": "m", "input": [item]})
    assert [part["provider_part"] for message in request.messages for part in message.parts] == content
