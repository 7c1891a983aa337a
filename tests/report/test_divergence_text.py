import json
from textwrap import dedent

import pytest

from pytest_oao.diff.bodies import explain_bodies
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.divergences import Change, Divergence, Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.report.divergence_text import render

PROMPT = """You are the support agent of a shop.
Be brief and kind.
Refunds are allowed within 30 days of purchase, for unused goods, and never for food.
Ask for the order number before anything else."""
MODEL = "gpt-5-mini"
SITE = Site("shop/agent.py:41 in answer", "tests/test_refund.py:12 in test_refund")
CASSETTE = "tests/cassettes/test_refund.yaml"
REMEDIES = (
    "pytest tests/test_refund.py::test_refund --oao-accept   takes the new request, keeps the recorded answer",
    "pytest tests/test_refund.py::test_refund --oao-record   runs it live and records it anew",
)


def chat(messages, site=SITE, lane="0", **more):
    body = {"model": MODEL, "messages": messages, "temperature": 0, **more}
    attributes = {"gen_ai.request.model": body["model"]}
    data = Body(json.dumps(body).encode(), "application/json")
    return Call("chat", "POST /chat/completions", data, lane, attributes=attributes, site=site)


def search(seq, **arguments):
    attributes = {"gen_ai.tool.name": "lookup_order", "gen_ai.tool.call.id": "call_Ab12Cd34Ef56"}
    call = Call("execute_tool", "lookup_order", Body(json.dumps(arguments).encode()), attributes=attributes)
    return Exchange(seq, call, Returned(Body(b'{"status": "shipped", "carrier": "DHL"}')), duration=0.012)


def replies(exchange):
    if exchange.call.kind != "chat":
        return Reply()
    call = ToolCall("call_Ab12Cd34Ef56", "lookup_order", '{"order": 17}')
    return Reply("Let me look up order 17 first.", "The user wants a refund; I need the order.", (call,))


def conversation(prompt=PROMPT, result='{"status": "shipped"}'):
    return [
        {"role": "system", "content": prompt},
        {"role": "user", "content": "I want my money back for order 17."},
        {
            "role": "assistant",
            "content": "Let me look up order 17 first.",
            "tool_calls": [
                {
                    "id": "call_Ab12Cd34Ef56",
                    "type": "function",
                    "function": {"name": "lookup_order", "arguments": '{"order": 17}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_Ab12Cd34Ef56", "content": result},
    ]


BEFORE = (
    Exchange(1, chat(conversation()[:2]), Returned(Body(b"{}"))),
    search(2, order=17),
)


def changed(messages, **more):
    expected = Exchange(3, chat(conversation()), Returned())
    actual = chat(messages, Site("shop/agent.py:44 in answer", SITE.test), **more)
    explanation = explain_bodies(expected.call.body, actual.body, before=BEFORE)
    return Divergence(
        "request changed", 3, 7, "0", expected, actual, explanation, BEFORE, (), CASSETTE, REMEDIES
    )


def prompt_changed():
    return changed(conversation(PROMPT.replace("30 days", "14 days").replace("brief and ", "")), temperature=0.7)


def call_missing():
    expected = Exchange(4, chat(conversation(), lane="0.1"), Returned())
    notes = ("the agent's code changed since the recording: shop/agent.py",)
    return Divergence("call missing", 4, 7, "0.1", expected, None, Explanation(), BEFORE, notes, CASSETTE, REMEDIES)


def extra_call():
    actual = chat([*conversation(), {"role": "user", "content": "Are you sure?"}])
    return Divergence("extra call", 4, 3, "0", None, actual, Explanation(), BEFORE, (), CASSETTE, REMEDIES)


if __name__ == "__main__":
    for make in (prompt_changed, call_missing, extra_call):
        for v in (0, 1):
            print(render(make(), replies=replies, verbosity=v)); print("=======")
    print(render(changed(conversation(result='{"status": "lost"}')), replies=replies))
    print("=======")
    print(render(changed([conversation()[0], {"role": "user", "content": "Hello?"}, *conversation()[1:]], tools=[{"type":"function","function":{"name":"x"}}]), replies=replies, width=80))
