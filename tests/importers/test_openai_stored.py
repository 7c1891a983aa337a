import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in

from pytest_oao.errors import MissingContent
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city":"Paris"}',
}
SAID = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Rain."}]}
GIVEN = [{"role": "user", "content": "Weather?"}]
RESULT = [{"type": "function_call_output", "call_id": "call_1", "output": "rain"}]


def response(name, *output, **told):
    given = {"id": name, "object": "response", "created_at": 1795227061, "status": "completed", "model": "gpt-5"}
    return {**given, "output": list(output), "tools": [], "temperature": 1.0, "instructions": "Be brief.", **told}


FIRST = response("resp_1", CALL, input=GIVEN)
SECOND = response("resp_2", SAID, input=RESULT, previous_response_id="resp_1")
OTHER = response("resp_9", SAID, input="hi", metadata={"team": "x"})
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1795227061,
    "model": "gpt-5",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok"}}],
    "tool_choice": None,
    "temperature": 0.2,
    "top_p": 1.0,
    "request_id": "req_1",
    "messages": {"object": "list", "data": [{"id": "c-0", "role": "user", "content": "hi", "name": None}]},
}


def lines(*values):
    return b"\n".join(as_json(value) for value in values)


def read(*values):
    data = lines(*values)
    assert detect(FileDump("x", data), IMPORTERS).name == "openai-stored"
    return sessions_in(data, "x")


def asked_of(exchange):
    return neutral.request_of(loads(exchange.call.body.data))


@pytest.mark.parametrize(
    "values",
    [(SECOND, FIRST), ([FIRST, SECOND],), ({"resp_1": FIRST, "resp_2": SECOND},)],
    ids=["lines", "list", "by id"],
)
def test_a_chain_of_answers_is_a_session(values):
    (session,) = read(*values)
    assert session.header.id == "resp_1"
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "chat"]
    first, tool, last = session.exchanges
    assert loads(tool.outcome.body.data) == "rain"
    assert tool.provenance.inferred == ("tool result",)
    assert asked_of(last).extra["previous_response_id"] == "resp_1"
    assert asked_of(first).system == ({"type": "text", "content": "Be brief."},)
    assert first.started_at == 1795227061.0


def test_chains_apart_are_sessions_apart():
    assert [one.header.id for one in read(FIRST, OTHER, SECOND)] == ["resp_1", "resp_9"]
    assert read(FIRST, OTHER)[1].header.metadata["team"] == "x"


def test_a_conversation_is_a_session():
    told = [response(f"resp_{n}", SAID, input="hi", conversation={"id": "conv_1"}) for n in range(2)]
    (session,) = read(*told)
    assert (session.header.id, session.header.metadata["conversation"]) == ("conv_1", "conv_1")
    assert len(session.exchanges) == 2


def test_items_as_the_api_lists_them_are_put_in_order():
    items = {"object": "list", "data": [*RESULT, CALL, *GIVEN], "first_id": "x", "has_more": False}
    (session,) = read({**response("resp_2", SAID), "input_items": items})
    kinds = [part["type"] for one in asked_of(session.exchanges[-1]).messages for part in one.parts]
    assert kinds == ["text", "tool_call", "tool_call_response"]


def test_answers_without_what_was_asked_are_refused():
    with pytest.raises(MissingContent) as refused:
        read(response("resp_1", SAID, instructions=None))
    assert "input_items" in refused.value.remedy


def test_an_answer_that_failed_and_one_that_is_not_over():
    error = {"code": "rate_limit_exceeded", "message": "slow"}
    failed = response("resp_2", status="failed", error=error, input="hi", previous_response_id="resp_1")
    waiting = response("resp_3", status="in_progress", input="else", previous_response_id="resp_2")
    (session,) = read(FIRST, failed, waiting)
    told = neutral.failure_of(loads(session.exchanges[-1].outcome.body.data))
    assert told == ModelFailure(0, "rate_limit_exceeded", "slow", {"error": error})
    assert len(session.in_doubt) == 1


def test_a_stored_completion():
    (session,) = read(COMPLETION)
    (exchange,) = session.exchanges
    asked = asked_of(exchange)
    assert (asked.model, asked.parameters) == ("gpt-5", {"gen_ai.request.temperature": 0.2})
    assert asked.messages[0].parts == ({"type": "text", "content": "hi"},)
    assert neutral.response_of(loads(exchange.outcome.body.data)).id == "chatcmpl-1"


ITEMS = [
    *GIVEN,
    {"type": "reasoning", "id": "rs_1", "summary": []},
    CALL,
    *RESULT,
    SAID,
    {"type": "message", "role": "user", "content": "And now?"},
    {**SAID, "id": "m2"},
]
CONVERSATION = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}, "items": ITEMS}
LISTED = {"object": "list", "data": ITEMS[::-1], "first_id": "m2", "last_id": "x", "has_more": False}


@pytest.mark.parametrize("value", [CONVERSATION, LISTED], ids=["conversation", "list"])
def test_the_items_of_a_conversation_are_its_calls(value):
    (session,) = read(value)
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "chat", "chat"]
    first, tool, second, last = session.exchanges
    assert [len(asked_of(one).messages) for one in (first, second, last)] == [1, 3, 5]
    assert loads(tool.outcome.body.data) == "rain"
    assert first.provenance.inferred == ("request messages",)
    assert {"earlier messages", "system prompt"} <= set(last.provenance.lacked)
    assert session.header.id == ("conv_1" if value is CONVERSATION else session.header.id)


STAYS = {"object", "id", "type", "call_id", "previous_response_id", "status"}


@pytest.mark.parametrize("value", [[FIRST, SECOND], COMPLETION], ids=["responses", "completion"])
def test_no_secret_comes_into_a_cassette(value, tmp_path):
    assert_clean(sessions_in(as_json(planted(value, STAYS)), "x", "openai-stored"), tmp_path)


@settings(deadline=None)
@given(mutated([[FIRST, SECOND, OTHER], COMPLETION, {"resp_1": FIRST}, CONVERSATION, LISTED]))
def test_a_broken_dump_is_refused(value):
    survives(as_json(value), "openai-stored")


@settings(deadline=None)
@given(JSON_VALUES)
def test_any_json_is_refused_or_read(value):
    survives(as_json(value), "openai-stored")
