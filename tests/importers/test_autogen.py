import json

from foreign_values import as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in
from transcript_reading import SHARED, answer, asked, corpus, models, ran, said, tools

SYSTEM = {"type": "SystemMessage", "content": "Be kind."}
USER = {"type": "UserMessage", "source": "User", "content": ["Hi", {"data": "aGk="}]}
CALL = {"id": "call_1", "name": "find", "arguments": '{"id": 1}'}
RESULT = {"content": "none", "call_id": "call_1", "name": "find", "is_error": False}


def told(content, reason="stop", **more):
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    return {"finish_reason": reason, "content": content, "usage": usage, "cached": False, "thought": None, **more}


FIRST = {
    "mode": "create",
    "messages": [SYSTEM, USER],
    "response": told([CALL], "function_calls", thought="Hm."),
    "stream": [],
}
SECOND = {
    "mode": "create_stream",
    "messages": [
        SYSTEM,
        USER,
        {"type": "AssistantMessage", "source": "helper", "content": [CALL]},
        {"type": "FunctionExecutionResultMessage", "content": [RESULT]},
    ],
    "response": None,
    "stream": ["No", "ne.", told("None.", "unknown")],
}


def read(*calls):
    (session,) = sessions_in(as_json([*calls]), "session.json")
    return session


def test_calls_of_a_client_are_model_calls():
    session = read(FIRST, SECOND)
    assert [one.call.target for one in session.exchanges] == ["MODEL unknown", "find", "MODEL unknown"]
    first, second = models(session)
    assert [part["content"] for part in asked(first).system] == ["Be kind."]
    assert [part["type"] for part in asked(first).messages[0].parts] == ["text", "blob"]
    assert said(second)[1:] == [("assistant", "find"), ("tool", "none")]
    assert answer(second).choices[0].parts == ({"type": "text", "content": "None."},)
    assert [part["type"] for part in answer(first).choices[0].parts] == ["reasoning", "tool_call"]
    assert [answer(one).choices[0].finish_reason for one in models(session)] == ["tool_call", "stop"]
    assert (first.usage.input_tokens, first.usage.output_tokens) == (3, 2)


def test_requests_were_kept_and_tools_follow_from_them():
    session = read(FIRST, SECOND)
    assert models(session)[0].provenance.inferred == ()
    assert {"request model", "tool definitions", "response id"} <= {*models(session)[0].provenance.lacked}
    (tool,) = tools(session)
    assert ran(tool) == ("find", {"id": 1}, "call_1", "none")
    assert tool.provenance.inferred == ("tool result",)


@corpus
def test_the_corpus_is_read_whole():
    for path in SHARED.glob("corpus/autogen-session/*/*"):
        calls = json.loads(path.read_bytes())
        (session,) = sessions_in(path.read_bytes(), path.name)
        spoken = [answer(one).choices[0].parts[0]["content"] for one in models(session)]
        assert spoken == [call["response"]["content"] for call in calls]


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean([read(*planted([FIRST, SECOND], {"type", "mode", "data"}))], tmp_path)


@settings(deadline=None, max_examples=30)
@given(mutated([[FIRST, SECOND]]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "autogen")
