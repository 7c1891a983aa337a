import json

import pytest
from claude_lines import PARALLEL, SESSION, aside, assistant, jsonl, line, result, system, text, use, user
from foreign_values import JSON_VALUES, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, corpus, failure, models, ran, said, tools

from pytest_oao.errors import OaoError, PartOfAnother
from pytest_oao.importers.claude_code import ClaudeCode
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.attributes import AGENT_NAME
from pytest_oao.model.outcomes import Raised, was_made


def read(lines):
    data = jsonl(lines)
    assert detect(FileDump("x", data), IMPORTERS).name == "claude-code"
    (session,) = sessions_in(data, "x")
    return session


def test_lines_of_one_answer_are_one_call():
    session = read(PARALLEL)
    assert session.header.id == SESSION
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "execute_tool", "chat"]
    first, last = models(session)
    assert said(first) == [("user", "fix it")]
    assert [part["type"] for part in answer(first).choices[0].parts] == ["text", "tool_call", "tool_call"]
    assert (answer(first).id, answer(first).model) == ("msg_1", "claude-x")
    assert (first.usage.input_tokens, first.usage.output_tokens, first.usage.cached_tokens) == (9103, 42, 9000)
    assert first.provenance.truncated == ()
    assert answer(last).choices[0].finish_reason == "stop"


def test_results_of_parallel_tools_are_said_together():
    session = read(PARALLEL)
    assert said(models(session)[1]) == [
        ("user", "fix it"),
        ("assistant", "Looking.", "Read", "Bash"),
        ("user", "text", [text("boom")]),
    ]
    assert [ran(one) for one in tools(session)] == [
        ("Read", {"path": "/r/a"}, "t1", "text"),
        ("Bash", {"command": "ls"}, "t2", "raised boom"),
    ]
    assert [one.call.caused_by for one in tools(session)] == [1, 1]
    assert [round(one.duration) for one in session.exchanges] == [3, 2, 2, 2]


@pytest.mark.parametrize("failed", [True, False])
def test_a_tool_that_the_user_did_not_let_run_was_not_made(failed):
    no = "The user doesn't want to proceed with this tool use. The tool use was rejected."
    said = user("u2", "a2", 5, result("t1", no, is_error=failed))
    lines = [said if one.get("uuid") == "u2" else one for one in PARALLEL]
    refused, _ = tools(read(lines))
    assert (refused.outcome == Raised("ToolRefused", no)) is failed
    assert was_made(refused.outcome) is not failed


def test_what_the_lines_cannot_tell_is_said():
    told = models(read(PARALLEL))[0].provenance
    assert {"request model", "system prompt", "tool definitions", "parameters"} <= {*told.lacked}
    assert told.inferred == ("request messages",)


def test_an_answer_without_its_end_has_a_guess_of_its_usage():
    (first,) = models(read(PARALLEL[:4]))
    assert first.provenance.truncated == ("usage",)
    assert first.provenance.inferred == ("finish reason", "request messages")
    assert answer(first).choices[0].finish_reason == "tool_call"


def test_a_tool_that_ran_before_the_answer_was_whole_is_its_tool_all_the_same():
    early = [*PARALLEL[:4], PARALLEL[5], {**PARALLEL[4], "parentUuid": "u2"}, *PARALLEL[6:]]
    assert [ran(one) for one in tools(read(early))] == [ran(one) for one in tools(read(PARALLEL))]
    assert len(models(read(early))) == 2


def test_prompts_are_turns_and_no_calls():
    more = [
        user("u4", "a4", 10, "<command-name>/mcp</command-name>"),
        user("u5", "u4", 11, "caveat", isMeta=True),
        user("u6", "u5", 12, [text("and now?")]),
        assistant("a5", "u6", 13, "msg_3", text("Nothing."), "end_turn"),
    ]
    session = read([*PARALLEL, *more])
    assert session.header.metadata["turns"] == ["fix it", "and now?"]
    assert session.header.metadata["input"] == "fix it"
    assert session.header.metadata["conversation"] == SESSION
    assert {one.call.kind for one in session.exchanges} == {"chat", "execute_tool"}
    assert said(models(session)[-1])[-1] == ("user", "<command-name>/mcp</command-name>", "caveat", "and now?")


def test_what_was_rewound_is_not_in_the_session():
    again = [user("u9", None, 20, "fix that"), assistant("a9", "u9", 21, "msg_9", text("Yes."), "end_turn")]
    session = read([*PARALLEL, *again])
    assert [answer(one).id for one in models(session)] == ["msg_9"]
    assert session.header.metadata["rewound"] == 2
    assert session.header.metadata["turns"] == ["fix that"]


def test_a_compacted_conversation_goes_on_with_its_summary():
    boundary = system("s1", None, 10, "compact_boundary", logicalParentUuid="a4")
    summary = user("u7", "s1", 11, "This session is continued.", isCompactSummary=True)
    session = read([*PARALLEL, boundary, summary, assistant("a7", "u7", 12, "msg_7", text("On."), "end_turn")])
    assert [answer(one).id for one in models(session)] == ["msg_1", "msg_2", "msg_7"]
    assert said(models(session)[-1]) == [("user", "This session is continued.")]
    assert ["earlier messages" in one.provenance.lacked for one in models(session)] == [False, False, True]
    assert session.header.metadata["turns"] == ["fix it"]


