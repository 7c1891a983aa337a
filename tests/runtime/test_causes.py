import json

import pytest
from runtime_samples import POLICING, call, recording

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.runtime.causes import is_asked_for
from pytest_oao.runtime.running_session import RunningSession


def asked(*tool_calls, text="Let me look."):
    calls = [
        {"id": number, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for number, name, arguments in tool_calls
    ]
    message = {"role": "assistant", "content": text, "tool_calls": calls}
    return Returned(Body(json.dumps({"choices": [{"message": message}]}).encode(), "application/json"), Head(200))


def tool(name, arguments, number=None):
    told = {"gen_ai.tool.name": name} | ({"gen_ai.tool.call.id": number} if number else {})
    return Call("execute_tool", name, Body(json.dumps(arguments).encode(), "application/json"), attributes=told)


def made(gateway, one, outcome=None):
    gateway.settle(gateway.admit(one), outcome or Returned(Body(b"1")))


THREE = (asked(("c1", "search", {"q": "a"}), ("c2", "search", {"q": "b"}), ("c3", "mail", {})),)


def causes(*calls, answers=THREE):
    gateway = recording()
    for answer in answers:
        made(gateway, call("hi"), answer)
    for one in calls:
        made(gateway, one)
    return [
        (one.call.caused_by, one.call.attributes.get("gen_ai.tool.call.id"))
        for one in gateway.session().exchanges[len(answers) :]
    ]


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([tool("search", {"q": "b"}, "c2")], [(1, "c2")]),
        ([tool("renamed", {}, "c3")], [(1, "c3")]),
        ([tool("search", {"q": "b"})], [(1, "c2")]),
        ([tool("search", {"q": "b"}), tool("search", {"q": "a"})], [(1, "c2"), (1, "c1")]),
        ([tool("search", {"q": "other"}), tool("search", {"q": "b"})], [(1, "c1"), (1, "c2")]),
        ([tool("search", {"q": "a"})] * 3, [(1, "c1"), (1, "c2"), (None, None)]),
        ([tool("nobody", {})], [(None, None)]),
        ([tool("search", {"q": "a"}, "unknown")], [(None, "unknown")]),
        ([tool("search", {"q": "b"}, "c2")] * 2 + [tool("search", {"q": "b"})], [(1, "c2"), (1, "c2"), (1, "c1")]),
    ],
)
def test_a_tool_knows_which_answer_asked_for_it(calls, expected):
    assert causes(*calls) == expected


def test_an_id_that_the_framework_made_up_is_of_a_tool_that_the_model_gave_none():
    nameless = (asked((None, "search", {"q": "a"}), (None, "search", {"q": "b"})),)
    calls = (
        tool("search", {"q": "b"}, "made-up-1"),
        tool("search", {"q": "a"}, "made-up-2"),
        tool("mail", {}, "made-up-3"),
    )
    assert causes(*calls, answers=nameless) == [(1, "made-up-1"), (1, "made-up-2"), (None, "made-up-3")]


def test_of_equal_questions_the_first_unanswered_one_asked():
    same = asked(("c1", "search", {"q": "a"})), asked(("c2", "search", {"q": "a"}))
    assert causes(tool("search", {"q": "a"}), tool("search", {"q": "a"}), answers=same) == [(1, "c1"), (2, "c2")]


def test_of_an_id_that_two_answers_give_the_latest_is_meant():
    """Some models number their tool calls anew in each answer."""
    again = asked(("call_0", "search", {"q": "a"})), asked(("call_0", "search", {"q": "b"}))
    assert causes(tool("search", {"q": "b"}, "call_0"), answers=again) == [(2, "call_0")]


def test_so_it_is_of_an_mcp_server_s_tool_and_of_an_agent():
    body = {"name": "search", "arguments": {"q": "b"}}
    remote = Call(
        "mcp", "tools/call search", Body(json.dumps(body).encode()), attributes={"gen_ai.tool.name": "search"}
    )
    agent = Call("invoke_agent", "mail", Body(b"{}"), attributes={"gen_ai.tool.name": "mail"})
    assert causes(remote, agent) == [(1, "c2"), (1, "c3")]


def test_what_a_tool_asks_of_a_server_in_its_turn_is_no_model_s_wish():
    assert is_asked_for(Call("execute_tool", "search", parent=1))
    assert is_asked_for(Call("mcp", "tools/call search"))
    assert not is_asked_for(Call("mcp", "tools/call search", parent=1))
    assert not is_asked_for(Call("mcp", "tools/list"))


API_ANSWERS = {
    "POST /chat/completions": THREE[0].body.json(),
    "POST /chat/completions?former": {
        "choices": [{"message": {"function_call": {"name": "search", "arguments": "{}"}}}]
    },
    "POST /responses": {"output": [{"type": "function_call", "call_id": "c1", "name": "search", "arguments": "{}"}]},
    "POST /messages": {"content": [{"type": "tool_use", "id": "c1", "name": "search", "input": {}}]},
    "POST /models/m:generateContent": {"candidates": [{"content": {"parts": [{"functionCall": {"name": "search"}}]}}]},
    "POST /model/m/converse": {
        "output": {"message": {"content": [{"toolUse": {"toolUseId": "c1", "name": "search"}}]}}
    },
}


@pytest.mark.parametrize("target", API_ANSWERS)
def test_whatever_the_model_s_api_calls_it(target):
    gateway = recording()
    answer = Returned(Body(json.dumps(API_ANSWERS[target]).encode(), "application/json"), Head(200))
    made(gateway, Call("chat", target), answer)
    made(gateway, tool("search", {}))
    assert gateway.session().exchanges[1].call.caused_by == 1


def test_answers_that_are_no_model_s_push_none_out():
    gateway = recording()
    made(gateway, call("hi"), THREE[0])
    for number in range(100):
        made(gateway, Call("http", f"GET https://a.example/{number}"), Returned(Body(b"a page about tools")))
    made(gateway, tool("mail", {}))
    assert gateway.session().exchanges[-1].call.caused_by == 1


def test_what_the_model_said_is_the_rationale(tmp_path):
    gateway = recording()
    made(gateway, call("hi"), asked(("c1", "search", {"q": "a"}), text="I must look it up."))
    made(gateway, tool("search", {"q": "a"}))
    calls = RunningSession(tmp_path, gateway, POLICING).calls
    assert calls(tool="search")[0].rationale.text == "I must look it up."
    assert calls("chat")[0].rationale.text == ""
