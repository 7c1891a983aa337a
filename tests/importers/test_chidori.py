import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in

from pytest_oao.errors import OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads


def call(seq, function, args, result=None, **fields):
    at = f"2026-11-21T10:00:{seq % 60:02}.250000Z"
    told = {"seq": seq, "function": function, "args": args, "result": result, "duration_ms": 500, "timestamp": at}
    return told | fields


LOOP = {"text": "Rain?", "model": "m-1", "type": None, "tools": ["rain"], "max_turns": 8, "temperature": 0.5}
ASKED = {"type": "tool_use", "id": "t1", "name": "rain", "input": {"place": "x"}}
TURN = {
    "content": "",
    "blocks": [{"type": "text", "text": "Let me see."}, ASKED],
    "toolCalls": [{"id": "t1", "name": "rain", "input": {"place": "x"}}],
    "stopReason": "tool_use",
}
DONE = {"content": "Yes.", "blocks": [{"type": "text", "text": "Yes."}], "toolCalls": [], "stopReason": "end_turn"}
USAGE = {"input_tokens": 2, "output_tokens": 3, "cache_read_tokens": 10}
RUN = [
    call(1, "prompt", {**LOOP, "turn": 0}, TURN, token_usage=USAGE),
    call(2, "tool", {"name": "rain", "kwargs": {"place": "x"}}, {"wet": True}),
    call(3, "prompt", {**LOOP, "turn": 1}, DONE),
    call(4, "input", {"prompt": "Ship it?"}, "yes"),
]


def lines(*records):
    return b"\n".join(as_json(one) for one in records) + b"\n"


def read(data):
    assert detect(FileDump("x", data), IMPORTERS).name == "chidori"
    (session,) = sessions_in(data, "records.jsonl")
    return session


def asked(exchange):
    return neutral.request_of(loads(exchange.call.body.data))


def answered(exchange):
    return neutral.response_of(loads(exchange.outcome.body.data))


@pytest.mark.parametrize("data", [lines(*RUN), as_json(RUN)])
def test_a_journal_is_a_session(data):
    session = read(data)
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "chat", "human_input"]
    first, tool, _, person = session.exchanges
    assert (first.started_at, first.duration) == (pytest.approx(1795255201.25), 0.5)
    assert (tool.call.target, tool.call.attributes["gen_ai.tool.call.id"]) == ("rain", "t1")
    assert loads(tool.outcome.body.data) == {"wet": True}
    assert (loads(person.call.body.data), loads(person.outcome.body.data)) == ({"prompt": "Ship it?"}, "yes")
    assert "clock and chance" in session.header.origin.lacked


def test_a_prompt_is_told_as_far_as_the_journal_does():
    first = read(lines(*RUN)).exchanges[0]
    request, response = asked(first), answered(first)
    assert (request.model, request.parameters) == ("m-1", {"gen_ai.request.temperature": 0.5})
    assert [one.parts for one in request.messages] == [({"type": "text", "content": "Rain?"},)]
    assert response.choices[0].finish_reason == "tool_call"
    assert [part["type"] for part in response.choices[0].parts] == ["text", "tool_call"]
    assert (response.usage.input_tokens, response.usage.cached_tokens, response.usage.output_tokens) == (12, 10, 3)
    assert first.provenance.lacked == ("response id", "system prompt", "tool choice", "tool definitions")


def test_the_turns_of_a_tool_loop_follow_from_the_journal():
    third = read(lines(*RUN)).exchanges[2]
    _, assistant, tool = asked(third).messages
    assert assistant.parts[1] == {"type": "tool_call", "id": "t1", "name": "rain", "arguments": {"place": "x"}}
    assert tool.parts == ({"type": "tool_call_response", "id": "t1", "response": '{"wet":true}'},)
    assert third.provenance.inferred == ("earlier messages",)


def test_a_loop_whose_beginning_is_gone_lacks_its_messages():
    (last,) = read(lines(RUN[2])).exchanges
    assert "request messages" in last.provenance.lacked
    context = call(1, "prompt", {"model": "m-1", "context_segments": 3, "turn": None}, "Yes.")
    (built,) = read(lines(context)).exchanges
    assert {"request messages", "finish reason"} <= set(built.provenance.lacked)
    assert answered(built).choices[0].parts == ({"type": "text", "content": "Yes."},)


def test_a_tools_error_is_told_to_the_model():
    broken = call(2, "tool", {"name": "rain", "kwargs": {}}, error="no such place")
    _, tool, last = read(lines(RUN[0], broken, RUN[2])).exchanges
    assert tool.outcome == Raised("Error", "no such place")
    assert asked(last).messages[2].parts[0] == {
        "type": "tool_call_response",
        "id": "t1",
        "response": "no such place",
        "is_error": True,
    }


def test_a_prompt_that_failed_is_a_failure():
    (only,) = read(lines(call(1, "prompt", {"text": "x", "model": "m"}, error="No provider found"))).exchanges
    assert neutral.failure_of(loads(only.outcome.body.data)).message == "No provider found"