def test_attempts_that_failed_are_calls_of_their_own():
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    error = {"status": 529, "headers": {}, "requestID": None, "error": body}
    tried = system(
        "s1", "u1", 2, "api_error", level="error", error=error, retryInMs=558.5, retryAttempt=1, maxRetries=10
    )
    final = assistant("a1", "s1", 3, "msg_e", text("API Error: 529 Overloaded"), "stop_sequence")
    final["message"]["model"] = "<synthetic>"
    session = read([PARALLEL[1], tried, {**final, "isApiErrorMessage": True, "error": "server_error"}])
    first, last = models(session)
    told = failure(first)
    assert (told.status, told.type, told.message, told.body) == (529, "overloaded_error", "Overloaded", body)
    assert (told.retry_after, told.retried, failure(last).retried) == (0.5585, True, False)
    assert (failure(last).status, failure(last).type) == (529, "server_error")
    assert session.ending.status == "failed"


def test_an_error_is_not_said_to_the_model():
    error = assistant("a9", "a4", 10, "msg_e", text("API Error: Request was aborted"), "stop_sequence")
    session = read(
        [
            *PARALLEL,
            {**error, "isApiErrorMessage": True, "apiErrorStatus": 429},
            user("u9", "a9", 11, "go on"),
            assistant("b1", "u9", 12, "msg_9", text("Yes."), "end_turn"),
        ]
    )
    assert failure(models(session)[2]).status == 429
    assert said(models(session)[-1])[-2:] == [("assistant", "Done."), ("user", "go on")]


def test_what_claude_code_says_itself_is_no_call():
    own = assistant("a9", "a4", 10, "msg_s", text("No response requested."), "stop_sequence")
    own["message"]["model"] = "<synthetic>"
    last = [user("u9", "a9", 11, "go on"), assistant("b1", "u9", 12, "msg_9", text("Yes."), "end_turn")]
    session = read([*PARALLEL, own, *last])
    assert [answer(one).id for one in models(session)] == ["msg_1", "msg_2", "msg_9"]
    assert said(models(session)[-1])[-2:] == [("assistant", "No response requested."), ("user", "go on")]


def test_attachments_are_not_told_as_the_model_saw_them():
    attached = line("x1", "u9", 11, "attachment", attachment={"type": "todo_reminder"})
    session = read(
        [
            *PARALLEL,
            user("u9", "a4", 10, "go on"),
            attached,
            assistant("b1", "x1", 12, "msg_9", text("Yes."), "end_turn"),
            user("v9", "b1", 13, "more"),
            assistant("c1", "v9", 14, "msg_10", text("No."), "end_turn"),
        ]
    )
    told = [one.provenance for one in models(session)]
    assert ["request messages" in one.truncated for one in told] == [False, False, True, False]
    assert ["earlier messages" in one.lacked for one in told] == [False, False, True, True]


TASK = [
    user("u1", None, 1, "explore"),
    assistant("a1", "u1", 2, "msg_1", use("t1", "Task", subagent_type="Explore", prompt="look"), "tool_use"),
    user("u2", "a1", 9, result("t1", "found"), toolUseResult={"agentId": "a1", "status": "completed"}),
    assistant("a2", "u2", 10, "msg_2", text("Found."), "end_turn"),
]
AGENT = [
    aside(user("s1", None, 3, "look")),
    aside(assistant("s2", "s1", 4, "msg_s1", use("t9", "Glob", pattern="*"), "tool_use")),
    aside(user("s3", "s2", 5, result("t9", "a.py"))),
    aside(assistant("s4", "s3", 6, "msg_s2", text("found"), "end_turn")),
]


def agents(session):
    return [(one.call.kind, one.call.target, one.call.attributes.get(AGENT_NAME)) for one in session.exchanges]


EXPLORED = [
    ("chat", "MODEL claude-x", None),
    ("execute_tool", "Task", None),
    ("chat", "MODEL claude-x", "Explore"),
    ("execute_tool", "Glob", "Explore"),
    ("chat", "MODEL claude-x", "Explore"),
    ("chat", "MODEL claude-x", None),
]


def test_a_sub_agent_stands_below_the_tool_that_called_it():
    session = read([*TASK[:2], *AGENT, *TASK[2:]])
    assert agents(session) == EXPLORED
    assert said(models(session)[1]) == [("user", "look")]
    assert said(models(session)[-1])[-1] == ("user", "found")


