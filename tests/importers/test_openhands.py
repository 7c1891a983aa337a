import json

import pytest
from foreign_values import as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, asked, corpus, models, ran, said, tools

from pytest_oao.errors import OaoError, UnknownFormat
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.openhands import OpenHands


def response(name, content, *calls):
    message = {"role": "assistant", "content": content, "tool_calls": list(calls) or None}
    return {
        "id": name,
        "model": "claude-sonnet-4",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 2},
    }


def call(name, tool):
    return {"id": name, "type": "function", "index": 0, "function": {"name": tool, "arguments": '{"command": "ls"}'}}


def event(number, source, told, call_id="", answered=None):
    made = {"id": number, "timestamp": f"2026-01-01T00:00:0{number}", "source": source, **told}
    if answered:
        made["tool_call_metadata"] = {"function_name": "bash", "tool_call_id": call_id, "model_response": answered}
    return made


BOTH = response("r1", "Look.", call("c1", "bash"), call("c2", "bash"))
EVENTS = [
    event(0, "agent", {"action": "system", "args": {"content": "You are OpenHands.", "tools": []}}),
    event(1, "user", {"action": "message", "args": {"content": "List it."}, "message": "List it."}),
    event(2, "agent", {"action": "run", "args": {"command": "ls"}}, "c1", BOTH),
    event(3, "agent", {"observation": "run", "content": "a.py", "cause": 2}, "c1", BOTH),
    event(4, "agent", {"action": "run", "args": {"command": "ls"}}, "c2", BOTH),
    event(5, "agent", {"observation": "run", "content": "b.py", "cause": 4}, "c2", BOTH),
    event(6, "agent", {"action": "finish", "args": {}}, "c3", response("r2", "Done.", call("c3", "finish"))),
]


def read(events=EVENTS):
    (session,) = sessions_in(as_json(events), "trajectory.json")
    return session


def test_events_are_calls_of_the_model_and_of_the_tools():
    session = read()
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "execute_tool", "chat"]
    first, last = models(session)
    assert [part["content"] for part in asked(first).system] == ["You are OpenHands."]
    assert said(first) == [("user", "List it.")]
    assert said(last)[1:] == [("assistant", "Look.", "bash", "bash"), ("tool", "a.py"), ("tool", "b.py")]
    assert (answer(last).id, last.usage.input_tokens) == ("r2", 5)
    assert [ran(one)[1:] for one in tools(session)] == [
        ({"command": "ls"}, "c1", "a.py"),
        ({"command": "ls"}, "c2", "b.py"),
    ]
    assert session.header.metadata["input"] == "List it."


def test_results_are_not_told_as_the_model_saw_them():
    first, last = models(read())
    assert first.provenance.truncated == ()
    assert last.provenance.truncated == ("request messages",)
    assert "system prompt" not in first.provenance.lacked
    assert "system prompt" in models(read(EVENTS[1:]))[0].provenance.lacked


def test_a_condensed_history_is_said_to_be_one():
    condensed = event(5, "agent", {"action": "condensation", "args": {"summary": "…"}})
    assert "earlier messages" in models(read([*EVENTS[:6], condensed, EVENTS[6]]))[-1].provenance.lacked


def test_an_evaluation_has_a_run_a_line():
    lines = b"\n".join(as_json({"instance_id": f"i{n}", "instruction": "x", "history": EVENTS}) for n in (1, 2))
    assert [one.header.id for one in sessions_in(lines, "output.jsonl")] == ["i1", "i2"]


def test_a_run_without_answers_is_refused_with_what_to_do():
    with pytest.raises(UnknownFormat, match="without the model's answers") as caught:
        read([{key: value for key, value in one.items() if key != "tool_call_metadata"} for one in EVENTS])
    assert "log_completions" in caught.value.remedy


def test_of_many_runs_it_is_told_which_have_no_answers():
    silent = [{key: value for key, value in one.items() if key != "tool_call_metadata"} for one in EVENTS]
    runs = [{"instance_id": name, "instruction": "x", "history": one} for name, one in (("a", EVENTS), ("b", silent))]
    (_, refusal) = OpenHands().read(FileDump("output.jsonl", b"\n".join(map(as_json, runs))))
    assert refusal.where == "output.jsonl: line 2.history[0]"


@corpus
def test_the_corpus_is_read_or_refused():
    (path,) = SHARED.glob("corpus/openhands/*/basic.json")
    events = json.loads(path.read_bytes())
    (session,) = sessions_in(path.read_bytes(), path.name)
    ids = [one["tool_call_metadata"]["model_response"]["id"] for one in events if "tool_call_metadata" in one]
    assert [answer(one).id for one in models(session)] == [*dict.fromkeys(ids)]
    (path,) = SHARED.glob("corpus/openhands/*/output.jsonl")
    told = list(OpenHands().read(FileDump("output.jsonl", path)))
    assert told
    assert all(isinstance(one, OaoError) for one in told)


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean([read(planted(EVENTS, {"role", "type", "action", "source", "timestamp"}))], tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([EVENTS]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "openhands")
