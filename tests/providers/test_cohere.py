import json

import pytest

from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.recognition import COHERE_CHAT, COHERE_EMBEDDINGS


def event(kind, index=None, **delta):
    return {"type": kind, "index": index, "delta": delta}


def said(kind, index, **piece):
    return event(kind, index, message=piece)


USAGE = {
    "billed_units": {"input_tokens": 5.0, "output_tokens": 3.0},
    "tokens": {"input_tokens": 70.0, "output_tokens": 9},
    "cached_tokens": 4,
}
EVENTS = [
    {"type": "message-start", "id": "c-1", "delta": {"message": {"role": "assistant", "content": []}}},
    said("content-start", 0, content={"type": "thinking", "thinking": "wh"}),
    said("content-delta", 0, content={"thinking": "y"}),
    said("content-end", 0),
    said("content-start", 1, content={"type": "text", "text": ""}),
    said("content-delta", 1, content={"text": "Hi"}),
    said("content-delta", 1, content={"text": " there"}),
    said("tool-plan-delta", None, tool_plan="I will "),
    said("tool-plan-delta", None, tool_plan="search."),
    said("tool-call-start", 0, tool_calls={"id": "t1", "function": {"name": "f", "arguments": ""}}),
    said("tool-call-delta", 0, tool_calls={"function": {"arguments": '{"q": '}}),
    said("tool-call-delta", 0, tool_calls={"function": {"arguments": '"x"}'}}),
    said("tool-call-start", 1, tool_calls={"id": "t2", "function": {"name": "g", "arguments": "{}"}}),
    event("message-end", finish_reason="TOOL_CALL", usage=USAGE),
]
WHOLE = {
    "id": "c-1",
    "finish_reason": "TOOL_CALL",
    "message": {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "why"}, {"type": "text", "text": "Hi there"}],
        "tool_plan": "I will search.",
        "tool_calls": [
            {"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"q": "x"}'}},
            {"id": "t2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
        ],
    },
    "usage": USAGE,
}
STREAM = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in EVENTS).encode() + b"data: [DONE]\n\n"
CALLS = (ToolCall("t1", "f", '{"q": "x"}'), ToolCall("t2", "g", "{}"))


@pytest.mark.parametrize("data", [STREAM, json.dumps(WHOLE).encode()])
def test_an_answer_says_the_same_streamed_and_whole(data):
    assert COHERE_CHAT.reply(data, "") == Reply("Hi there", "why\n\nI will search.", CALLS)
    assert COHERE_CHAT.describe_response(data, "") == {
        "gen_ai.response.id": "c-1",
        "gen_ai.response.finish_reasons": ["TOOL_CALL"],
        "gen_ai.usage.input_tokens": 70,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 4,
    }


def test_a_request_tells_its_parameters():
    asked = {"model": "command-a", "p": 0.9, "k": 3, "max_tokens": 9, "response_format": {"type": "json_object"}}
    assert COHERE_CHAT.describe_request(asked) == {
        "gen_ai.request.model": "command-a",
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.top_k": 3,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.output.type": "json",
    }


def test_embeddings_tell_their_form_and_usage():
    asked = {"model": "embed-v4.0", "texts": ["a"], "embedding_types": ["float"], "output_dimension": 256}
    assert COHERE_EMBEDDINGS.describe_request(asked) == {
        "gen_ai.request.model": "embed-v4.0",
        "gen_ai.request.encoding_formats": ["float"],
        "gen_ai.embeddings.dimension.count": 256,
    }
    answer = b'{"id": "e-1", "embeddings": {"float": [[0.1]]}, "meta": {"billed_units": {"input_tokens": 2.0}}}'
    assert COHERE_EMBEDDINGS.describe_response(answer, "") == {
        "gen_ai.response.id": "e-1",
        "gen_ai.usage.input_tokens": 2,
    }
    assert COHERE_EMBEDDINGS.reply(answer, "") == Reply()
