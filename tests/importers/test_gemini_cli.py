import json

from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, corpus, models, ran, said, tools

from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS


def message(name, kind, second, content, **told):
    return {"id": name, "timestamp": f"2026-01-16T11:01:{second:02}.000Z", "type": kind, "content": content, **told}


def tool(name, second, came="done", **response):
    told = response or {"output": came}
    result = [{"functionResponse": {"id": name, "name": "read", "response": told}}]
    at = f"2026-01-16T11:01:{second:02}.000Z"
    return {"id": name, "name": "read", "args": {"path": name}, "result": result, "status": "success", "timestamp": at}


TOKENS = {"input": 20, "output": 5, "cached": 3, "thoughts": 2, "tool": 0, "total": 27}
KNOWN = {"sessionId": "37b7", "projectHash": "907f", "startTime": "2026-01-16T11:01:00.000Z", "lastUpdated": "x"}
MESSAGES = [
    message("u1", "user", 1, "show"),
    message("i1", "info", 2, "Update available"),
    message(
        "g1",
        "gemini",
        5,
        "Reading.",
        model="gemini-3-pro",
        tokens=TOKENS,
        thoughts=[],
        toolCalls=[tool("a", 5), tool("b", 5), tool("c", 9, error="no such file")],
    ),
    message("g2", "gemini", 12, "Shown.", model="gemini-3-pro", tokens=TOKENS),
]
SESSION = {**KNOWN, "messages": MESSAGES}


def read(data):
    assert detect(FileDump("x", data), IMPORTERS).name == "gemini-cli"
    (session,) = sessions_in(data, "x")
    return session


def test_tools_of_another_moment_are_of_another_answer():
    session = read(as_json(SESSION))
    assert session.header.id == "37b7"
    made = ["chat", "execute_tool", "execute_tool", "chat", "execute_tool", "chat"]
    assert [one.call.kind for one in session.exchanges] == made
    first, second, last = models(session)
    assert said(first) == [("user", "show")]
    assert said(last)[1:3] == [("assistant", "Reading.", "read", "read"), said(second)[-1]]
    assert [ran(one) for one in tools(session)] == [
        ("read", {"path": "a"}, "a", "done"),
        ("read", {"path": "b"}, "b", "done"),
        ("read", {"path": "c"}, "c", "raised no such file"),
    ]
    assert answer(last).choices[0].parts == ({"type": "text", "content": "Shown."},)


def test_usage_is_told_of_the_first_answer_of_a_message():
    first, second, _ = models(read(as_json(SESSION)))
    assert (first.usage.input_tokens, first.usage.cached_tokens) == (20, 3)
    assert "usage" in second.provenance.lacked
    assert "usage" not in first.provenance.lacked
    assert {"system prompt", "tool definitions", "reasoning"} <= {*first.provenance.lacked}


def test_newer_files_are_of_lines_and_may_have_been_rewound():
    wrong = [message("u2", "user", 20, "wrong"), message("g3", "gemini", 21, "No.", model="gemini-3-pro")]
    again = message("g1", "gemini", 5, "Reading it.", model="gemini-3-pro", tokens=TOKENS)
    lines = [KNOWN, *MESSAGES[:2], again, *MESSAGES[2:], {"$set": {"summary": "s"}}, *wrong, {"$rewindTo": "u2"}]
    session = read(b"\n".join(as_json(one) for one in lines))
    assert len(models(session)) == 3
    assert session.header.metadata["turns"] == ["show"]
    gone = [KNOWN, *MESSAGES, {"$rewindTo": "unknown"}, *wrong]
    assert session.header.id == "37b7"
    assert len(models(read(b"\n".join(as_json(one) for one in gone)))) == 1


def test_a_content_may_be_of_parts():
    said_in_parts = [message("u1", "user", 1, [{"text": "show"}, "it"]), MESSAGES[-1]]
    session = read(as_json({**KNOWN, "messages": said_in_parts}))
    assert said(models(session)[0]) == [("user", "show", "it")]


@corpus
def test_the_corpus_is_read_whole():
    (path,) = SHARED.glob("corpus/gemini-cli-session/*/*")
    told = [one for one in json.loads(path.read_bytes())["messages"] if one["type"] == "gemini"]
    (session,) = sessions_in(path.read_bytes(), path.name)
    moments = sum(max(1, len({call["timestamp"] for call in one.get("toolCalls", ())})) for one in told)
    assert len(models(session)) == moments == 13
    ids = [call["id"] for one in told for call in one.get("toolCalls", ())]
    assert [ran(one)[2] for one in tools(session)] == ids


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean([read(as_json(planted(SESSION, {"type", "timestamp"})))], tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([SESSION]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "gemini-cli")


@settings(deadline=None, max_examples=15)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(json.dumps(value).encode(), "gemini-cli")
