import json

from foreign_values import as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, asked, corpus, models, ran, said, tools


def step(action, observation, **more):
    return {"action": action, "observation": observation, "response": "Look.", "state": {}, "thought": "Look.", **more}


def spoken(content, **more):
    return {"role": "assistant", "content": content, "agent": "main", **more}


START = [
    {"role": "system", "content": "Fix it.", "agent": "main", "message_type": "system_prompt"},
    {"role": "user", "content": "A demonstration", "agent": "main", "is_demo": True},
    {"role": "assistant", "content": "Shown.", "agent": "main", "is_demo": True},
    {"role": "user", "content": "The issue", "agent": "main"},
]
COMMANDS = {
    "environment": "main",
    "trajectory": [step("ls\n", "a.py\n"), step("submit\n", "diff")],
    "history": [
        *START,
        spoken("Look.\n```\nls\n```", action="ls\n"),
        {"role": "user", "content": "a.py\n(Open file: n/a)", "agent": "main"},
        spoken("Ready.\n```\nsubmit\n```", action="submit\n"),
    ],
    "info": {"exit_status": "submitted", "submission": "diff", "model_stats": {"instance_cost": 0.5}},
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "open", "arguments": '{"path": "a.py"}'}}
FUNCTIONS = {
    "trajectory": [step("open a.py", "text", execution_time=0.1), step("submit", "diff")],
    "history": [
        *START,
        spoken("Look.", action="open a.py", tool_calls=[CALL]),
        {"role": "tool", "content": "text\nbash-$", "agent": "main", "tool_call_ids": ["call_1"]},
        spoken("Ready.", action="submit", tool_calls=[{**CALL, "id": "call_2", "function": {"name": "submit"}}]),
    ],
    "info": {},
    "replay_config": json.dumps({"agent": {"model": {"name": "claude-sonnet-4"}}}),
}


def read(value):
    (session,) = sessions_in(as_json(value), "issue.traj")
    return session


def test_commands_are_what_the_environment_ran():
    session = read(COMMANDS)
    assert [one.call.target for one in session.exchanges] == ["MODEL unknown", "communicate"] * 2
    assert [ran(one) for one in tools(session)] == [
        ("communicate", {"input": "ls\n"}, None, "a.py\n"),
        ("communicate", {"input": "submit\n"}, None, "diff"),
    ]
    first, second = models(session)
    assert said(first) == [("user", "A demonstration"), ("assistant", "Shown."), ("user", "The issue")]
    assert said(second)[3:] == [("assistant", "Look.\n```\nls\n```"), ("user", "a.py\n(Open file: n/a)")]
    assert [part["content"] for part in asked(first).system] == ["Fix it."]


def test_functions_are_the_tools_that_the_model_calls():
    session = read(FUNCTIONS)
    assert [ran(one) for one in tools(session)] == [
        ("open", {"path": "a.py"}, "call_1", "text"),
        ("submit", None, "call_2", "diff"),
    ]
    assert said(models(session)[1])[3:] == [("assistant", "Look.", "open"), ("tool", "text\nbash-$")]
    assert asked(models(session)[0]).model == "claude-sonnet-4"


def test_processors_of_the_history_may_have_cut_it_unless_the_request_was_kept():
    assert "earlier messages" in models(read(COMMANDS))[0].provenance.lacked
    query = [{"role": "system", "content": "Fix it."}, {"role": "user", "content": "Only this"}]
    kept = {**COMMANDS, "trajectory": [step("ls\n", "a.py\n", query=query), step("submit\n", "diff", query=[{}])]}
    first, second = models(read(kept))
    assert said(first) == [("user", "Only this")]
    assert "earlier messages" not in first.provenance.lacked
    assert first.provenance.inferred == ("finish reason",)
    assert "earlier messages" in second.provenance.lacked


def test_what_came_of_the_run_is_told():
    metadata = read(COMMANDS).header.metadata
    assert (metadata["exit_status"], metadata["cost"], metadata["output"]) == ("submitted", 0.5, "diff")
    assert metadata["input"] == "The issue"
    human = {**FUNCTIONS, "replay_config": {"agent": {"model": {"name": "human"}}}}
    assert "request model" in models(read(human))[0].provenance.lacked


@corpus
def test_the_corpus_is_read_whole():
    for path in SHARED.glob("corpus/swe-agent-traj/*/*"):
        told = json.loads(path.read_bytes())
        (session,) = sessions_in(path.read_bytes(), path.name)
        steps = told["trajectory"]
        assert len(models(session)) == len(tools(session)) == len(steps)
        assert [ran(one)[3] for one in tools(session)] == [one["observation"] for one in steps]
        said_by_model = [answer(one).choices[0].parts[0]["content"] for one in models(session)]
        assert said_by_model == [one["response"] for one in steps]


def test_secrets_do_not_reach_a_cassette(tmp_path):
    keep = {"role", "type", "replay_config"}
    assert_clean([read(planted(COMMANDS, keep)), read(planted(FUNCTIONS, keep))], tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([COMMANDS, FUNCTIONS]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "swe-agent")
