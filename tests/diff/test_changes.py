import json
import time
from dataclasses import replace

import pytest
from diff_samples import VALUES, conversation, fresh
from hypothesis import given

from pytest_oao.diff.changes import Budget, explain
from pytest_oao.diff.equality import equal
from pytest_oao.diff.ignore import parse_ignore
from pytest_oao.diff.renaming import Renaming
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Change
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned

A, B = fresh(1), fresh(2)
ALL = Budget(changes=1_000)


@given(VALUES, VALUES)
def test_there_are_changes_when_and_only_when_two_values_differ(one, other):
    told = explain(one, other)
    assert bool(told.changes) == (not equal(one, other, Renaming()).equal)
    assert len(told.changes) <= 20


@given(VALUES)
def test_nothing_is_told_of_equal_values(value):
    assert explain(value, json.loads(json.dumps(value))).changes == ()


@given(VALUES, VALUES)
def test_the_first_change_is_at_or_before_no_other_place(one, other):
    paths = [change.path for change in explain({"a": one, "b": 1}, {"a": other, "b": 2}, budget=ALL).changes]
    assert paths[-1] == "$.b"
    assert all(path.startswith("$.a") for path in paths[:-1])


def paths(one, other, **more):
    return [(change.kind, change.path) for change in explain(one, other, **more).changes]


def test_changes_are_told_path_by_path():
    one = {"model": "a", "temperature": 0, "seed": 1, "tools": [{"name": "x", "schema": {"q": "str"}}]}
    other = {"model": "b", "temperature": 0, "top_p": 1, "tools": [{"name": "x", "schema": {"q": "int"}}]}
    assert explain(one, other).changes == (
        Change("$.model", "changed", "a", "b"),
        Change("$.seed", "removed", 1),
        Change("$.tools[0].schema.q", "changed", "str", "int"),
        Change("$.top_p", "added", None, 1),
    )


def test_lists_are_aligned():
    one = conversation(20, 4_000)
    other = json.loads(json.dumps(one))
    other["messages"].insert(5, {"role": "user", "content": "an inserted message"})
    assert paths(one, other) == [("added", "$.messages[5]")]
    del other["messages"][5:8]
    assert paths(one, other) == [("removed", "$.messages[5]"), ("removed", "$.messages[6]")]


def test_an_item_that_moved_is_told_once():
    one = conversation(6, 900)
    other = json.loads(json.dumps(one))
    other["messages"].append(other["messages"].pop(1))
    (change,) = explain(one, other).changes
    assert (change.kind, change.path, change.text) == ("moved", "$.messages[1]", ("  moved to $.messages[5]",))


def test_items_in_another_order_are_told_as_moved_however_many_they_are():
    one = conversation(200, 100_000)
    other = json.loads(json.dumps(one))
    items = other["messages"]
    items[::2], items[1::2] = items[1::2], items[::2]
    told = explain(one, other, budget=ALL)
    assert {change.kind for change in told.changes} == {"moved"}
    assert len(told.changes) == 100


def test_json_in_a_string_is_told_as_json():
    one = {"arguments": '{"q": "x", "n": 1}'}
    assert paths(one, {"arguments": '{"n": 2, "q": "x"}'}) == [("changed", "$.arguments.n")]


def test_ids_that_stand_for_each_other_are_no_change():
    renaming = Renaming()
    renaming.commit([(A, B)])
    one = {"id": A, "text": f"run {A} " + "was started before the agent, and then" + " failed"}
    other = {"id": B, "text": one["text"].replace(A, B).replace("failed", "ended")}
    (change,) = explain(one, other, renaming=renaming).changes
    assert change.path == "$.text"
    assert A not in "".join(change.text)
    assert renaming.pairs == ((A, B),)


def test_an_id_that_contradicts_itself_is_told():
    told = explain([A, {"x": A}], [B, {"x": A}])
    assert len(told.changes) == 1
    assert "id" in told.cause


def test_what_is_ignored_is_no_change_and_keeps_no_items_apart():
    one = conversation(10, 2_000)
    other = json.loads(json.dumps(one))
    for number, message in enumerate(other["messages"]):
        message["cache_control"] = {"at": number}
    other["messages"].insert(3, {"role": "user", "content": "new"})
    ignore = parse_ignore(["$.messages[*].cache_control"])
    assert paths(one, other, ignore=ignore) == [("added", "$.messages[3]")]


