import json

import pytest
from claude_lines import PARALLEL, result, text, use
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, corpus, failure, models, ran, said, tools

from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.attributes import AGENT_NAME


def message(kind, told, parent=None, **more):
    return {"type": kind, "message": told, "parent_tool_use_id": parent, "session_id": "s1", "uuid": "x", **more}


def assistant(answered, *blocks, parent=None):
    told = {
        "id": answered,
        "model": "claude-x",
        "role": "assistant",
        "content": [*blocks],
        "usage": {"output_tokens": 1},
    }
    return message("assistant", told, parent)


def user(content, parent=None):
    return message("user", {"role": "user", "content": content}, parent)


INIT = {"type": "system", "subtype": "init", "session_id": "s1", "cwd": "/r", "model": "claude-x", "tools": ["Bash"]}
END = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "session_id": "s1",
    "result": "Done.",
    "total_cost_usd": 0.1,
}
STREAM = [
    INIT,
    user("go"),
    assistant("m1", use("t1", "Task", subagent_type="Explore", prompt="look")),
    user([text("look")], "t1"),
    assistant("n1", use("t2", "Glob", pattern="*"), parent="t1"),
    user(result("t2", "a.py"), "t1"),
    assistant("n2", text("found"), parent="t1"),
    user(result("t1", "found")),
    {"type": "stream_event", "event": {}, "session_id": "s1"},
    assistant("m2", text("Done.")),
    END,
]


def read(messages, join=b"\n"):
    data = join.join(as_json(one) for one in messages)
    assert detect(FileDump("x", data), IMPORTERS).name == "claude-agent-sdk"
    (session,) = sessions_in(data, "x")
    return session


def test_a_stream_is_a_session_with_its_sub_agents():
    session = read(STREAM)
    assert session.header.id == "s1"
    assert [(one.call.target, one.call.attributes.get(AGENT_NAME)) for one in session.exchanges] == [
        ("MODEL claude-x", None),
        ("Task", None),
        ("MODEL claude-x", "Explore"),
        ("Glob", "Explore"),
        ("MODEL claude-x", "Explore"),
        ("MODEL claude-x", None),
    ]
    assert said(models(session)[0]) == [("user", "go")]
    assert said(models(session)[2])[0] == ("user", "look")
    assert [ran(one)[1:] for one in tools(session)] == [
        ({"subagent_type": "Explore", "prompt": "look"}, "t1", "found"),
        ({"pattern": "*"}, "t2", "a.py"),
    ]


def test_the_last_message_says_how_it_ended():
    session = read(STREAM)
    metadata = session.header.metadata
    assert (session.ending.status, metadata["output"], metadata["cost"]) == ("passed", "Done.", 0.1)
    failed = read([*STREAM[:-1], {**END, "is_error": True, "subtype": "error_max_turns", "result": None}])
    assert (failed.ending.status, failed.ending.message) == ("failed", "error_max_turns")
    assert read(STREAM[:-1]).ending.status == "unknown"


def test_a_recorded_transport_is_unwrapped():
    sent = {"direction": "send", "message": {**user("go"), "session_id": "default"}}
    ready = {"direction": "send", "message": {"type": "control_request", "request": {"subtype": "initialize"}}}
    received = [{"direction": "recv", "message": one} for one in (INIT, *STREAM[2:])]
    session = read([{"metadata": {"cli_version": "2"}, "messages": [ready, sent, *received]}])
    assert said(models(session)[0]) == [("user", "go")]
    assert session.header.metadata["turns"] == ["go"]


def test_a_call_that_failed_is_one():
    told = {**assistant("e", text("API Error: 500")), "isApiErrorMessage": True}
    session = read([INIT, user("go"), told])
    assert failure(models(session)[0]).status == 500


@corpus
def test_the_corpus_is_read_whole():
    (path,) = SHARED.glob("corpus/claude-agent-sdk/*/*")
    told = [one["message"] for one in json.loads(path.read_bytes())["messages"]]
    (session,) = sessions_in(path.read_bytes(), path.name)
    answers = {one["message"]["id"] for one in told if one.get("type") == "assistant"}
    assert {answer(one).id for one in models(session)} == answers
    assert len(models(session)) == len(answers) == 2
    assert [ran(one)[0] for one in tools(session)] == ["Bash"]
    assert session.header.metadata["input"] == "List files in the current directory"


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean([read(planted(STREAM, {"type", "role", "subtype", "session_id"}))], tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([STREAM, PARALLEL]))
def test_what_is_broken_is_an_error_of_ours(messages):
    survives(json.dumps(messages).encode(), "claude-agent-sdk")


@settings(deadline=None, max_examples=15)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(json.dumps(value).encode(), "claude-agent-sdk")


@pytest.mark.parametrize("start", [INIT, {"type": "system", "subtype": "hook_started", "session_id": "s1"}])
def test_a_stream_is_known_by_its_first_line(start):
    assert detect(FileDump("x", as_json(start) + b"\n" + as_json(STREAM[1])), IMPORTERS).name == "claude-agent-sdk"
