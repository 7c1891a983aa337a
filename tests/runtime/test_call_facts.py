"""What rules know of a call, and its line of the ledger."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from policed_samples import LISTED, answer

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange, Usage
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.ports import Reply
from pytest_oao.providers.http_calls import http_call
from pytest_oao.runtime.call_facts import facts_of, rationale_of, settled_of
from pytest_oao.runtime.lanes import OUTERMOST, Within, within

URL = "https://api.openai.com/v1/chat/completions"


def body(value):
    return Body(json.dumps(value).encode(), "application/json")


def chat(url=URL, **more):
    return http_call("POST", url, (), json.dumps({"model": "gpt", "messages": [], **more}).encode())


def tool(name="search", **arguments):
    return Call("execute_tool", name, body(arguments), attributes={"gen_ai.tool.name": name})


def mcp(name="search", url="", **arguments):
    return Call("mcp", f"tools/call {name}", body({"name": name, "arguments": arguments}), url=url)


def returned(value, status=200):
    return Returned(body(value), Head(status))


def came(call, outcome, inside=OUTERMOST):
    exchange = Exchange(3, call, outcome, 100.0, 2.0)
    return settled_of(exchange, facts_of(call, inside, 100.0), LISTED)


class TestFacts:
    @pytest.mark.parametrize(
        ("call", "known"),
        [
            (tool("search", q=1), {"tool": "search", "is_model": False, "is_step": True, "host": ""}),
            (chat(), {"tool": "", "is_model": True, "is_step": True, "host": "api.openai.com"}),
            (http_call("GET", "https://Example.COM:8080/a?b", (), b""), {"host": "example.com", "is_step": True}),
            (mcp("search", q=1), {"tool": "search", "is_step": True, "host": ""}),
            (mcp("search", "https://mcp.test/x"), {"tool": "search", "host": "mcp.test"}),
            (Call("mcp", "tools/list "), {"tool": "", "is_step": False}),
            (Call("mcp", "prompts/get x"), {"tool": "", "is_step": True}),
            (Call("websocket", "connect wss://a.test/x", url="wss://a.test/x"), {"is_step": True, "host": "a.test"}),
            (Call("websocket", "send wss://a.test/x"), {"is_step": False}),
            (Call("clock", "time.time"), {"is_step": False, "host": ""}),
            (Call("human_input", "ask"), {"tool": "", "is_step": True, "host": ""}),
            (Call("human_input", "approval"), {"tool": "", "is_step": False, "host": ""}),
            (Call("invoke_agent", "writer"), {"tool": "", "is_model": False, "is_step": True, "host": ""}),
            (Call("execute_process", "git"), {"tool": "", "is_step": True, "host": ""}),
            (Call("http", "GET http://[::1"), {"host": ""}),
        ],
    )
    def test_of_each_kind(self, call, known):
        facts = facts_of(call, OUTERMOST)
        assert {name: getattr(facts, name) for name in known} == known

    @pytest.mark.parametrize(
        ("call", "arguments"),
        [
            (tool(q=[1], path="x"), {"q": [1], "path": "x"}),
            (mcp("search", q=1), {"q": 1}),
            (Call("mcp", "tools/call x", body({"name": "x"})), {}),
            (Call("execute_tool", "x", body([1, 2])), {"input": [1, 2]}),
            (Call("execute_tool", "x"), {}),
        ],
    )
    def test_the_arguments_of_a_tool(self, call, arguments):
        assert facts_of(call, OUTERMOST).arguments == arguments

    def test_what_a_tool_does_in_its_turn_is_no_step(self):
        inside = within(OUTERMOST, 7, tool("research"))
        facts = facts_of(chat(), inside)
        assert (facts.is_step, facts.depth) == (False, 1)
        assert facts_of(tool("search"), inside).tool == "search"

    def test_what_an_agent_that_is_a_tool_does_is_a_step(self):
        inside = within(OUTERMOST, 7, Call("invoke_agent", "writer"))
        facts = facts_of(chat(), inside)
        assert (facts.is_step, facts.depth, facts.agent) == (True, 1, "writer")

    @pytest.mark.parametrize("outer", ["search", "server__search", "mcp-server_Search"])
    def test_a_tool_of_a_server_is_that_of_the_framework_that_calls_it(self, outer):
        assert facts_of(mcp("search"), within(OUTERMOST, 7, tool(outer))).tool == ""

    def test_but_a_tool_that_calls_others_of_a_server_has_these_judged(self):
        assert facts_of(mcp("delete_all"), within(OUTERMOST, 7, tool("research"))).tool == "delete_all"

    def test_whose_call_it_is(self):
        named = replace(tool(), attributes={"gen_ai.tool.name": "x", "gen_ai.agent.name": "ann"})
        assert facts_of(named, Within(agent="bob")).agent == "ann"
        assert facts_of(tool(), Within(agent="bob")).agent == "bob"
        assert facts_of(chat(), Within(agent="bob")).agent == "bob"

    def test_a_request_is_estimated_from_its_text(self):
        call = chat(messages=[{"role": "user", "content": "text " * 120}])
        assert facts_of(call, OUTERMOST).estimate == 100
        assert facts_of(tool(content="text " * 120), OUTERMOST).estimate == 0

    def test_who_is_asked(self):
        names = facts_of(chat(), OUTERMOST).models
        assert (names.models, names.provider) == (("gpt",), "openai")
        assert facts_of(http_call("POST", URL, (), b"{}"), OUTERMOST).models.models == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Reply(), ""),
        (Reply(" it is due\n"), "it is due"),
        (Reply("", "I think"), "I think"),
        (Reply("so", "I think"), "I think\nso"),
    ],
)
def test_why_a_model_asked_for_a_tool(said, why):
    assert rationale_of(said) == why


class TestSettled:
    def test_a_model_s_answer_is_priced(self):
        settled = came(chat(), returned(answer(tokens=(10, 5))))
        line = settled.line
        assert (line.kind, line.name, line.calls, line.steps) == ("chat", "gpt", 1, 1)
        assert (line.usage, line.cost) == (settled.exchange.usage, Decimal("0.00006"))
        assert (line.untold, line.unpriced, line.failed, settled.ended) == (0, 0, 0, 102.0)

    def test_by_the_model_that_answered_then_by_the_one_that_was_asked(self):
        assert came(chat(model="my-name"), returned(answer())).line.cost == Decimal("0.00006")
        told = {**answer(), "model": "gpt-of-today"}
        settled = came(chat(), returned(told))
        assert (settled.line.name, settled.line.cost) == ("gpt-of-today", Decimal("0.00006"))
        assert settled.names.models == ("gpt-of-today", "gpt")

    def test_a_model_without_a_price_costs_nobody_knows_what(self):
        line = came(chat(model="x"), returned({**answer(), "model": "x"})).line
        assert (line.cost, line.unpriced, line.untold) == (0, 1, 0)

    @pytest.mark.parametrize(
        "usage", [None, {}, {"prompt_tokens": 10}, {"completion_tokens": 5}, {"prompt_tokens": "10"}]
    )
    def test_an_answer_that_does_not_tell_all_its_tokens_is_estimated(self, usage):
        call = chat(messages=[{"role": "user", "content": "text " * 120}])
        settled = came(call, returned({**answer("y" * 300), "usage": usage}))
        assert (settled.line.untold, settled.line.unpriced, settled.line.cost) == (1, 1, 0)
        known = settled.line.usage
        assert settled.input_estimate == 100 - (known.input_tokens or 0)
        assert settled.output_estimate == 50 - (known.output_tokens or 0)

    def test_embedding_texts_tells_no_output_and_needs_none(self):
        call = http_call("POST", "https://api.openai.com/v1/embeddings", (), b'{"model": "gpt", "input": "a"}')
        told = {"model": "gpt", "data": [], "usage": {"prompt_tokens": 10, "total_tokens": 10}}
        assert came(call, returned(told)).line.untold == 0

    @pytest.mark.parametrize(
        "outcome", [Raised("ConnectError"), returned({"error": {}}, 429), Raised("Cancelled")], ids=repr
    )
    def test_an_answer_that_never_came_costs_nothing(self, outcome):
        line = came(chat(), outcome).line
        assert (line.untold, line.unpriced, line.cost, line.usage) == (0, 0, 0, Usage())
        assert line.failed == (outcome != Raised("Cancelled"))

    def test_tools_fail_as_they_say(self):
        assert came(tool(), Raised("ValueError")).line.failed == 1
        assert came(tool(), Returned(body("x"))).line.failed == 0
        assert came(tool(), Streamed(end=Raised("x"))).line.failed == 1
        assert came(mcp(), Returned(Body(b'{"content":[],"isError":true}'))).line.failed == 1
        assert came(mcp(), Returned(Body(b'{"content":[],"isError":false}'))).line.failed == 0

    @pytest.mark.parametrize(
        ("call", "name"),
        [
            (tool("search"), "search"),
            (mcp("search"), "search"),
            (Call("invoke_agent", "writer"), "writer"),
            (http_call("GET", "https://a.test/b?c", (), b""), "a.test"),
            (Call("execute_process", "git"), "git"),
            (Call("human_input", "approval"), "approval"),
        ],
    )
    def test_the_name_of_its_line(self, call, name):
        assert came(call, Returned()).line.name == name


def sse(*events):
    return b"".join(
        b"data: " + (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n\n" for one in events
    )


SAID = {"choices": [{"delta": {"content": "y" * 60}}]}
STOP = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
TOLD = {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
START = {"type": "message_start", "message": {"model": "gpt", "usage": {"input_tokens": 10, "output_tokens": 1}}}
DELTA = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "y" * 60}}
BLOCK = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
LAST = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}


class TestStreams:
    CLAUDE = "https://api.anthropic.com/v1/messages"

    @pytest.mark.parametrize(
        ("url", "events", "end"),
        [
            (URL, (SAID, STOP, TOLD, b"[DONE]"), "complete"),
            (URL, (SAID, STOP, TOLD, b"[DONE]"), "closed"),
            (URL, (SAID, STOP, TOLD), "closed"),
            (CLAUDE, (START, BLOCK, DELTA, LAST, {"type": "message_stop"}), "closed"),
            (CLAUDE, (START, BLOCK, DELTA, LAST), "closed"),
        ],
    )
    def test_one_that_has_said_all_is_told_however_it_was_closed(self, url, events, end):
        settled = came(chat(url), Streamed(body_of(events), Head(200), end=end))
        assert not settled.is_cut
        assert (settled.line.untold, settled.line.cost) == (0, Decimal("0.00006"))

    @pytest.mark.parametrize("end", ["closed", Raised("ReadError")])
    @pytest.mark.parametrize(
        ("url", "events"), [(URL, (SAID, SAID)), (CLAUDE, (START, BLOCK, DELTA, DELTA)), (URL, (SAID, SAID, TOLD))]
    )
    def test_one_that_was_left_or_broke_is_not_for_what_it_told_is_not_all(self, url, events, end):
        settled = came(chat(url), Streamed(body_of(events), Head(200), end=end))
        assert settled.is_cut
        assert (settled.line.untold, settled.line.unpriced) == (1, 1)
        assert settled.output_estimate + (settled.line.usage.output_tokens or 0) == 20

    def test_one_that_ended_without_its_tokens_was_not_left(self):
        settled = came(chat(), Streamed(body_of((SAID, STOP, b"[DONE]")), Head(200), end="closed"))
        assert not settled.is_cut
        assert settled.line.untold == 1


def body_of(events):
    return Body(sse(*events), "text/event-stream")
