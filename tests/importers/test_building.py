"""Sessions of what dumps tell: order, duplicates, inferred tools, lanes, facts."""

from dataclasses import replace
from hashlib import sha256
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette.encodings import DEFAULT, compact, encode
from pytest_oao.errors import NoCall, UnknownFormat, UnreadableFile
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.neutral_bodies import NeutralBodies
from pytest_oao.importers.observations import Native, ObservedCall, Question, Scope, ToolUse, Value
from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import number
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers import neutral

SOURCE = Source("test", "dump.jsonl", ("chunks",))
SYSTEM = ({"type": "text", "content": "Be brief."},)
ASKED = Message("user", ({"type": "text", "content": "Weather in Paris and Rome?"},))


def tool_call(name, city):
    return {"type": "tool_call", "id": name, "name": "weather", "arguments": {"city": city}}


def result(name, said, **more):
    return Message("tool", ({"type": "tool_call_response", "id": name, "response": said, **more},))


FIRST = ModelRequest("gpt-5", SYSTEM, (ASKED,), provider="openai")
CALLS = Message("assistant", (tool_call("call_1", "Paris"), tool_call("call_2", "Rome")), "tool_call")
FIRST_ANSWER = ModelResponse("resp-1", "gpt-5", (CALLS,))
SECOND = ModelRequest("gpt-5", SYSTEM, (ASKED, CALLS, result("call_1", "12 C"), result("call_2", "20 C")))
LAST = ModelResponse("resp-2", "gpt-5", (Message("assistant", ({"type": "text", "content": "12 and 20."},), "stop"),))


def model(name, asked, came, **more):
    return ObservedCall(id=name, where=f"dump.jsonl: {name}", asked=asked, came=came, original={"id": name}, **more)


def tool(name, call_id="", city="Paris", came="12 C", **more):
    asked = ToolUse("weather", {"city": city}, call_id)
    return ObservedCall(id=name, where=name, asked=asked, came=Value(came), **more)


def built(*told, run="run-1"):
    return session_of_run(run, told, SOURCE)


def shape(session):
    return [(one.call.kind, one.provenance.source_id) for one in session.exchanges]


ONE = model("one", FIRST, FIRST_ANSWER, started_at=10.0, ended_at=11.0)
TWO = model("two", SECOND, LAST, started_at=20.0, ended_at=21.0)


def test_tools_that_are_not_told_are_inferred_of_the_next_request():
    session = built(ONE, TWO)
    assert shape(session) == [
        ("chat", "one"),
        ("execute_tool", "one/call_1"),
        ("execute_tool", "one/call_2"),
        ("chat", "two"),
    ]
    told = session.exchanges[1]
    assert told.call.body.json() == {"city": "Paris"}
    assert told.outcome.body.json() == "12 C"
    assert told.call.caused_by == 1
    assert told.provenance.inferred == ("tool result",)


def test_tools_that_are_told_are_not_inferred_again_and_get_their_ids():
    session = built(ONE, tool("rome", city="Rome", came="20 C"), tool("paris", "call_1"), TWO)
    assert shape(session) == [("chat", "one"), ("execute_tool", "rome"), ("execute_tool", "paris"), ("chat", "two")]
    rome, paris = session.exchanges[1:3]
    assert rome.call.attributes["gen_ai.tool.call.id"] == "call_2"
    assert rome.provenance.inferred == ("tool call ids",)
    assert paris.call.attributes["gen_ai.tool.call.id"] == "call_1"
    assert paris.provenance.inferred == ()
    assert (rome.call.caused_by, paris.call.caused_by) == (1, 1)


