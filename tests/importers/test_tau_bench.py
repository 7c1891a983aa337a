import json

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, asked, corpus, models, ran, said, tools

from pytest_oao.errors import OaoError
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.tau_bench import TauBench


def calling(*calls):
    made = [{"id": name, "type": "function", "function": {"name": "find", "arguments": given}} for name, given in calls]
    return {"role": "assistant", "content": None, "tool_calls": made}


def result(name, content):
    return {"role": "tool", "tool_call_id": name, "name": "find", "content": content}


TASK = {
    "task_id": 4,
    "trial": 1,
    "reward": 0.0,
    "info": {"task": {"instruction": "You want a refund."}},
    "traj": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "What is it?"},
        {"role": "user", "content": "A refund"},
        calling(("c1", '{"id": 1}')),
        result("c1", '{"sum": 5}'),
        calling(("c1", '{"id": 2}')),
        result("c1", "Error: none"),
        {"role": "assistant", "content": "Done."},
        {"role": "user", "content": "###STOP###"},
    ],
}


def read(*tasks):
    return sessions_in(as_json([*tasks]), "results.json")


def test_a_trajectory_is_a_session_of_its_calls():
    (session,) = read(TASK)
    assert session.header.id == "results-task-4-trial-1"
    assert [one.call.kind for one in session.exchanges] == [
        "chat",
        "chat",
        "execute_tool",
        "chat",
        "execute_tool",
        "chat",
    ]
    first, second, third, last = models(session)
    assert [part["content"] for part in asked(first).system] == ["Be kind."]
    assert said(first) == [("user", "Hi")]
    assert said(second) == [("user", "Hi"), ("assistant", "What is it?"), ("user", "A refund")]
    assert said(third)[3:] == [("assistant", "find"), ("tool", '{"sum": 5}')]
    assert answer(last).choices[0].parts == ({"type": "text", "content": "Done."},)
    assert [answer(one).choices[0].finish_reason for one in models(session)] == [
        "stop",
        "tool_call",
        "tool_call",
        "stop",
    ]


def test_an_id_that_comes_again_is_another_call():
    (session,) = read(TASK)
    assert [ran(one) for one in tools(session)] == [
        ("find", {"id": 1}, "c1", '{"sum": 5}'),
        ("find", {"id": 2}, "c1", "Error: none"),
    ]
    assert [one.call.caused_by for one in tools(session)] == [2, 4]


def test_what_a_trajectory_cannot_tell_is_said():
    (session,) = read(TASK)
    told = models(session)[0].provenance
    assert {"request model", "tool definitions", "parameters", "usage", "response id"} <= {*told.lacked}
    assert told.inferred == ("finish reason", "request messages")
    assert tools(session)[0].provenance.lacked == ("result types",)
    assert session.header.origin.lacked[:2] == ("timing", "chunks")
    assert session.ending.status == "unknown"
    metadata = session.header.metadata
    assert (metadata["input"], metadata["output"], metadata["reward"]) == ("Hi", "Done.", 0.0)
    assert metadata["turns"] == ["Hi", "A refund", "###STOP###"]


def test_attempts_that_are_numbered_alike_have_ids_of_their_own():
    assert [one.header.id for one in read(TASK, TASK)] == ["results-task-4-trial-1", "results-task-4-trial-1-2"]


def test_a_broken_trajectory_is_an_error_in_its_place():
    good, bad, other = TauBench().read(FileDump("r.json", as_json([TASK, {**TASK, "traj": 1}, TASK])))
    assert isinstance(bad, OaoError)
    assert bad.where == "r.json[1]: traj"
    assert good.exchanges == other.exchanges


@corpus
def test_the_corpus_is_read_whole():
    (path,) = SHARED.glob("corpus/tau-bench/*/*")
    tasks = json.loads(path.read_bytes())
    sessions = sessions_in(path.read_bytes(), path.name)
    assert len(sessions) == len(tasks) == 100
    for task, session in zip(tasks, sessions, strict=True):
        spoken = [place for place, message in enumerate(task["traj"]) if message["role"] == "assistant"]
        asked_for = [call for message in task["traj"] for call in message.get("tool_calls") or ()]
        results = [message["content"] for message in task["traj"] if message["role"] == "tool"]
        assert [len(asked(one).system) + len(asked(one).messages) for one in models(session)] == spoken
        assert [ran(one) for one in tools(session)] == [
            (call["function"]["name"], json.loads(call["function"]["arguments"]), call["id"], came)
            for call, came in zip(asked_for, results, strict=True)
        ]
        assert [one.call.lane for one in session.exchanges] == ["0"] * len(session.exchanges)


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean(read(planted(TASK, {"role", "type"})), tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([[TASK]]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "tau-bench")


@pytest.mark.parametrize("format_name", ["tau-bench", "tau2", "swe-agent", "autogen", "openhands"])
@settings(deadline=None, max_examples=15)
@given(value=JSON_VALUES)
def test_any_json_is_an_error_of_ours(format_name, value):
    survives(json.dumps(value).encode(), format_name)