def test_changes_beyond_the_budget_are_counted():
    one, other = ({str(n): n + more for n in range(50)} for more in (0, 1))
    told = explain(one, other, budget=Budget(changes=5))
    assert (len(told.changes), told.omitted) == (5, 45)


def test_values_are_clipped():
    told = explain({"a": 1}, {"a": {"text": "x" * 100_000, "items": list(range(100_000))}})
    assert len(json.dumps(told.changes[0].actual)) < 20_000


def test_values_nested_too_deep_for_the_interpreter():
    deep, deeper = [1], [2]
    for _ in range(5_000):
        deep, deeper = [deep], [deeper]
    assert len(explain(deep, deeper).changes) == 1
    assert len(explain({"a": deep}, {"a": 1}).changes) == 1


SYSTEM = {"role": "system", "content": "one\ntwo\nthree"}
USER = {"role": "user", "content": "Where is my order?"}
ASKED = {
    "role": "assistant",
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "search", "arguments": "{}"}}],
}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "shipped"}
REQUEST = {
    "model": "gpt-5",
    "temperature": 0,
    "messages": [SYSTEM, USER, ASKED, RESULT],
    "tools": [{"type": "function", "function": {"name": "search", "description": "d", "parameters": {}}}],
}
SEARCH = Exchange(4, Call("execute_tool", "search", attributes={"gen_ai.tool.name": "search"}), Returned(Body(b"{}")))
OTHER_TOOL = {"type": "function", "function": {"name": "read", "parameters": {}}}
CLAUDE = {
    "model": "claude",
    "system": "one\ntwo",
    "messages": [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}]},
    ],
}


def with_messages(*messages):
    return {**REQUEST, "messages": list(messages)}


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        ({**REQUEST, "model": "gpt-6"}, "model changed from gpt-5 to gpt-6"),
        ({**REQUEST, "temperature": 0.7}, "temperature changed from 0 to 0.7"),
        ({**REQUEST, "seed": 1}, "seed was added"),
        ({**REQUEST, "model": "b", "temperature": 1}, "model changed from gpt-5 to b; temperature changed from 0 to 1"),
        (
            with_messages({**SYSTEM, "content": "one\ntwo\nTHREE"}, USER, ASKED, RESULT),
            "system prompt changed at line 3",
        ),
        (with_messages(USER, ASKED, RESULT), "system prompt was removed"),
        (
            with_messages(SYSTEM, USER, ASKED, {**RESULT, "content": "lost"}),
            "messages[3] (tool result) differs: call #4 `search` was answered as recorded, the agent sends something else",
        ),
        (
            with_messages(SYSTEM, {"role": "user", "content": "And?"}, USER, ASKED, RESULT),
            "a user message was inserted before messages[1]",
        ),
        (with_messages(SYSTEM, USER, ASKED, RESULT, USER), "a user message was added at the end of messages"),
        (with_messages(SYSTEM, ASKED, RESULT), "a user message was left out: messages[1]"),
        (with_messages(SYSTEM), "3 messages were left out, from messages[1] on"),
        (
            with_messages(SYSTEM, {**USER, "content": "Where is my parcel?"}, ASKED, RESULT),
            "messages[1] (user message) changed",
        ),
        ({**REQUEST, "tools": [*REQUEST["tools"], OTHER_TOOL]}, "tool `read` was added"),
        ({**REQUEST, "tools": [OTHER_TOOL]}, "tool `search` was removed, tool `read` was added"),
        (
            {
                **REQUEST,
                "tools": [{"type": "function", "function": {"name": "search", "description": "e", "parameters": {}}}],
            },
            "the description of tool `search` changed",
        ),
        (
            {
                **REQUEST,
                "tools": [
                    {"type": "function", "function": {"name": "search", "description": "d", "parameters": {"q": 1}}}
                ],
            },
            "the schema of tool `search` changed",
        ),
        ({key: value for key, value in REQUEST.items() if key != "tools"}, "tools were removed"),
    ],
)
def test_the_likely_cause_is_one_sentence(other, cause):
    assert explain(REQUEST, other, before=(SEARCH,)).cause == cause