def test_a_tool_of_its_own_record_is_of_the_latest_answer_that_asked_by_that_id():
    """Some models count anew; a tool that is tried again has one answer all the same."""
    said = [
        ModelRequest("gpt-5", SYSTEM, (Message("user", ({"type": "text", "content": text},)),)) for text in ("a", "b")
    ]
    asks = ModelResponse("", "gpt-5", (Message("assistant", (tool_call("call_0", "Paris"),), "tool_call"),))
    session = built(
        model("a", said[0], asks, started_at=1.0),
        tool("a1", "call_0", started_at=2.0),
        model("b", said[1], asks, started_at=3.0),
        tool("b1", "call_0", started_at=4.0),
        tool("b2", "call_0", started_at=5.0),
        tool("nobody's", "call_9", city="Oslo", started_at=6.0),
    )
    assert [one.call.caused_by for one in session.exchanges] == [None, 1, None, 3, 3, None]


def test_of_two_answers_that_wait_each_gets_a_tool():
    asks = ModelResponse("", "gpt-5", (Message("assistant", (tool_call("call_0", "Paris"),), "tool_call"),))
    told = [
        model("a", FIRST, asks, started_at=1.0),
        model("b", replace(FIRST, system=()), asks, started_at=2.0),
        tool("x", "call_0", started_at=3.0),
        tool("y", "call_0", started_at=4.0),
    ]
    assert [one.call.caused_by for one in built(*told).exchanges] == [None, None, 2, 1]


def test_of_two_agents_that_use_one_id_each_tool_is_of_its_own_agent_s_answer():
    asks = ModelResponse("", "gpt-5", (Message("assistant", (tool_call("call_0", "Paris"),), "tool_call"),))
    agents = [Scope(id=name, where=name, agent=name) for name in "ab"]
    told = [
        model("one", FIRST, asks, parent="a", started_at=1.0),
        model("two", FIRST, asks, parent="b", started_at=2.0),
        tool("for a", "call_0", parent="a", started_at=3.0),
        tool("for b", "call_0", parent="b", started_at=4.0),
    ]
    causes = {one.provenance.source_id: one.call.caused_by for one in built(*agents, *told).exchanges}
    assert causes == {"one": None, "two": None, "for a": 1, "for b": 2}


def test_a_tool_that_failed_is_told_so():
    quoted = ModelRequest("gpt-5", SYSTEM, (ASKED, CALLS, result("call_1", "no such city", is_error=True)))
    session = built(ONE, model("two", quoted, LAST))
    assert session.exchanges[1].outcome == Raised("ToolError", "no such city")


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_what_follows_from_what_decides_over_clocks_and_places(order):
    records = (
        model("one", FIRST, FIRST_ANSWER, started_at=100.0),
        tool("paris", "call_1", started_at=50.0),
        tool("rome", "call_2", "Rome", "20 C", started_at=40.0),
        model("two", SECOND, LAST, started_at=10.0),
    )
    session = built(*(records[at] for at in order))
    assert [one.provenance.source_id for one in session.exchanges] == ["one", "rome", "paris", "two"]


def test_records_without_times_stay_in_their_order():
    again = ModelRequest("gpt-5", SYSTEM, (ASKED,))
    session = built(*(model(f"m{n}", again, LAST) for n in range(5)))
    assert [one.provenance.source_id for one in session.exchanges] == ["m0"]  # one response id: exported five times
    other = ModelRequest("gpt-5", SYSTEM, (Message("user", ({"type": "text", "content": "Another?"},)),))
    session = built(model("m0", again, LAST), model("m1", other, LAST))  # a server that gives every answer one id
    assert len(session.exchanges) == 2
    answers = [ModelResponse(f"resp-{n}", "gpt-5", LAST.choices) for n in range(5)]
    session = built(*(model(f"m{n}", again, answers[n]) for n in range(5)))
    assert [one.provenance.source_id for one in session.exchanges] == [f"m{n}" for n in range(5)]


def test_a_wrapper_around_a_model_call_is_no_call():
    outer = model("outer", FIRST, LAST, started_at=9.0, ended_at=12.0)
    inner = model("inner", FIRST, ModelResponse("x", "gpt-5", LAST.choices), parent="step", started_at=10.0)
    session = built(Scope(id="step", where="", parent="outer"), outer, inner)
    assert shape(session) == [("chat", "inner")]


