import json

import pytest
from foreign_values import JSON_VALUES, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, asked, corpus, models, ran, said, tools

from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS


def line(second, kind, payload, **more):
    return {"timestamp": f"2026-11-20T10:00:{second:02}.000Z", "type": kind, "payload": payload, **more}


def item(second, kind, **told):
    return line(second, "response_item", {"type": kind, **told})


def user(second, said):
    return item(second, "message", role="user", content=[{"type": "input_text", "text": said}])


def spoken(second, said):
    return item(second, "message", role="assistant", content=[{"type": "output_text", "text": said}])


def call(second, name, arguments="{}"):
    return item(second, "function_call", name="shell", arguments=arguments, call_id=name)


def output(second, name, came):
    return item(second, "function_call_output", call_id=name, output=came)


def event(second, kind, **told):
    return line(second, "event_msg", {"type": kind, **told})


def tokens(second, put, made, cached=0):
    used = {"input_tokens": put, "output_tokens": made, "cached_input_tokens": cached, "reasoning_output_tokens": 1}
    return event(
        second, "token_count", info={"last_token_usage": used | {"total_tokens": put + made}}, rate_limits=None
    )


META = {"id": "0199", "cwd": "/r", "cli_version": "0.169.0", "model_provider": "openai", "source": "cli"}
START = [
    line(0, "session_meta", {**META, "base_instructions": {"text": "You are Codex"}}),
    event(0, "task_started"),
    item(0, "message", role="developer", content=[{"type": "input_text", "text": "Sandboxed."}]),
    line(1, "turn_context", {"model": "gpt-5-codex", "effort": "medium"}),
    user(1, "ls"),
    event(1, "user_message", message="ls"),
]
TURN = [
    item(3, "reasoning", id="rs_1", summary=[], encrypted_content="ENC"),
    event(4, "agent_message", message="Looking."),
    spoken(4, "Looking."),
    call(5, "call_1", '{"command":["ls"]}'),
    call(5, "call_2"),
    tokens(6, 10, 5, 3),
    output(7, "call_1", '{"output":"a\\n","metadata":{"exit_code":0}}'),
    event(7, "exec_command_end", call_id="call_1"),
    output(8, "call_2", {"content": "none", "success": False}),
    spoken(9, "One file."),
    tokens(10, 20, 2),
    tokens(10, 20, 2),
]


def jsonl(lines):
    return "".join(json.dumps(one) + "\n" for one in lines).encode()


def read(lines, tool=None):
    data = jsonl(lines)
    assert detect(FileDump("x", data), IMPORTERS).name == "codex"
    (session,) = sessions_in(data, "x")
    return session


def test_a_run_of_items_is_one_answer():
    session = read([*START, *TURN])
    assert session.header.id == "0199"
    assert [one.call.target for one in session.exchanges] == [
        "MODEL gpt-5-codex",
        "shell",
        "shell",
        "MODEL gpt-5-codex",
    ]
    first, last = models(session)
    assert [part["type"] for part in answer(first).choices[0].parts] == ["reasoning", "text", "tool_call", "tool_call"]
    assert (first.usage.input_tokens, first.usage.output_tokens, first.usage.cached_tokens) == (10, 5, 3)
    assert (last.usage.input_tokens, last.usage.reasoning_tokens) == (20, 1)
    assert [ran(one) for one in tools(session)] == [
        ("shell", {"command": ["ls"]}, "call_1", '{"output":"a\n","metadata":{"exit_code":0}}'.replace("\n", "\\n")),
        ("shell", {}, "call_2", "none"),
    ]


def test_requests_are_the_items_before():
    first, last = models(read([*START, *TURN]))
    assert asked(first).system[0]["content"] == "You are Codex"
    assert said(first)[-1] == ("user", "ls")
    told = [part["type"] for message in asked(last).messages for part in message.parts]
    assert told[-6:] == ["reasoning", "text", "tool_call", "tool_call", "tool_call_response", "tool_call_response"]
    assert first.provenance.inferred == ("finish reason", "request messages")
    assert {"tool definitions", "parameters", "response id"} <= {*first.provenance.lacked}
    assert "system prompt" not in first.provenance.lacked
    assert round(first.duration) == 4