def test_a_result_that_is_told_to_another_call_is_no_other_result():
    one = with_messages(SYSTEM, USER, ASKED, {"role": "tool", "tool_call_id": "call 1", "content": "found"})
    other = with_messages(SYSTEM, USER, ASKED, {"role": "tool", "tool_call_id": "call 2", "content": "found"})
    assert explain(one, other, before=(SEARCH,)).cause == "messages[3] (tool result) is told to another call"


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        ((), "tool `search` returned something else"),
        (
            (replace(SEARCH, call=replace(SEARCH.call, kind="invoke_agent")),),
            "call #4 `search` returned something else",
        ),
    ],
)
def test_a_tool_that_ran_returned_something_else(before, cause):
    other = with_messages(SYSTEM, USER, ASKED, {**RESULT, "content": "lost"})
    assert explain(REQUEST, other, before=before).cause == f"messages[3] (tool result) differs: {cause}"


@pytest.mark.parametrize("role", [["system"], {"a": 1}, None])
def test_who_speaks_may_be_said_in_any_way(role):
    one, other = ({"messages": [{"role": role, "content": said}]} for said in ("a", "b"))
    assert explain(one, other).cause == "messages[0] changed"


def test_causes_in_requests_of_other_apis():
    assert explain(CLAUDE, {**CLAUDE, "system": "one\nTWO"}).cause == "system prompt changed at line 2"
    other = json.loads(json.dumps(CLAUDE))
    other["messages"][1]["content"][0]["content"] = "y"
    assert explain(CLAUDE, other).cause == "messages[1] (tool result) differs: tool `read` returned something else"
    assert explain({"input": "a"}, {"input": "b"}).cause == "input changed"
    assert explain({"query": "a"}, {"query": "b"}).cause == "query changed from a to b"


def test_a_name_with_a_dot_and_the_item_of_a_batch_are_told_as_they_stand():
    assert explain({"choice.count": 1}, {"choice.count": 2}).cause == "['choice.count'] changed from 1 to 2"
    assert explain([{"id": 1}], [{"id": 2}]).cause == "[0].id changed from 1 to 2"


GEMINI = {
    "systemInstruction": {"parts": [{"text": "one\ntwo"}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Where is it?"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "search", "args": {"q": "it"}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "search", "response": {"result": "here"}}}]},
    ],
    "tools": [
        {
            "functionDeclarations": [
                {"name": "search", "description": "d", "parametersJsonSchema": {}},
                {"name": "read", "description": "r"},
            ]
        },
        {"googleSearch": {}},
    ],
    "generationConfig": {"temperature": 0},
    "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
}
CONVERSE = {
    "system": [{"text": "one\ntwo"}],
    "messages": [
        {"role": "user", "content": [{"text": "Where is it?"}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "tooluse_1", "name": "search", "input": {}}}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "tooluse_1", "content": [{"text": "here"}]}}]},
    ],
    "toolConfig": {
        "tools": [
            {"toolSpec": {"name": "search", "description": "d", "inputSchema": {"json": {}}}},
            {"toolSpec": {"name": "read", "inputSchema": {"json": {}}}},
        ],
        "toolChoice": {"auto": {}},
    },
    "inferenceConfig": {"temperature": 0.5},
}


def put(request, *path_and_value):
    """Return a copy of a request with one place changed; a value of None takes it away."""
    *path, key, value = path_and_value
    other = place = json.loads(json.dumps(request))
    for step in path:
        place = place[step]
    if value is None:
        del place[key]
    else:
        place[key] = value
    return other


RESULT_PART = ("contents", 2, "parts", 0, "functionResponse", "response", "result")
CONVERSE_RESULT = ("messages", 2, "content", 0, "toolResult", "content", 0, "text")
DECLARED = ("tools", 0, "functionDeclarations")
SPECIFIED = ("toolConfig", "tools")


