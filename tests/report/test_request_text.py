"""What a request has besides messages, in the words of each API and of an import."""

import json

import pytest

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.providers.neutral import MEDIA_TYPE, request_json
from pytest_oao.providers.rendering import request_of
from pytest_oao.report.request_text import request_texts

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
SAID = {"role": "user", "content": "Hi"}
FLAT = {"name": "find", "description": "Find it."}
CHAT = {
    "messages": [{"role": "developer", "content": "Be terse."}, SAID],
    "tools": [{"type": "function", "function": {**FLAT, "parameters": SCHEMA}}],
    "temperature": 0.2,
}
RESPONSES = {
    "instructions": "Be terse.",
    "input": "Hi",
    "tools": [{"type": "function", **FLAT, "parameters": SCHEMA}],
    "temperature": 0.2,
}
MESSAGES = {
    "system": [{"type": "text", "text": "Be terse."}],
    "messages": [SAID],
    "tools": [{**FLAT, "input_schema": SCHEMA}],
    "temperature": 0.2,
}
GEMINI = {
    "systemInstruction": {"parts": [{"text": "Be terse."}]},
    "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
    "tools": [{"functionDeclarations": [{**FLAT, "parameters": SCHEMA}]}],
    "generationConfig": {"temperature": 0.2},
}
CONVERSE = {
    "system": [{"text": "Be terse."}],
    "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
    "toolConfig": {"tools": [{"toolSpec": {**FLAT, "inputSchema": {"json": SCHEMA}}}], "toolChoice": {"auto": {}}},
    "inferenceConfig": {"temperature": 0.2},
}


def shown(target, body, media_type="application/json", kind="chat"):
    return dict(request_texts(Call(kind, target, Body(json.dumps(body).encode(), media_type))))


@pytest.mark.parametrize(
    ("target", "body", "schema", "parameters"),
    [
        ("POST /chat/completions", CHAT, "parameters", "temperature = 0.2"),
        ("POST /responses", RESPONSES, "parameters", "temperature = 0.2"),
        ("POST /v1/messages", MESSAGES, "input_schema", "temperature = 0.2"),
        ("POST /models/g:generateContent", GEMINI, "parameters", 'generationConfig = {"temperature": 0.2}'),
        (
            "POST /model/c/converse",
            CONVERSE,
            "inputSchema",
            'inferenceConfig = {"temperature": 0.2}\ntoolChoice = {"auto": {}}',
        ),
    ],
)
def test_each_api_s_request_is_told_in_its_words(target, body, schema, parameters):
    told = json.dumps({"json": SCHEMA} if schema == "inputSchema" else SCHEMA)
    assert shown(target, body) == {
        "system": "Be terse.",
        "tools": f"find: Find it.\n  {schema} = {told}",
        "parameters": parameters,
    }


@pytest.mark.parametrize(
    ("target", "body"),
    [("POST /chat/completions", CHAT), ("POST /responses", RESPONSES), ("POST /messages", MESSAGES)],
)
def test_an_import_s_request_is_told_as_it_is_compared(target, body):
    asked = request_of(Call("chat", target, Body(json.dumps(body).encode(), "application/json")))
    assert asked is not None
    assert shown("MODEL gpt-5", request_json(asked), MEDIA_TYPE) == {
        "system": "Be terse.",
        "tools": f"find: Find it.\n  parameters = {json.dumps(SCHEMA)}",
        "parameters": "temperature = 0.2",
    }


def test_what_is_asked_without_messages_is_told_as_it_stands_alone():
    assert shown("POST /completions", {"prompt": "Once", "temperature": 0.2}, kind="text_completion") == {}
    assert shown("POST /chat/completions", ["?"]) == {}
    assert shown("find", {"messages": "none", "tools": 1}, kind="execute_tool") == {}


def test_whatever_stands_for_tools_is_told():
    tools = [7, {"name": "bare"}, {"name": ["odd"]}, {"type": "custom", "name": "sql", "format": {"name": "inner"}}]
    told = shown("POST /chat/completions", {"messages": [SAID], "tools": tools})["tools"]
    assert told.splitlines() == [
        "7",
        "bare",
        '{"name": ["odd"]}',
        "sql",
        "  type = custom",
        '  format = {"name": "inner"}',
    ]
    assert shown("POST /chat/completions", {"messages": [SAID], "tools": {"a": 1}, "functions": [FLAT]}) == {
        "system": "",
        "tools": "find: Find it.",
        "parameters": "",
    }