def test_an_agent_below_a_tool_of_a_model_call_is_no_duplicate():
    inner = model("inner", FIRST, ModelResponse("x", "gpt-5", LAST.choices), parent="tool", started_at=10.5)
    session = built(ONE, tool("tool", "call_1", parent="one", started_at=10.2), inner)
    assert "one" in {name for _, name in shape(session)}


def test_the_record_that_tells_the_providers_own_words_is_kept():
    native = Native(b'{"model": "gpt-5", "messages": []}', "https://api.openai.com/v1/chat/completions")
    answer = Native(b'{"id": "resp-1", "object": "chat.completion", "choices": []}')
    session = built(model("raw", native, answer, started_at=10.5, ended_at=10.9), TWO)
    assert session.exchanges[0].call.target == "POST /chat/completions"
    assert session.exchanges[0].outcome.head.status == 200


def test_calls_that_overlap_have_lanes_of_their_own():
    def answer(name):
        return ModelResponse(name, "gpt-5", LAST.choices)

    session = built(
        model("a", FIRST, answer("a"), started_at=1.0, ended_at=5.0),
        model("b", FIRST, answer("b"), started_at=2.0, ended_at=3.0),
        model("c", FIRST, answer("c"), started_at=4.0, ended_at=6.0, parent="s"),
        model("d", FIRST, answer("d"), started_at=7.0, ended_at=8.0),
    )
    assert [one.call.lane for one in session.exchanges] == ["0", "0.0", "0.1", "0"]


def test_an_agent_keeps_to_its_lane_when_those_beside_it_have_ended():
    def asked(name, start, end, parent):
        came = ModelResponse(name, "gpt-5", LAST.choices)
        return model(name, FIRST, came, started_at=start, ended_at=end, parent=parent)

    critic, worker = (Scope(id=name, where=name, agent=name) for name in ("critic", "worker"))
    session = built(
        critic, worker, asked("a", 1.0, 3.0, "critic"), asked("b", 1.0, 2.0, "worker"), asked("c", 4.0, 5.0, "worker")
    )
    assert [one.call.lane for one in session.exchanges] == ["0", "0.0", "0.0"]


def test_what_a_tool_called_stands_below_it():
    inside = Scope(id="span", where="span", parent="t")
    command = ObservedCall(
        id="inner", where="inner", asked=ToolUse("shell"), came=Value(0), started_at=13.0, parent="span"
    )
    session = built(ONE, tool("t", "call_1", started_at=12.0), inside, command)
    tools = {one.provenance.source_id: one for one in session.exchanges if one.call.kind == "execute_tool"}
    assert tools["inner"].call.parent == tools["t"].seq
    assert tools["t"].call.parent is None


def test_a_call_over_http_is_no_models():
    page = Native(b"", "https://e.example/page", method="GET")
    session = built(ONE, model("page", page, Native(b"gone", media_type="text/plain", status=404), started_at=30.0))
    assert (session.exchanges[-1].call.kind, session.exchanges[-1].call.target) == (
        "http",
        "GET https://e.example/page",
    )
    assert session.ending.status == "unknown"


@pytest.mark.parametrize("status", [0, 99, 1000])
def test_a_status_that_http_does_not_have_is_an_error(status):
    native = Native(b"{}", "https://api.openai.com/v1/chat/completions")
    with pytest.raises(UnreadableFile, match="no HTTP status"):
        built(model("odd", native, Native(b"{}", status=status)))


def test_a_call_that_never_ended_is_in_doubt():
    session = built(ONE, model("never", SECOND, None, started_at=20.0))
    assert [call.target for call in session.in_doubt] == ["MODEL gpt-5"]
    assert not session.complete
    lost = model("lost", FIRST, None, started_at=1.0)
    session = built(lost, ONE, tool("t", "call_1", started_at=12.0))
    assert [one.seq for one in session.exchanges] == list(range(1, len(session.exchanges) + 1))
    told = {one.provenance.source_id: one for one in session.exchanges}
    assert told["t"].call.caused_by == told["one"].seq