@pytest.mark.parametrize("folder", [f"{SESSION}/subagents", f"{SESSION}/subagents/deep", "."])
def test_files_of_sub_agents_are_read_with_their_sessions(tmp_path, folder):
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    main, agent = tmp_path / f"{SESSION}.jsonl", tmp_path / folder / "agent-a1.jsonl"
    main.write_bytes(jsonl(TASK))
    agent.write_bytes(jsonl(AGENT))
    (session,) = ClaudeCode().read(FileDump("main", main))
    assert agents(session) == EXPLORED
    (told,) = ClaudeCode().read(FileDump("agent", agent))
    assert isinstance(told, PartOfAnother)
    assert SESSION in told.what


def test_an_agent_that_no_result_names_is_found_by_what_it_was_asked(tmp_path):
    told = [{key: value for key, value in one.items() if key != "toolUseResult"} for one in TASK]
    assert agents(read([*told[:2], *AGENT, *told[2:]])) == EXPLORED


def test_an_agent_is_named_by_the_file_beside_its_own(tmp_path):
    nameless = [
        TASK[0],
        assistant("a1", "u1", 2, "msg_1", use("t1", "Agent", prompt="other"), "tool_use"),
        *TASK[2:],
    ]
    folder = tmp_path / SESSION / "subagents"
    folder.mkdir(parents=True)
    (tmp_path / f"{SESSION}.jsonl").write_bytes(jsonl(nameless))
    (folder / "agent-a1.jsonl").write_bytes(jsonl(AGENT))
    (folder / "agent-a1.meta.json").write_text('{"agentType": "reviewer", "description": "x"}')
    (session,) = ClaudeCode().read(FileDump("main", tmp_path / f"{SESSION}.jsonl"))
    assert {name for _, _, name in agents(session)} == {None, "reviewer"}


def test_the_file_of_a_sub_agent_alone_is_a_session():
    session = read(AGENT)
    assert session.header.id == "agent-a1"
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "chat"]
    assert session.header.metadata["input"] == "look"


def test_sessions_in_one_file_are_told_apart_but_for_one_that_was_resumed():
    other = [{**one, "sessionId": "other", **_renamed(one)} for one in PARALLEL[1:]]
    assert {one.header.id for one in sessions_in(jsonl([*PARALLEL, *other]), "x")} == {SESSION, "other"}
    more = [user("u9", "a4", 20, "more"), assistant("a9", "u9", 21, "msg_9", text("Yes."), "end_turn")]
    (resumed,) = sessions_in(jsonl([*PARALLEL, *({**one, "sessionId": "later"} for one in more)]), "x")
    assert resumed.header.id == "later"
    assert len(models(resumed)) == 3


def _renamed(one):
    return {"uuid": f"o-{one['uuid']}", "parentUuid": one["parentUuid"] and f"o-{one['parentUuid']}"}


def test_a_line_whose_parent_is_not_there_follows_what_was_said_before():
    gone = [one if one.get("uuid") != "a4" else {**one, "parentUuid": "p-1"} for one in PARALLEL]
    assert len(read(gone).exchanges) == 4


def test_a_file_without_calls_is_refused():
    with pytest.raises(OaoError, match="no call"):
        read(PARALLEL[:2])


@corpus
def test_the_corpus_is_read_whole():
    for path in SHARED.glob("corpus/claude-code-jsonl/*/*"):
        lines = [json.loads(one) for one in path.read_text().splitlines()]
        answers = {one["message"]["id"] for one in lines if one["type"] == "assistant"}
        blocks = [block for one in lines if "message" in one for block in _blocks(one)]
        results = [one["tool_use_id"] for one in blocks if one["type"] == "tool_result"]
        (session,) = sessions_in(path.read_bytes(), path.name)
        assert {answer(one).id for one in models(session)} == answers
        assert len(models(session)) == len(answers)
        assert sorted(ran(one)[2] for one in tools(session)) == sorted(results)
        assert "rewound" not in session.header.metadata


def _blocks(one):
    content = one["message"]["content"]
    return content if isinstance(content, list) else []


@corpus
def test_the_corpus_joins_its_sub_agent():
    (path,) = SHARED.glob("corpus/claude-code-jsonl/*/fa812bfe*")
    (session,) = ClaudeCode().read(FileDump(str(path), path))
    own = [one for one in session.exchanges if AGENT_NAME in one.call.attributes]
    assert len(tools(session)) == 197 + 21
    assert {one.call.attributes[AGENT_NAME] for one in own} == {"Explore"}
    assert sum(one.call.kind == "execute_tool" for one in own) == 21


def test_secrets_do_not_reach_a_cassette(tmp_path):
    keep = {"type", "role", "uuid", "parentUuid", "sessionId", "timestamp", "subtype", "agentId", "stop_reason"}
    assert_clean([read(planted([*PARALLEL, *AGENT], keep))], tmp_path)


@settings(deadline=None, max_examples=40)
@given(mutated([PARALLEL, [*TASK, *AGENT]]))
def test_what_is_broken_is_an_error_of_ours(lines):
    survives(json.dumps(lines).encode(), "claude-code")
    if isinstance(lines, list):
        survives(b"\n".join(json.dumps(one).encode() for one in lines), "claude-code")


@settings(deadline=None, max_examples=15)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(json.dumps(value).encode(), "claude-code")