@pytest.mark.parametrize(
    ("one", "other", "cause"),
    [
        (GEMINI, put(GEMINI, "systemInstruction", "parts", 0, "text", "one\nTWO"), "system prompt changed at line 2"),
        (GEMINI, put(GEMINI, "systemInstruction", None), "system prompt was removed"),
        (
            GEMINI,
            put(GEMINI, *RESULT_PART, "gone"),
            "contents[2] (tool result) differs: call #4 `search` was answered as recorded, the agent sends something else",
        ),
        (GEMINI, put(GEMINI, "contents", 0, "parts", 0, "text", "Who?"), "contents[0] (user message) changed"),
        (GEMINI, put(GEMINI, "contents", 0, None), "a user message was left out: contents[0]"),
        (GEMINI, put(GEMINI, *DECLARED, 0, None), "tool `search` was removed"),
        (GEMINI, put(GEMINI, *DECLARED, 0, "description", "e"), "the description of tool `search` changed"),
        (GEMINI, put(GEMINI, *DECLARED, 0, "parametersJsonSchema", {"a": 1}), "the schema of tool `search` changed"),
        (GEMINI, put(GEMINI, "tools", 1, None), "tool `googleSearch` was removed"),
        (
            GEMINI,
            put(GEMINI, "generationConfig", "temperature", 1),
            "generationConfig.temperature changed from 0 to 1",
        ),
        (
            GEMINI,
            put(GEMINI, "toolConfig", "functionCallingConfig", "mode", "ANY"),
            "toolConfig.functionCallingConfig.mode changed from AUTO to ANY",
        ),
        (CONVERSE, put(CONVERSE, "system", 0, "text", "one\nTWO"), "system prompt changed at line 2"),
        (
            CONVERSE,
            put(CONVERSE, *CONVERSE_RESULT, "gone"),
            "messages[2] (tool result) differs: call #4 `search` was answered as recorded, the agent sends something else",
        ),
        (CONVERSE, put(CONVERSE, *SPECIFIED, 1, None), "tool `read` was removed"),
        (
            CONVERSE,
            put(CONVERSE, *SPECIFIED, 0, "toolSpec", "description", "e"),
            "the description of tool `search` changed",
        ),
        (CONVERSE, put(CONVERSE, *SPECIFIED, None), "tools were removed"),
        (CONVERSE, put(CONVERSE, "toolConfig", "toolChoice", None), "toolConfig.toolChoice was left out"),
    ],
)
def test_causes_in_requests_of_google_and_amazon(one, other, cause):
    assert explain(one, other, before=(SEARCH,)).cause == cause


@pytest.mark.parametrize(("request_", "path"), [(GEMINI, DECLARED), (CONVERSE, SPECIFIED)])
def test_the_order_of_tools_means_nothing_to_google_and_amazon(request_, path):
    other = place = json.loads(json.dumps(request_))
    for step in path:
        place = place[step]
    place.reverse()
    verdict = equal(request_, other, Renaming())
    assert verdict.equal
    assert "came in another order" in verdict.notes[0]


def cases(messages, size):
    one = conversation(messages, size)
    for name in ("word", "insert", "drop10", "third", "rewrite", "unrelated"):
        other = json.loads(json.dumps(one))
        items = other["messages"]
        if name == "word":
            items[-1]["content"] += "CHANGE"
        elif name == "insert":
            items.insert(messages // 2, {"role": "user", "content": "an inserted message"})
        elif name == "drop10":
            del items[:10]
        elif name == "third":
            items[::3] = conversation(messages, size, seed=2)["messages"][::3]
        elif name == "rewrite":
            for number, item in enumerate(items):
                item["content"] = f"at 00:{number} {item['content']}"
        else:
            other = conversation(messages, size, seed=1)
        yield pytest.param(one, other, id=name)


# The bars are 15 ms, 50 ms and 1 s; five times as much is allowed here, for busy machines.
@pytest.mark.parametrize(("one", "other"), list(cases(200, 1_000_000)))
def test_explaining_a_megabyte_takes_no_time(one, other):
    start = time.process_time()
    told = explain(one, other)
    assert time.process_time() - start < 0.25
    assert len(told.changes) <= 20
    assert len(repr(told)) < 250_000


def test_ten_megabytes_of_numbers_take_less_than_a_second():
    one, other = (json.dumps(list(range(start, 1_300_000 + start))) for start in (0, 1))
    start = time.process_time()
    explain({"messages": [{"role": "user", "content": one}]}, {"messages": [{"role": "user", "content": other}]})
    assert time.process_time() - start < 3


def test_the_model_is_not_lost_behind_a_long_list():
    one = {"input": list(range(60_000)), "model": "a"}
    other = {"input": list(range(1, 60_001)), "model": "b"}
    assert explain(one, other).cause.startswith("model changed from a to b")