def test_without_a_count_an_answer_ends_at_what_is_not_its_own():
    lines = [one for one in TURN if one["payload"]["type"] != "token_count"]
    session = read([*START, *lines])
    assert len(models(session)) == 2
    assert "usage" in models(session)[0].provenance.lacked


def test_prompts_are_turns():
    metadata = read([*START, *TURN, user(11, "more"), event(11, "user_message", message="more")]).header.metadata
    assert (metadata["input"], metadata["turns"], metadata["version"]) == ("ls", ["ls", "more"], "0.169.0")


def test_a_compacted_history_is_what_the_file_says_it_became():
    kept = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Summary"}]}]
    exact = line(11, "compacted", {"message": "Summary", "replacement_history": kept})
    session = read([*START, *TURN, exact, user(12, "more"), spoken(13, "Yes."), tokens(13, 1, 1)])
    assert said(models(session)[-1]) == [("user", "Summary"), ("user", "more")]
    assert "earlier messages" not in models(session)[-1].provenance.lacked
    blunt = line(11, "compacted", {"message": "Summary"})
    session = read([*START, *TURN, blunt, user(12, "more"), spoken(13, "Yes."), tokens(13, 1, 1)])
    assert said(models(session)[-1]) == [("user", "Summary"), ("user", "more")]
    assert ["earlier messages" in one.provenance.lacked for one in models(session)] == [False, False, True]
    assert asked(models(session)[-1]).system[0]["content"] == "You are Codex"


def test_an_answer_that_was_only_shown_is_none():
    shown = {**spoken(2, "Welcome."), "metadata": {"delivered_assistant_message": True}}
    assert len(models(read([*START, shown, *TURN]))) == 2


def test_tools_of_free_text_and_of_the_provider():
    lines = [
        item(3, "custom_tool_call", call_id="p1", name="apply_patch", input="*** Begin"),
        item(3, "web_search_call", action={"type": "search", "query": "x"}, status="completed"),
        item(3, "local_shell_call", call_id="l1", status="completed", action={"type": "exec", "command": ["ls"]}),
        tokens(4, 1, 1),
        item(5, "custom_tool_call_output", call_id="p1", output="Done"),
        item(6, "function_call_output", call_id="l1", output="a"),
    ]
    session = read([*START, *lines])
    assert [ran(one) for one in tools(session)] == [
        ("apply_patch", {"input": "*** Begin"}, "p1", "Done"),
        ("local_shell_call", {"type": "exec", "command": ["ls"]}, "l1", "a"),
    ]


def test_a_rollout_may_be_compressed():
    zstandard = pytest.importorskip("zstandard")
    data = zstandard.ZstdCompressor().compress(jsonl([*START, *TURN]))
    (session,) = sessions_in(data, "rollout.jsonl.zst")
    assert len(session.exchanges) == 4


@corpus
def test_the_corpus_is_read_whole():
    (path,) = SHARED.glob("corpus/codex-rollout/*/*")
    told = [json.loads(one)["payload"] for one in path.read_text().splitlines()]
    (session,) = sessions_in(path.read_bytes(), path.name)
    counts = [one["info"]["last_token_usage"] for one in told if one.get("type") == "token_count"]
    assert [one.usage.input_tokens for one in models(session)] == [one["input_tokens"] for one in counts]
    assert [one.usage.output_tokens for one in models(session)] == [one["output_tokens"] for one in counts]
    calls = [one for one in told if one.get("type") in ("function_call", "custom_tool_call")]
    assert {ran(one)[2] for one in tools(session)} == {one["call_id"] for one in calls}
    assert len(tools(session)) == len(calls) == 102


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean([read(planted([*START, *TURN], {"type", "role", "timestamp"}))], tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([[*START, *TURN]]))
def test_what_is_broken_is_an_error_of_ours(lines):
    survives(json.dumps(lines).encode(), "codex")


@settings(deadline=None, max_examples=15)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(json.dumps(value).encode(), "codex")