def test_scopes_that_stand_in_each_other_say_what_one_says():
    ring = Scope(id="a", where="", parent="b"), Scope(id="b", where="", parent="a", lacked=frozenset({"error body"}))
    session = built(*ring, model("one", FIRST, LAST, parent="a"))
    assert "gen_ai.agent.name" not in session.exchanges[0].call.attributes
    assert "error body" in session.header.origin.lacked


def test_a_call_that_ended_before_it_began_took_no_time():
    session = built(model("one", FIRST, LAST, started_at=10.0, ended_at=9.0))
    assert session.exchanges[0].duration == 0.0


def test_the_outermost_scope_says_what_the_run_was():
    root = Scope(
        id="r", where="", agent="bot", input={"q": 1}, output="done", tags=("prod",), metadata={"conversation": "c-1"}
    )
    below = Scope(id="s", where="", parent="r", input="not this", tags=("prod", "eu"), started_at=1.0)
    session = built(below, root, model("one", FIRST, LAST, parent="s"))
    assert session.header.metadata == {
        "input": {"q": 1},
        "output": "done",
        "tags": ["prod", "eu"],
        "conversation": "c-1",
    }
    assert session.ending.status == "passed"
    assert session.exchanges[0].call.attributes["gen_ai.agent.name"] == "bot"


def test_what_a_team_wrote_is_beside_what_its_platform_knows_and_apart_where_both_have_a_name():
    own = {
        "plan": "pro",
        "user": "theirs",
        "input": 7,
        "tags": ["eu"],
        "metadata": {"deep": 1},
        "output": "Rain.",
        "a": None,
    }
    root = Scope(id="r", where="", input="Hi", output="Rain.", metadata={"user": "u1"}, own=own)
    session = built(root, model("one", FIRST, LAST, parent="r"))
    assert session.header.metadata == {
        "user": "u1",
        "plan": "pro",
        "input": "Hi",
        "output": "Rain.",
        "metadata": {"user": "theirs", "input": 7, "tags": ["eu"], "metadata": {"deep": 1}, "output": "Rain."},
    }


def test_without_a_scope_the_calls_say_it():
    session = built(ONE, TWO)
    assert session.header.metadata == {"input": "Weather in Paris and Rome?", "output": "12 and 20."}
    assert session.ending.status == "unknown"
    failed = built(model("one", FIRST, ModelFailure(429, "RateLimitError", "slow down")))
    assert failed.ending.status == "failed"
    asked = built(ObservedCall(id="q", where="", asked=Question("Which city?"), came=Value("Paris")), ONE)
    assert asked.header.metadata["input"] == "Which city?"


def test_the_sources_records_are_kept_verbatim_and_what_it_lacks_is_told():
    session = built(model("one", FIRST, LAST, lacked=frozenset({"usage"})))
    assert session.header.origin.original.data == b'{"id": "one"}\n'
    assert session.header.origin.lacked == ("chunks", "usage")


def test_a_run_is_called_what_its_source_calls_it():
    assert built(ONE, run="../a b").header.id == "../a b"
    assert built(ONE, run="").header.id.startswith("dump-")


def test_a_run_without_calls_is_refused():
    with pytest.raises(NoCall, match="holds no call"):
        built(Scope(id="s", where="dump.jsonl: line 1"))


def test_a_failure_that_was_tried_again_is_told_from_one_that_is_the_last():
    slow = ModelFailure(429, "RateLimitError", "slow down")
    session = built(model("a", FIRST, slow), model("b", FIRST, slow), model("c", FIRST, FIRST_ANSWER), TWO)
    told = [one.outcome.body.json().get("retried") for one in session.exchanges if one.call.kind == "chat"]
    assert told == [True, True, None, None]
    native = Native(b'{"messages": []}', "https://api.openai.com/v1/chat/completions")
    gone = Native(b'{"error": {}}', status=500, headers=(("X-Should-Retry", "true"), ("retry-after", "1")))
    session = built(model("a", native, gone))
    head = session.exchanges[0].outcome.head
    assert head.headers == (("content-type", "application/json"), ("retry-after", "1"), ("x-should-retry", "false"))


