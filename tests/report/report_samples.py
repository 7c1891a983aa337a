"""Sessions that the tests of the reports share."""

import json

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Returned
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.ports import Reply, ToolCall

PASSED = Ending("passed")
SITE = Site("shop/agent.py:41 in answer", "tests/test_refund.py:12 in test_refund")


def chat(seq, question, answer="Hello.", lane="0", tokens=(1203, 87), **more):
    request = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": question}], **more}
    call = Call(
        "chat",
        "POST /chat/completions",
        Body(json.dumps(request).encode(), "application/json"),
        lane,
        attributes={"gen_ai.request.model": "gpt-5-mini"},
        site=SITE,
    )
    usage = {"gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1]}
    outcome = Returned(Body(json.dumps({"id": f"chatcmpl-{seq:012}", "text": answer}).encode()), Head(200))
    return Exchange(seq, call, outcome, 1.0, 1.24, usage)


def tool(seq, result='{"status": "shipped"}', name="lookup_order"):
    call = Call("execute_tool", name, Body(b'{"order": 17}'), attributes={"gen_ai.tool.name": name})
    return Exchange(seq, call, Returned(Body(result.encode())), 0.0, 0.012)


def replies(exchange):
    if exchange.call.kind != "chat" or isinstance(exchange.outcome, Raised):
        return Reply()
    text = exchange.outcome.body.json()["text"]
    calls = (ToolCall("call_1", "lookup_order", '{"order": 17}'),) if text.startswith("Let me") else ()
    return Reply(text, "", calls)


def session(*exchanges, ending=PASSED, **more):
    header = Header("20261121-abc", test="tests/test_refund.py::test_refund", runtime={"python": "3.11.7"})
    return Session(header, exchanges, ending, **more)
