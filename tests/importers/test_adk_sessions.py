"""The sessions that google-adk 1.39 wrote for two agents and a scripted model, and what it really sent that model."""

import json
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import answer, asked, failure, models, ran, said, tools

from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.attributes import AGENT_NAME
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.compared import Comparison

DATA = Path(__file__).parent / "data" / "adk"
SESSION = json.loads((DATA / "session.json").read_text())
SENT = json.loads((DATA / "contents.json").read_text())


def read(value):
    data = as_json(value)
    assert detect(FileDump("x", data), IMPORTERS).name == "adk"
    (session,) = sessions_in(data, "x")
    return session


def event(author, *parts, role="model", **more):
    told = {"author": author, "invocationId": "i", "id": f"e{len(parts)}{author}", "actions": {}, "timestamp": 5.5}
    return {**told, "content": {"role": role, "parts": list(parts)}, **more}


def test_events_are_calls_of_models_and_of_tools():
    session = read(SESSION)
    assert session.header.id == "s1"
    assert [(one.call.kind, one.call.attributes[AGENT_NAME]) for one in session.exchanges] == [
        ("chat", "root"),
        ("execute_tool", "root"),
        ("execute_tool", "root"),
        ("chat", "root"),
        ("chat", "root"),
        ("execute_tool", "root"),
        ("chat", "northern"),
        ("execute_tool", "northern"),
        ("chat", "northern"),
    ]
    assert [ran(one)[0::3] for one in tools(session)] == [
        ("weather", {"temp": 12}),
        ("weather", {"temp": 20}),
        ("transfer_to_agent", None),
        ("weather", {"temp": 20}),
    ]
    assert session.header.metadata["turns"] == ["Weather in Paris and Rome?", "And up north?"]
    assert session.header.metadata["output"] == "Oslo is cold."
    assert models(session)[0].usage.input_tokens == 10


@pytest.mark.parametrize("at", range(len(SENT)))
def test_what_is_rebuilt_is_what_adk_sent(at):
    live = CODECS["gemini.generate_content"].read_request({"contents": SENT[at]})
    expected, actual = Comparison(asked(models(read(SESSION))[at]), live).forms()
    assert expected["messages"] == actual["messages"]


def test_keys_may_be_spelled_as_python_does():
    def spelled(value):
        if isinstance(value, list):
            return [spelled(item) for item in value]
        if isinstance(value, dict):
            return {_snake(key): spelled(item) for key, item in value.items()}
        return value

    def _snake(key):
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)

    assert [ran(one) for one in tools(read(spelled(SESSION)))] == [ran(one) for one in tools(read(SESSION))]
    assert len(models(read(spelled(SESSION)))) == 5


def test_events_alone_are_a_session():
    assert len(read(SESSION["events"]).exchanges) == 9
    lines = b"\n".join(as_json(one) for one in SESSION["events"])
    assert len(sessions_in(lines, "x")[0].exchanges) == 9


def test_what_code_says_is_no_call_of_a_model():
    own = event("root", {"text": "From a callback."})
    session = read({**SESSION, "events": [*SESSION["events"], own]})
    assert len(models(session)) == 5
    unmarked = [event("user", {"text": "hi"}, role="user"), event("root", {"text": "Hello."})]
    assert len(models(read({"id": "s2", "events": unmarked}))) == 1


def test_pieces_of_a_stream_are_no_answers():
    piece = event("root", {"text": "Hel"}, partial=True, usageMetadata={"promptTokenCount": 1})
    assert len(models(read({**SESSION, "events": [*SESSION["events"], piece]}))) == 5


def test_an_error_is_a_call_that_failed():
    told = {"author": "root", "invocationId": "i", "id": "e1", "actions": {}, "timestamp": 1.0}
    broken = {**told, "errorCode": "503", "errorMessage": "Overloaded"}
    (one,) = models(read({"id": "s", "events": [event("user", {"text": "hi"}, role="user"), broken]}))
    assert (failure(one).status, failure(one).type, failure(one).message) == (503, "503", "Overloaded")


def test_branches_do_not_see_each_other():
    marked = {"usageMetadata": {"promptTokenCount": 1}, "modelVersion": "gemini-3"}
    session = read(
        {
            "id": "s",
            "events": [
                event("user", {"text": "hi"}, role="user"),
                event("one", {"text": "first"}, branch="all.one", **marked),
                event("two", {"text": "second"}, branch="all.two", **marked),
                event("last", {"text": "third"}, **marked),
            ],
        }
    )
    assert said(models(session)[1]) == [("user", "hi")]
    assert answer(models(session)[1]).model == "gemini-3"
    assert said(models(session)[2]) == [("user", "hi")]


def test_a_compacted_session_is_said_to_be_one():
    events = [*SESSION["events"], event("user", {"text": "…"}, role="user", actions={"compaction": {"x": 1}})]
    more = event("root", {"text": "Yes."}, usageMetadata={"promptTokenCount": 1})
    session = read({**SESSION, "events": [*events, more]})
    assert ["earlier messages" in one.provenance.lacked for one in models(session)] == [False] * 5 + [True]


def test_a_result_that_adk_wrapped_is_what_the_tool_returned():
    call = {"functionCall": {"id": "c1", "name": "f", "args": {}}}

    def returned(response):
        result = {"functionResponse": {"id": "c1", "name": "f", "response": response}}
        events = [event("root", call, usageMetadata={}), event("root", result, role="user")]
        return ran(tools(read({"id": "s", "events": events}))[0])[3]

    assert returned({"result": "text"}) == "text"
    assert returned({"result": {"a": 1}}) == {"result": {"a": 1}}
    assert returned({"a": 1}) == {"a": 1}


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean([read(planted(SESSION, {"role", "author", "finishReason"}))], tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([SESSION]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "adk")


@settings(deadline=None, max_examples=15)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(json.dumps(value).encode(), "adk")