def test_what_requests_repeat_is_held_once():
    said = [Message("user", ({"type": "text", "content": f"{n}" * 1000},)) for n in range(9)]
    asked = [replace(FIRST, messages=tuple(said[: n + 1])) for n in range(9)]
    bodies = [one.call.body for one in built(*(model(f"m{n}", one, LAST) for n, one in enumerate(asked))).exchanges]
    assert not any(body.at_hand for body in bodies)
    assert [body.data for body in bodies] == [compact(neutral.request_json(one)) for one in asked]
    assert [body.sha256 for body in bodies] == [sha256(body.data).hexdigest() for body in bodies]
    first, last = bodies[0].parsed[0], bodies[-1].parsed[0]
    assert first["gen_ai.input.messages"][0] is last["gen_ai.input.messages"][0]


NAN = number("NaN")
VALUES = st.sampled_from(
    [1, 1.0, True, 0, None, "a", '"]}', 1e-7, 1e300, 2**70, "\ud800", NAN, "\x7f", "é", [], {}, [{}]]
)
PARTS = st.lists(st.dictionaries(st.sampled_from(["type", "content"]), VALUES, max_size=2), max_size=2)
POOL = [Message(role, ({"type": "text", "content": "x"},)) for role in ("user", "assistant", "tool")]
MESSAGES = st.lists(st.sampled_from(POOL) | st.builds(Message, st.just("user"), PARTS.map(tuple)), max_size=4)
EXTRA = st.dictionaries(st.sampled_from(["a", "gen_ai.input.messages"]), VALUES, max_size=2)
REQUESTS = st.builds(
    ModelRequest,
    model=st.sampled_from(["", "m"]),
    system=PARTS.map(tuple),
    messages=MESSAGES.map(tuple),
    parameters=st.dictionaries(st.just("gen_ai.request.top_k"), VALUES),
    extra=EXTRA,
)


@given(st.lists(REQUESTS, min_size=1, max_size=3), st.data())
def test_a_body_is_what_its_request_says_whatever_was_before_it(requests, data):
    bodies, told = NeutralBodies(), []
    for request in requests:
        for more in ((), data.draw(MESSAGES), data.draw(MESSAGES)):
            asked = replace(request, messages=(*request.messages, *more))
            told.append((bodies.body(asked), compact(neutral.request_json(asked))))
    for body, expected in told:
        assert body.data == expected
        assert (body.parsed is None) == any(word in expected for word in (b"NaN", b"\\ud800"))
        assert body.parsed is None or encode(body.parsed[0], DEFAULT) == expected
        assert body.sha256 == sha256(expected).hexdigest()


def test_a_run_of_calls_that_never_ended_is_refused():
    with pytest.raises(UnknownFormat, match="no call of the run has an answer"):
        built(model("never", FIRST, None))


def test_ids_that_a_model_counts_anew_are_told_apart_by_their_turns():
    def asks(city):
        return Message("assistant", (tool_call("call_0", city),))

    first, second = asks("Paris"), asks("Rome")
    requests = [(ASKED,), (ASKED, first, result("call_0", "12 C"))]
    requests.append((*requests[1], second, result("call_0", "20 C")))
    answers = [first, second, LAST.choices[0]]
    session = built(
        *(
            model(f"m{n}", ModelRequest("gpt-5", SYSTEM, requests[n]), ModelResponse(f"r{n}", "gpt-5", (answers[n],)))
            for n in range(3)
        )
    )
    told = [(one.call.kind, one.outcome.body.json()) for one in session.exchanges if one.call.kind == "execute_tool"]
    assert told == [("execute_tool", "12 C"), ("execute_tool", "20 C")]
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "chat", "execute_tool", "chat"]
    assert [one.call.caused_by for one in session.exchanges if one.call.kind == "execute_tool"] == [1, 3]


NAMELESS = {"type": "tool_call_response", "name": "weather", "response": {"text": "12 C"}}
"""A result as Gemini quotes it, which has no ids."""


def quoting(*parts, at=20.0):
    asked = ModelRequest("gemini-2.0", SYSTEM, (ASKED, CALLS, Message("user", parts)))
    return model(f"at {at}", asked, LAST, started_at=at, ended_at=at + 1)


