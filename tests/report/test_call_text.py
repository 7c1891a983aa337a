import json

import pytest

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.providers.neutral import MEDIA_TYPE, request_json
from pytest_oao.report.call_text import asks

USER = {"role": "user", "content": "How is the weather?"}
CALLS = {
    "role": "assistant",
    "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}},
        {"id": "c2", "type": "function", "function": {"name": "smell", "arguments": "{}"}},
    ],
}
SEEN = {"role": "tool", "tool_call_id": "c1", "content": '{"sky": "grey"}'}
SMELT = {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "of rain"}]}
SYSTEM = {"role": "system", "content": "Be brief."}
USES = {
    "role": "assistant",
    "content": [
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {}},
        {"type": "tool_use", "id": "t2", "name": "smell", "input": {}},
    ],
}
RESULTS = {
    "role": "user",
    "content": [
        {"type": "tool_result", "tool_use_id": "t1", "content": "grey"},
        {"type": "tool_result", "tool_use_id": "t2", "content": [{"type": "text", "text": "of rain"}]},
        {"type": "text", "text": "And now?"},
    ],
}
GEMINI = {
    "contents": [
        {"role": "user", "parts": [{"text": "How is the weather?"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {}}}]},
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "look", "response": {"result": "grey"}}},
                {"functionResponse": {"name": "feel", "response": {"wind": 3, "wet": True}}},
            ],
        },
    ]
}
CONVERSE = {
    "messages": [
        {"role": "user", "content": [{"text": "How is the weather?"}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t1", "name": "look", "input": {}}}]},
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "t1", "content": [{"text": "grey"}, {"json": {"wind": 3, "wet": True}}]}},
                {"text": "And now?"},
            ],
        },
    ]
}
COHERE = {
    "messages": [
        {
            "role": "assistant",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "document", "document": {"data": "grey"}}]},
    ]
}
CALLED = {"type": "function_call", "call_id": "f1", "name": "look", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "f1", "output": "grey"}


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        ({"messages": [SYSTEM, USER]}, "“How is the weather?”"),
        ({"messages": [SYSTEM, USER, CALLS, SEEN, SMELT]}, 'look → {"sky": "grey"}\nsmell → of rain'),
        ({"messages": [SYSTEM, USER, {"role": "assistant", "content": "Grey."}, USER]}, "“How is the weather?”"),
        ({"messages": [USER, {"role": "assistant", "content": "It is"}]}, "“It is”"),
        ({"messages": [SYSTEM]}, "“Be brief.”"),
        ({"messages": [USER, USES, RESULTS]}, "look → grey\nsmell → of rain\n“And now?”"),
        ({"input": [USER, CALLED, OUTPUT]}, "look → grey"),
        ({"input": [OUTPUT], "previous_response_id": "r1"}, "tool → grey"),
        ({"input": "How is the weather?"}, "“How is the weather?”"),
        ({"input": ["one", "two"]}, "“one”\n“two”"),
        ({"contents": [{"role": "user", "parts": [{"text": "How?"}]}]}, "“How?”"),
        (GEMINI, 'look → grey\nfeel → {"wind": 3, "wet": true}'),
        (CONVERSE, 'look → grey\n{"wind": 3, "wet": true}\n“And now?”'),
        (COHERE, "look → grey"),
        ({"messages": []}, '{"messages": []}'),
        ({"messages": [{"role": "user", "content": []}]}, '{"role": "user", "content": []}'),
        ({"messages": [3, None]}, '{"messages": [3, null]}'),
        ({"messages": [{"role": "user", "content": [{"type": ["text"], "text": "hi"}]}]}, "“hi”"),
        ({"query": "rain"}, '{"query": "rain"}'),
        ([1, 2], "[1, 2]"),
    ],
)
def test_what_is_new_to_the_model_is_what_a_call_asks(request_, shown):
    call = Call("chat", "POST /chat/completions", Body(json.dumps(request_).encode(), "application/json"))
    assert "\n".join(asks(call)) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ('[{"number": "HAT069"}, {"number": "HAT083"}]', 'find → [{"number": "HAT069"}, {"number": "HAT083"}]'),
        ([{"number": "HAT069"}], 'find → [{"number": "HAT069"}]'),
        ("[]", "find → []"),
        ({"sky": "grey"}, 'find → {"sky": "grey"}'),
        ("true", "find → true"),
        (None, "find → null"),
        ("", 'find → ""'),
        ("HAT069", "find → HAT069"),
        ([{"type": "text", "text": "of rain"}], "find → of rain"),
        ([{"type": "text", "content": "a picture:"}, {"type": "blob", "content": "aGk="}], "find → a picture:\naGk="),
    ],
)
def test_what_a_tool_returned_is_said_in_an_imported_call_too(told, shown):
    """A codec keeps what only its API says of a message beside it: that is not said."""
    asked = {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"at": 1}}
    result = {"type": "tool_call_response", "id": "c1", "response": told}
    beside = {"type": "message", "provider_part": {"name": "find"}, "api": "openai.chat"}
    assert asks(imported(Message("assistant", (asked,)), Message("tool", (result, beside)))) == [shown]


def test_what_has_no_words_is_shown_without_all_that_was_said_before():
    picture = {"type": "uri", "uri": "https://a.example/b.png"}
    shown = '{"role": "user", "content": [{"type": "uri", "uri": "https://a.example/b.png"}]}'
    assert asks(imported(Message("user", (picture,)))) == [shown]


def imported(*messages):
    system = ({"type": "text", "content": "A policy of many pages."},)
    told = request_json(ModelRequest("gpt-4o", system, messages, api="openai.chat"))
    return Call("chat", "MODEL gpt-4o", Body(json.dumps(told).encode(), MEDIA_TYPE))
