"""One conversation, however it is written down, is compared as one."""

import json
from dataclasses import replace

import pytest

from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.provenance import EARLIER, MEDIA, MESSAGES, MODEL, PARAMETERS, SYSTEM, TOOL_CHOICE, TOOLS
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.compared import LEVELS, Comparison, family, first_level

PARAMETERS_OF = {"type": "object", "properties": {"city": {"type": "string"}}}
CHAT = {
    "model": "gpt-5",
    "messages": [
        {"role": "system", "content": "Be terse."},
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "call_9", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}},
                {"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}},
            ],
        },
        {"role": "tool", "tool_call_id": "call_9", "content": '{"sky": "grey"}'},
        {"role": "tool", "tool_call_id": "call_2", "content": "sunny"},
        {"role": "user", "content": "And?"},
    ],
    "tools": [{"type": "function", "function": {"name": "weather", "description": "x", "parameters": PARAMETERS_OF}}],
}
ANTHROPIC = {
    "model": "gpt-5",
    "max_tokens": 100,
    "system": [{"type": "text", "text": "Be terse.", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "s"},
                {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris"}},
                {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {"city": "Rome"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [{"type": "text", "text": '{"sky":"grey"}'}],
                },
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": "sunny"},
                {"type": "text", "text": "And?"},
            ],
        },
    ],
    "tools": [{"name": "weather", "description": "x", "input_schema": PARAMETERS_OF}],
}
RESPONSES = {
    "model": "gpt-5",
    "instructions": "Be terse.",
    "input": [
        {"role": "user", "content": "Weather?"},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "weather", "arguments": '{"city":"Paris"}'},
        {"type": "function_call", "id": "fc_2", "call_id": "c2", "name": "weather", "arguments": '{"city":"Rome"}'},
        {"type": "function_call_output", "call_id": "c1", "output": '{"sky": "grey"}'},
        {"type": "function_call_output", "call_id": "c2", "output": "sunny"},
        {"role": "user", "content": [{"type": "input_text", "text": "And?"}]},
    ],
    "tools": [{"type": "function", "name": "weather", "description": "x", "parameters": PARAMETERS_OF}],
}
GEMINI = {
    "systemInstruction": {"parts": [{"text": "Be terse."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Weather?"}]},
        {
            "role": "model",
            "parts": [
                {"functionCall": {"name": "weather", "args": {"city": "Paris"}}},
                {"functionCall": {"name": "weather", "args": {"city": "Rome"}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "weather", "response": {"sky": "grey"}}},
                {"functionResponse": {"name": "weather", "response": {"result": "sunny"}}},
            ],
        },
        {"role": "user", "parts": [{"text": "And?"}]},
    ],
    "tools": [{"functionDeclarations": [{"name": "weather", "description": "x", "parameters": PARAMETERS_OF}]}],
}
NATIVE = {
    "openai.chat": CHAT,
    "anthropic.messages": ANTHROPIC,
    "openai.responses": RESPONSES,
    "gemini.generate_content": GEMINI,
}


def read(api, body):
    return CODECS[api].read_request(body, "/models/gpt-5:generateContent")


def forms(recorded, live, level="request", lacked=(PARAMETERS,)):
    return Comparison(recorded, live, level, lacked).forms()


def same(recorded, live, level="request", lacked=(PARAMETERS,)):
    one, other = forms(recorded, live, level, lacked)
    return one == other


@pytest.mark.parametrize("api", sorted(set(NATIVE) & set(CODECS)))
@pytest.mark.parametrize("level", LEVELS)
def test_one_conversation_is_one_form_in_every_api(api, level):
    one, other = forms(read("openai.chat", CHAT), read(api, NATIVE[api]), level)
    assert one == other


def test_the_form_is_as_people_know_requests():
    told, _ = forms(read("openai.chat", CHAT), read("openai.chat", CHAT))
    assert told["model"] == "gpt-5"
    assert told["system"] == "Be terse."
    assert [one["role"] for one in told["messages"]] == ["user", "assistant", "tool", "tool", "user"]
    assert told["messages"][1]["tool_calls"][0] == {"id": "call 1", "name": "weather", "arguments": {"city": "Paris"}}
    assert told["messages"][2] == {"role": "tool", "tool_call_id": "call 1", "content": {"sky": "grey"}}


@pytest.mark.parametrize(
    ("lack", "change"),
    [
        (SYSTEM, {"messages": CHAT["messages"][1:]}),
        (TOOLS, {"tools": []}),
        (MODEL, {"model": "gpt-5-2026-01-01"}),
        (TOOL_CHOICE, {"tool_choice": "required"}),
        (PARAMETERS, {"temperature": 0.3, "tool_choice": "required"}),
    ],
)
def test_what_is_lacked_is_not_compared(lack, change):
    recorded, live = read("openai.chat", CHAT), read("openai.chat", {**CHAT, **change})
    assert same(recorded, live, lacked=(lack,))
    assert not same(recorded, live, lacked=())


def test_of_tools_that_are_known_by_name_the_name_is_compared():
    recorded = ModelRequest("gpt-5", tools=({"type": "function", "name": "weather"},))
    live = read("openai.chat", CHAT)
    assert same(replace(recorded, messages=live.messages, system=live.system), live)


def test_what_only_one_api_says_is_compared_within_that_api():
    strict = [{"type": "function", "function": {**CHAT["tools"][0]["function"], "strict": True}}]
    recorded, live = read("openai.chat", CHAT), read("openai.chat", {**CHAT, "tools": strict})
    assert not same(recorded, live)
    cached = {**ANTHROPIC, "tools": [{**ANTHROPIC["tools"][0], "cache_control": {"type": "ephemeral"}}]}
    other = read("anthropic.messages", cached)
    assert same(other, read("openai.chat", {**CHAT, "max_tokens": 100}))
    assert not same(other, read("anthropic.messages", ANTHROPIC))


@pytest.mark.parametrize("description", [None, ""])
@pytest.mark.parametrize(
    ("api", "other"), [("openai.chat",) * 2, ("openai.responses",) * 2, ("openai.chat", "openai.responses")]
)
def test_a_tool_that_is_not_described_is_so_in_whichever_words(api, other, description):
    told, untold = with_tool(api, description=description), with_tool(other)
    assert same(told, untold)
    assert same(untold, told)
    assert not same(told, with_tool(other, description="Tell the sky."))


@pytest.mark.parametrize(("api", "assumed"), [("openai.responses", True), ("openai.chat", False)])
def test_strictness_that_its_api_assumes_is_none_that_was_asked_for(api, assumed):
    told, untold = with_tool(api, strict=assumed), with_tool(api)
    assert same(told, untold)
    assert same(untold, told)
    assert same(with_tool(api, strict=None), untold)
    assert not same(with_tool(api, strict=not assumed), untold)
    assert not same(untold, with_tool(api, strict=not assumed))


@pytest.mark.parametrize("strict", [{}, {"strict": True}, {"strict": False}])
@pytest.mark.parametrize(("api", "other"), [("openai.responses", "openai.chat"), ("openai.chat", "openai.responses")])
def test_strictness_is_compared_within_one_api_only(api, other, strict):
    for fields in ({}, {"strict": True}, {"strict": False}):
        assert same(with_tool(api, **strict), with_tool(other, **fields))
        assert same(replace(with_tool(api, **strict), api=""), with_tool(other, **fields))


def test_a_tool_of_the_callers_own_is_so_whether_it_says_it_or_not():
    told = {**ANTHROPIC, "tools": [{**ANTHROPIC["tools"][0], "type": "custom"}]}
    assert same(read("anthropic.messages", told), read("anthropic.messages", ANTHROPIC))
    assert same(read("anthropic.messages", told), read("openai.chat", {**CHAT, "max_tokens": 100}))


def test_how_gemini_spells_a_tool_is_of_gemini_alone():
    assert same(read("gemini.generate_content", GEMINI), read("openai.chat", CHAT))


CAPITALS = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}


def gemini_with(key, schema, **fields):
    tool = {"name": "weather", "description": "x", key: schema}
    return read("gemini.generate_content", {**GEMINI, "tools": [{"functionDeclarations": [tool]}], **fields})


def test_types_in_capitals_are_those_of_json_schema():
    wrong = {"type": "OBJECT", "properties": {"city": {"type": "NUMBER"}}}
    for key, schema in (
        ("parameters", PARAMETERS_OF),
        ("parameters", CAPITALS),
        ("parametersJsonSchema", PARAMETERS_OF),
    ):
        told = gemini_with(key, schema)
        for other in (gemini_with("parameters", CAPITALS), read("openai.chat", CHAT)):
            assert same(told, other)
            assert same(other, told)
            assert not same(gemini_with("parameters", wrong), other)


def test_types_of_an_answer_that_is_asked_for_may_stand_in_capitals():
    def asked(schema):
        return gemini_with("parameters", CAPITALS, generationConfig={"responseSchema": schema})

    assert same(asked(CAPITALS), asked(PARAMETERS_OF))
    assert not same(asked(CAPITALS), asked({"type": "ARRAY"}))


def test_parameters_of_a_tool_are_compared_across_apis():
    changed = {"type": "object", "properties": {"town": {"type": "string"}}}
    recorded = with_tool("openai.responses", parameters=PARAMETERS_OF, strict=True)
    assert same(recorded, with_tool("openai.chat", parameters=PARAMETERS_OF))
    assert not same(recorded, with_tool("openai.chat", parameters=changed))


def with_tool(api, **fields):
    told = {"name": "weather", "parameters": PARAMETERS_OF, **fields}
    if api == "openai.chat":
        return read(api, {**CHAT, "tools": [{"type": "function", "function": told}]})
    return read(api, {**RESPONSES, "tools": [{"type": "function", **told}]})


def test_media_that_a_source_lacks_are_there_or_not():
    def asked(**image):
        return ModelRequest("m", messages=(Message("user", ({"type": "text", "content": "x"}, image)),))

    recorded, live = asked(type="uri", uri="gone"), asked(type="blob", content="aGk=")
    assert same(recorded, live, lacked=(MEDIA,))
    assert not same(recorded, live, lacked=())


@pytest.mark.parametrize(
    ("change", "levels"),
    [
        (lambda body: body["messages"][0].update(content="Be  terse."), ("conversation", "turn", "skeleton", "next")),
        (lambda body: body.update(model="openai/gpt-5-2026-01-01"), ("conversation", "turn", "skeleton", "next")),
        (lambda body: body["messages"][1].update(content="Rain?"), ("turn", "skeleton", "next")),
        (lambda body: body["messages"][5].update(content="So?"), ("skeleton", "next")),
        (lambda body: body["messages"].pop(), ("next",)),
        (lambda body: body.update(model="o9"), ("next",)),
    ],
)
def test_each_level_forgives_more_than_the_one_before(change, levels):
    body = json.loads(json.dumps(CHAT))
    change(body)
    recorded, live = read("openai.chat", CHAT), read("openai.chat", body)
    assert tuple(level for level in LEVELS if same(recorded, live, level)) == levels


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet"),
        ("gpt-3.5-turbo-0125", "gpt-3.5-turbo"),
        ("o3", "o3"),
    ],
)
def test_a_family_is_a_model_without_its_date(name, expected):
    assert family(name) == expected


