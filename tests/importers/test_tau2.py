from foreign_values import as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import answer, asked, models, ran, said, tools

RAW = {
    "id": "chatcmpl-1",
    "model": "gpt-4.1-2025-04-14",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Bye."}}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
}


def call(name, number, who="assistant"):
    return {"id": name, "name": "get", "arguments": {"line": number}, "requestor": who}


def result(name, content, who="assistant", **more):
    return {"role": "tool", "id": name, "content": content, "requestor": who, "error": False, **more}


SIMULATION = {
    "id": "5f0c",
    "task_id": "3",
    "trial": 0,
    "seed": 7,
    "termination_reason": "user_stop",
    "reward_info": {"reward": 1.0},
    "messages": [
        {"role": "assistant", "content": "Hi! How can I help you today?", "cost": 0.0},
        {"role": "user", "content": "No signal", "timestamp": "2026-01-01T00:00:01"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call("c1", 1), call("c2", 2)],
            "usage": {"prompt_tokens": 5, "completion_tokens": 3},
            "generation_time_seconds": 1.5,
            "timestamp": "2026-01-01T00:00:03",
        },
        {"role": "tool", "tool_messages": [result("c1", '{"on": true}'), {**result("c2", "no line"), "error": True}]},
        {"role": "assistant", "content": "Switch it off and on.", "cost": 0.1},
        {"role": "user", "content": None, "tool_calls": [call("u1", 1, "user")]},
        result("u1", "off", "user"),
        {"role": "user", "content": "It works"},
        {"role": "assistant", "content": "Bye.", "raw_data": RAW},
    ],
}
RESULTS = {
    "timestamp": "2026-01-01T00:00:00",
    "info": {"agent_info": {"llm": "gpt-4.1", "llm_args": {"temperature": 0}}, "environment_info": {}},
    "tasks": [],
    "simulations": [SIMULATION],
}


def read(results=RESULTS):
    return sessions_in(as_json(results), "results.json")


def test_a_simulation_is_a_session_of_the_agents_calls():
    (session,) = read()
    assert session.header.id == "5f0c"
    assert [one.call.target for one in session.exchanges] == [
        "MODEL gpt-4.1",
        "get",
        "get",
        "MODEL gpt-4.1",
        "MODEL gpt-4.1",
    ]
    greeting = ("assistant", "Hi! How can I help you today?")
    assert said(models(session)[0]) == [greeting, ("user", "No signal")]
    assert asked(models(session)[0]).model == "gpt-4.1"


def test_what_the_simulated_user_does_is_not_the_agents():
    (session,) = read()
    assert said(models(session)[-1])[2:] == [
        ("assistant", "get", "get"),
        ("tool", '{"on": true}'),
        ("tool", "no line"),
        ("assistant", "Switch it off and on."),
        ("user", "It works"),
    ]
    assert [ran(one) for one in tools(session)] == [
        ("get", {"line": 1}, "c1", '{"on": true}'),
        ("get", {"line": 2}, "c2", "raised no line"),
    ]


def test_an_answer_that_was_kept_raw_is_that():
    (session,) = read()
    first, second, last = models(session)
    assert (answer(last).id, answer(last).model) == ("chatcmpl-1", "gpt-4.1-2025-04-14")
    assert last.usage.input_tokens == 9
    assert "response id" not in last.provenance.lacked
    assert "response id" in second.provenance.lacked
    assert (first.usage.input_tokens, first.usage.output_tokens) == (5, 3)
    assert (first.started_at, first.duration) == (1767225601.5, 1.5)


def test_what_is_known_of_the_simulation_is_told():
    (session,) = read()
    metadata = session.header.metadata
    assert (metadata["reward"], metadata["seed"], metadata["turns"]) == (1.0, 7, ["No signal", "It works"])
    nameless = {**RESULTS, "info": None, "simulations": [{**SIMULATION, "id": None}]}
    (session,) = read(nameless)
    assert session.header.id == "task-3-trial-0"
    assert "request model" in session.header.origin.lacked


def test_a_context_that_was_cut_is_marked():
    cut = {**SIMULATION["messages"][-1], "context_truncation": {"messages_dropped": 2}}
    (session,) = read({**RESULTS, "simulations": [{**SIMULATION, "messages": [*SIMULATION["messages"][:-1], cut]}]})
    assert models(session)[-1].provenance.truncated == ("request messages",)


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean(read(planted(RESULTS, {"role", "requestor", "timestamp", "raw_data"})), tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([RESULTS]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "tau2")