def test_http_is_http():
    args = {"url": "https://e.example/a?x=1", "method": "post", "body": {"q": 1}, "params": {"y": "a b"}}
    came = {"status": 404, "headers": {"Content-Type": "application/problem+json"}, "body": {"title": "no"}}
    gone = {"status": 0, "headers": {}, "body": None, "error": "refused"}
    first, second = read(
        lines(call(1, "http", args, came), call(2, "http", {"url": "https://e.example/"}, gone))
    ).exchanges
    assert first.call.target == "POST https://e.example/a?x=1&y=a+b"
    assert (first.call.body.data, first.outcome.head.status) == (b'{"q":1}', 404)
    assert first.outcome.body.data == b'{"title":"no"}'
    assert first.outcome.body.media_type == "application/problem+json"
    assert (second.call.target, second.outcome) == ("GET https://e.example/", Raised("TransportError", "refused"))


def test_half_a_character_of_a_parameter_is_no_reason_to_refuse_a_run():
    args = {"url": "https://e.example/a", "params": {"\ud800": "\udfff", "n": 1}}
    (only,) = read(lines(call(1, "http", args, {"status": 200, "body": {}}))).exchanges
    assert only.call.target == "GET https://e.example/a?%EF%BF%BD=%EF%BF%BD&n=1"


def test_signals_are_answers_from_outside():
    one = call(1, "signal", {"name": "review"}, {"name": "review", "payload": "ok", "from": "ann"})
    both = call(2, "signal_any", {"names": ["a", "b"]}, {"name": "b", "payload": None, "from": None})
    first, second = read(lines(one, both)).exchanges
    assert (first.call.target, loads(first.call.body.data)) == ("signal", {"prompt": "review"})
    assert loads(first.outcome.body.data)["payload"] == "ok"
    assert loads(second.call.body.data) == {"prompt": "a, b"}


def test_other_functions_are_tools_and_the_runtimes_own_are_left_out():
    own = [call(at, name, {}) for at, name in enumerate(("log", "mark", "step", "crypto.random", "spawn_actor"), 2)]
    shell = call(1, "shell", {"command": "ls", "args": []}, {"exit_code": 0})
    (only,) = read(lines(shell, *own)).exchanges
    assert (only.call.target, loads(only.outcome.body.data)) == ("shell", {"exit_code": 0})


def test_a_sub_agents_calls_are_its_own():
    inner = call(2, "prompt", {"text": "x", "model": "m"}, "y", parent_seq=1)
    (only,) = read(lines(call(1, "call_agent", {"path": "critic.ts"}, {}), inner)).exchanges
    assert only.call.attributes["gen_ai.agent.name"] == "critic.ts"


def test_calls_of_a_tool_stand_below_it():
    tool, inner = call(1, "tool", {"name": "t", "kwargs": {}}), call(2, "memory", {"action": "get"}, 1, parent_seq=1)
    assert read(lines(tool, inner)).exchanges[1].call.parent == 1


def test_of_records_with_one_number_the_last_counts():
    first, second = call(1, "input", {"prompt": "?"}, "old"), call(1, "input", {"prompt": "?"}, "new")
    assert [loads(one.outcome.body.data) for one in read(lines(first, second)).exchanges] == ["new"]


def test_a_checkpoint_tells_of_its_run():
    document = {"session_id": "s-1", "input": {"q": "Rain?"}, "call_log": RUN, "snapshot_manifest": None}
    session = read(as_json(document))
    assert session.header.id == "s-1"
    assert session.header.metadata["input"] == {"q": "Rain?"}
    failed = read(as_json({**document, "status": "failed", "error": "boom"}))
    assert (failed.ending.status, failed.ending.message) == ("failed", "boom")
    assert failed.header.metadata["status"] == "failed"


def test_a_status_that_is_none_is_an_error():
    with pytest.raises(OaoError, match="an HTTP status"):
        sessions_in(lines(call(1, "http", {"url": "https://e.example/"}, {"status": 7})), "x", "chidori")


def test_a_long_loop_is_read_in_linear_time():
    turns = [call(at, "prompt", {**LOOP, "turn": at}, {"content": "x", "toolCalls": []}) for at in range(300)]
    assert len(read(lines(*turns)).exchanges) == 300


def test_secrets_do_not_reach_a_cassette(tmp_path):
    web = call(9, "http", {"url": "https://e.example/", "body": "b"}, {"status": 200, "headers": {}, "body": "x"})
    kept = {"function", "timestamp", "url", "stopReason", "type"}
    assert_clean([read(lines(*planted([*RUN, web, call(10, "shell", {"c": "ls"}, "x")], kept)))], tmp_path)


@settings(deadline=None, max_examples=60)
@given(mutated([RUN, {"session_id": "s", "input": {}, "call_log": RUN}]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "chidori")


@settings(deadline=None, max_examples=30)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(as_json(value), "chidori")