def test_how_closely_a_request_can_be_compared_follows_from_what_is_known_of_it():
    assert first_level((), ()) == "request"
    assert first_level((SYSTEM, TOOLS), ()) == "request"
    assert first_level((EARLIER,), ()) == "turn"
    assert first_level((), (MESSAGES,)) == "skeleton"
    assert first_level((MESSAGES,), ()) == "next"


def test_a_model_that_the_source_does_not_name_is_not_compared():
    asked = ModelRequest(model="gpt-4o-2024-08-06", messages=(Message("user", ({"type": "text", "content": "hi"},)),))
    for level in ("request", "conversation"):
        recorded, live = Comparison(replace(asked, model=""), asked, level, {MODEL}).forms()
        assert recorded == live
    assert Comparison(asked, asked, "request", {MODEL}).forms()[0]["model"] == "gpt-4o"


@pytest.mark.parametrize("kind", [None, ["text"], {"a": 1}])
def test_a_part_of_no_known_kind_is_compared_as_it_is(kind):
    recorded, live = (ModelRequest(messages=(Message("user", ({"type": kind, "content": said},)),)) for said in "ab")
    assert Comparison(recorded, recorded).forms() != Comparison(recorded, live).forms()


ODD = [{"question": "Why?"}, 5, False, ["a text", {"type": "text", "text": "b"}]]
"""Contents that no API has."""


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("role", ["user", "system", "assistant"])
@pytest.mark.parametrize(
    ("api", "list_name", "key"),
    [
        ("openai.chat", "messages", "content"),
        ("anthropic.messages", "messages", "content"),
        ("openai.responses", "input", "content"),
        ("gemini.generate_content", "contents", "parts"),
    ],
)
def test_content_that_no_api_has_is_compared_as_it_is(api, list_name, key, role, odd):
    def asked(content):
        return read(api, {list_name: [{"role": role, key: content}]})

    said = read("openai.chat", {"messages": [{"role": role, "content": "Why?"}]})
    for recorded in (said, asked({"question": "How?"}), asked(None), asked(json.dumps(odd))):
        expected, live = forms(recorded, asked(odd))
        assert expected != live
    (message,) = live["messages"]
    # One part of Gemini's may stand without a list; an item of OpenAI's Responses that is no message is kept whole.
    assert message["content"] in (odd, [odd], [{"role": role, key: odd}])
    assert same(asked(odd), asked(odd))