def results_of(session):
    """Return what each tool returned, and what is inferred of it."""
    tools = (one for one in session.exchanges if one.call.kind == "execute_tool")
    return [(one.outcome.body.json(), one.provenance.inferred) for one in tools]


@pytest.mark.parametrize("nothing", [{}, None, "{}", "null", "None"])
def test_a_result_of_which_the_record_has_nothing_is_the_one_that_the_next_request_quotes(nothing):
    session = built(ONE, tool("paris", "call_1", came=nothing), tool("rome", "call_2", "Rome", "20 C"), TWO)
    assert results_of(session) == [("12 C", ("tool result",)), ("20 C", ())]
    assert "result types" in session.exchanges[1].provenance.lacked


@pytest.mark.parametrize("kept", ["twelve", "", [], False, {"hits": []}])
def test_a_result_that_a_record_has_is_kept_whatever_a_request_quotes(kept):
    session = built(ONE, tool("paris", "call_1", came=kept), tool("rome", "call_2", "Rome", 0), TWO)
    assert results_of(session) == [(kept, ()), (0, ())]


@pytest.mark.parametrize("said", ["", "null", None, [], {"result": ""}, [{"type": "text", "text": ""}]])
def test_a_result_that_is_quoted_as_nothing_is_nothing(said):
    quoted = ModelRequest("gpt-5", SYSTEM, (ASKED, CALLS, result("call_1", said)))
    session = built(ONE, tool("paris", "call_1", came={}), model("two", quoted, LAST))
    assert results_of(session) == [({}, ())]


def test_an_error_that_is_quoted_of_a_tool_without_a_result_is_what_it_raised():
    quoted = ModelRequest("gpt-5", SYSTEM, (ASKED, CALLS, result("call_1", "no such city", is_error=True)))
    session = built(ONE, tool("paris", "call_1", came={}), model("two", quoted, LAST))
    assert session.exchanges[1].outcome == Raised("ToolError", "no such city")


def test_the_second_result_of_an_id_is_that_of_its_second_time():
    runs = [tool(f"run {at}", "call_1", came={}, started_at=at, ended_at=at) for at in (13.0, 12.0)]
    twice = ModelRequest("gpt-5", SYSTEM, (ASKED, CALLS, result("call_1", "first"), result("call_1", "second")))
    session = built(ONE, *runs, model("two", twice, LAST, started_at=20.0))
    assert {one.provenance.source_id: one.outcome.body.json() for one in session.exchanges[1:3]} == {
        "run 12.0": "first",
        "run 13.0": "second",
    }


def test_results_without_ids_are_told_by_the_name_of_their_tool_and_their_order():
    ran = [tool(f"run {at}", f"own-{at}", came={}, started_at=at, ended_at=at + 0.5) for at in (12.0, 13.0)]
    other = {**NAMELESS, "response": {"text": "20 C"}}
    session = built(quoting(NAMELESS, other), *ran, quoting(at=10.0))
    assert results_of(session) == [({"text": "12 C"}, ("tool result",)), ({"text": "20 C"}, ("tool result",))]


def test_what_the_first_request_quotes_is_of_an_earlier_run():
    old = {**NAMELESS, "response": {"text": "old"}}
    ran = tool("run", "own", came={}, started_at=12.0, ended_at=13.0)
    assert results_of(built(quoting(old, at=10.0), ran, quoting(old, NAMELESS))) == [
        ({"text": "12 C"}, ("tool result",))
    ]
    assert results_of(built(quoting(old, at=10.0), ran, quoting(old))) == [({}, ())]


def test_results_without_ids_are_left_where_more_tools_had_run_than_a_request_quotes():
    ran = [tool(f"run {at}", f"own-{at}", came={}, started_at=at, ended_at=at + 0.5) for at in (12.0, 13.0)]
    assert results_of(built(quoting(at=10.0), *ran, quoting(NAMELESS))) == [({}, ()), ({}, ())]