def test_a_system_prompt_that_no_api_has_is_seen():
    recorded, live = (read("anthropic.messages", {"system": told}) for told in ("Be terse.", {"rule": "Be terse."}))
    assert forms(recorded, live)[1]["system"] == '{"rule": "Be terse."}'


def test_one_content_and_one_part_of_gemini_may_stand_without_a_list():
    one = {"systemInstruction": {"parts": {"text": "Be terse."}}, "contents": {"parts": {"text": "Why?"}}}
    lists = {"systemInstruction": {"parts": [{"text": "Be terse."}]}, "contents": [{"parts": [{"text": "Why?"}]}]}
    alone, listed = (read("gemini.generate_content", told) for told in (one, lists))
    assert replace(alone, extra={}) == replace(listed, extra={})
    assert same(listed, alone)


def test_what_a_codec_keeps_beside_a_message_says_nothing():
    kept = {"type": "message", "provider_part": {"name": "find"}, "api": "openai.chat"}
    result = {"type": "tool_call_response", "id": "c1", "response": "none"}
    plain = ModelRequest(messages=(Message("tool", (result,)),))
    recorded, live = Comparison(plain, replace(plain, messages=(Message("tool", (result, kept)),))).forms()
    assert recorded == live


@pytest.mark.parametrize(
    ("api", "recorded", "changed"),
    [
        (
            "openai.responses",
            {"tools": [{"type": "mcp", "server_label": "a", "server_url": "https://a.example"}]},
            {"tools": [{"type": "mcp", "server_label": "a", "server_url": "https://b.example"}]},
        ),
        (
            "openai.chat",
            {"messages": [{"role": "user", "name": "ann", "content": "x"}]},
            {"messages": [{"role": "user", "name": "bob", "content": "x"}]},
        ),
        (
            "openai.chat",
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b"}}]}
                ]
            },
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image_url", "image_url": {"url": "https://a.example/b", "detail": "low"}}
                        ],
                    }
                ]
            },
        ),
        (
            "anthropic.messages",
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]}]},
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": True}],
                    }
                ]
            },
        ),
    ],
)
def test_what_only_one_api_says_is_a_change_there(api, recorded, changed):
    assert same(read(api, recorded), read(api, recorded), lacked=())
    assert not same(read(api, recorded), read(api, changed), lacked=())


@pytest.mark.parametrize("depth", [59, 100, 900])
def test_what_is_nested_deep_is_compared_as_it_is_written(depth):
    schema = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}
    for _ in range(depth):
        schema = [schema]
    asked, other = (
        ModelRequest(api=api, model="m", tools=({"type": "function", "name": "f", "parameters": {"any": schema}},))
        for api in ("openai.responses", "gemini.generate_content")
    )
    assert same(asked, other, lacked=())
    assert not same(asked, replace(other, tools=({**other.tools[0], "parameters": {"any": [schema]}},)), lacked=())
