import json
import os
import types
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, SECRET, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in

import pytest_oao
from pytest_oao.cli.main import main
from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model import provenance
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
TRACE = {
    "object": "trace",
    "id": "trace_1",
    "workflow_name": "Travel",
    "group_id": "thread-1",
    "metadata": {"team": "x"},
}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city":"Paris"}',
}
HANDOFF = {**CALL, "call_id": "call_2", "name": "transfer_to_critic", "arguments": "{}"}
SAID = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Rain."}]}
GIVEN = [{"role": "user", "content": "Weather?"}]
RESULTS = [{"type": "function_call_output", "call_id": "call_1", "output": "rain"}]
RESULTS += [{"type": "function_call_output", "call_id": "call_2", "output": "{'assistant': 'critic'}"}]
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}, "strict": True}


def response(name, *output, **told):
    return {
        "id": name,
        "object": "response",
        "created_at": 1795227061,
        "status": "completed",
        "model": "gpt-5-2026-01-01",
        "instructions": "Be brief.",
        "output": list(output),
        "tools": [TOOL],
        "temperature": 1.0,
        "top_p": 1.0,
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "text": {"format": {"type": "text"}},
        "usage": {"input_tokens": 40, "output_tokens": 15, "input_tokens_details": {"cached_tokens": 8}},
        **told,
    }


def span(number, kind, parent="span_agent", error=None, **data):
    return {
        "object": "trace.span",
        "id": f"span_{number}",
        "trace_id": "trace_1",
        "parent_id": parent,
        "started_at": f"2026-11-21T02:11:{number:02}.000000+00:00",
        "ended_at": f"2026-11-21T02:11:{number:02}.500000+00:00",
        "span_data": {"type": kind, **data},
        "error": error,
    }


AGENT = {**span(0, "agent", None, name="weather", handoffs=["critic"], tools=["get_weather"]), "id": "span_agent"}
ASKING, ANSWERING = response("resp_1", CALL, HANDOFF), response("resp_2", SAID)
NAMING = [
    TRACE,
    span(1, "response", response_id="resp_1", usage=None),
    span(2, "function", name="get_weather", input='{"city":"Paris"}', output="rain", mcp_data=None),
    span(3, "handoff", from_agent="weather", to_agent="critic"),
    span(4, "response", response_id="resp_2", usage=None),
    AGENT,
]
INPUTS = {"span_1": GIVEN, "span_4": [*GIVEN, CALL, HANDOFF, *RESULTS]}
ANSWERS = {"span_1": ASKING, "span_4": ANSWERING}


def kept(one):
    """Return a span as our own processor writes it."""
    if one["id"] not in ANSWERS:
        return one
    data = {**one["span_data"], "input": INPUTS[one["id"]], "response": ANSWERS[one["id"]]}
    return {**one, "span_data": data}


WHOLE = [kept(one) for one in NAMING]
SIDE = {
    "responses": {"resp_1": {**ASKING, "input": GIVEN}, "resp_2": {**ANSWERING, "input": INPUTS["span_4"]}},
    "beside": {
        "resp_1": {"response": ASKING, "input": GIVEN},
        "resp_2": {"response": ANSWERING, "input": INPUTS["span_4"]},
    },
    "items, newest first": {
        "resp_1": {**ASKING, "input_items": {"object": "list", "data": GIVEN}},
        "resp_2": {**ANSWERING, "input_items": {"object": "list", "data": INPUTS["span_4"][::-1]}},
    },
}


def lines(values):
    return b"\n".join(as_json(value) for value in values)


def read(values):
    data = lines(values)
    assert detect(FileDump("x", data), IMPORTERS).name == "openai-agents"
    (session,) = sessions_in(data, "x")
    return session


def asked_of(exchange):
    return neutral.request_of(loads(exchange.call.body.data))


def told_by(exchange):
    told = loads(exchange.outcome.body.data)
    return neutral.failure_of(told) or neutral.response_of(told)


@pytest.mark.parametrize("values", [WHOLE, *([*NAMING, side] for side in SIDE.values())], ids=["whole", *SIDE])
def test_a_trace_with_its_answers_is_a_session(values):
    session = read(values)
    assert session.header.id == "trace_1"
    model = "MODEL gpt-5-2026-01-01"
    assert [one.call.target for one in session.exchanges] == [model, "get_weather", model]
    first, tool, last = session.exchanges
    asked = asked_of(last)
    assert asked.system == ({"type": "text", "content": "Be brief."},)
    assert asked.messages[0].role == "user"
    assert [part["id"] for one in asked.messages for part in one.parts if part["type"] == "tool_call"] == [
        "call_1",
        "call_2",
    ]
    assert [one["name"] for one in asked.tools] == ["get_weather"]
    assert not asked.parameters
    assert told_by(first).id == "resp_1"
    assert (told_by(first).usage.input_tokens, told_by(last).choices[0].parts[0]["content"]) == (40, "Rain.")
    assert tool.call.attributes["gen_ai.tool.call.id"] == "call_1"
    assert tool.provenance.inferred == (provenance.CALL_IDS,)
    assert {one.call.attributes["gen_ai.agent.name"] for one in session.exchanges} == {"weather"}
    facts = {"conversation": "thread-1", "name": "Travel", "trace": "trace_1", "team": "x"}
    assert session.header.metadata.items() >= facts.items()
    assert set(first.provenance.lacked) == {
        "parameters",
        "request model",
        "stream flag",
        "strictness of tools",
        "tool choice",
    }


def test_a_handoff_is_no_tool_though_the_model_asks_for_it_as_one():
    assert [one.call.target for one in read(WHOLE).exchanges if one.call.kind == "execute_tool"] == ["get_weather"]


def test_what_was_set_otherwise_than_by_default_is_told():
    told = response("resp_1", SAID, temperature=0.2, tool_choice="required", parallel_tool_calls=False)
    first, *_ = read(
        [kept(NAMING[0]), {**WHOLE[1], "span_data": {**WHOLE[1]["span_data"], "response": told}}]
    ).exchanges
    assert asked_of(first).parameters["gen_ai.request.temperature"] == 0.2
    assert asked_of(first).extra["tool_choice"] == "required"


def test_a_trace_that_only_names_its_answers_is_refused_with_the_ways_out():
    with pytest.raises(MissingContent, match="names its answers") as refused:
        read(NAMING)
    assert "--beside" in refused.value.remedy
    assert "AgentsTrace" in refused.value.remedy


def test_a_trace_without_sensitive_data_names_the_setting():
    with pytest.raises(MissingContent) as refused:
        read([TRACE, span(1, "generation", input=None, output=None, model="gpt-5", model_config={})])
    assert "trace_include_sensitive_data" in refused.value.remedy


def test_a_file_beside_is_joined(tmp_path, capsys):
    (tmp_path / "trace.jsonl").write_bytes(lines(NAMING))
    (tmp_path / "responses.json").write_text(json.dumps(SIDE["responses"], indent=2))
    given = ["import", str(tmp_path / "trace.jsonl"), "-o", str(tmp_path / "out")]
    assert main(given) == 1
    assert main([*given, "--beside", str(tmp_path / "responses.json")]) == 0
    assert "3 exchanges, 2 model calls" in capsys.readouterr().out


def test_a_generation_of_the_chat_api():
    said = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function"}]}
    said["tool_calls"][0]["function"] = {"name": "f", "arguments": "{}"}
    config = {"temperature": 0.2, "top_p": None, "tool_choice": "auto", "base_url": "http://127.0.0.1/v1/"}
    given = [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]
    usage = {"input_tokens": 4, "output_tokens": 2}
    told = span(1, "generation", input=given, output=[said], model="gpt-5", model_config=config, usage=usage)
    (exchange,) = read([TRACE, told]).exchanges
    asked = asked_of(exchange)
    assert (asked.model, asked.parameters) == ("gpt-5", {"gen_ai.request.temperature": 0.2})
    assert asked.extra["tool_choice"] == "auto"
    assert told_by(exchange).choices[0].parts[0]["id"] == "c1"
    assert told_by(exchange).usage.input_tokens == 4
    assert {"tool definitions", "finish reason", "response id"} <= set(exchange.provenance.lacked)


def test_a_streamed_generation_ends_with_an_answer_of_the_responses_api():
    told = span(1, "generation", input=GIVEN, output=[ANSWERING], model="gpt-5", model_config={})
    (exchange,) = read([TRACE, told]).exchanges
    assert told_by(exchange).id == "resp_2"


def test_zeros_and_made_up_ids_of_a_streamed_generation_are_not_told():
    answer = response("__fake_id__", SAID, usage={"input_tokens": 0, "output_tokens": 0})
    usage = {"input_tokens": 0, "output_tokens": 0}
    told = span(1, "generation", input=GIVEN, output=[answer], model="gpt-5", model_config={}, usage=usage)
    (exchange,) = read([TRACE, told]).exchanges
    assert (told_by(exchange).id, told_by(exchange).usage.input_tokens) == ("", None)
    assert {"response id", "usage"} <= set(exchange.provenance.lacked)


def test_an_answer_that_repeats_nothing_of_its_request_lacks_it():
    bare = response("resp_1", SAID, instructions=None, tools=[])
    one = {**WHOLE[1], "span_data": {**WHOLE[1]["span_data"], "response": bare}}
    (exchange,) = read([TRACE, one]).exchanges
    assert {"system prompt", "tool definitions"} <= set(exchange.provenance.lacked)


def test_errors_of_models_and_of_tools():
    wrong = {"message": "Error getting response", "data": {"error": "Error code: 429 - slow"}}
    failed = span(5, "response", response_id=None, usage=None, input=GIVEN, error=wrong)
    raised = {"message": "Error running tool", "data": {"tool_name": "get_weather", "error": "ValueError: no"}}
    session = read(
        [*WHOLE, {**failed, "error": wrong}, span(6, "function", name="f", input="{}", output=None, error=raised)]
    )
    failure = told_by(session.exchanges[-2])
    assert (failure.status, failure.type) == (429, "RateLimitError")
    assert session.exchanges[-1].outcome == Raised("ValueError", "no")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_the_sample():
    data = (SHARED / "samples/openai_agents_trace.jsonl").read_bytes()
    found = list(detect(FileDump("x", data), IMPORTERS).read(FileDump("x", data)))
    assert isinstance(found[0], MissingContent)
    assert told_by(found[1].exchanges[0]).message == "Event loop is closed"


class Span:
    """What the SDK hands to a trace processor."""

    def __init__(self, told):
        self.told = told
        kind = told.get("span_data", {}).get("type")
        answer = ANSWERS.get(told["id"])
        dumps = types.SimpleNamespace(model_dump=lambda mode: answer)
        self.span_data = types.SimpleNamespace(type=kind, input=INPUTS.get(told["id"]), response=answer and dumps)

    def export(self):
        return self.told


def written(path, spans, **options):
    processor = pytest_oao.AgentsTrace(path, **options)
    processor.on_trace_start(Span(TRACE))
    for one in spans:
        processor.on_span_start(Span(one))
        processor.on_span_end(Span(one))
    processor.on_trace_end(Span(TRACE))
    processor.force_flush()
    processor.shutdown()
    return processor


def test_our_own_processor_writes_the_trace_whole(tmp_path):
    processor = written(tmp_path / "deep" / "trace.jsonl", NAMING[1:])
    assert processor.dropped == 0
    told = [json.loads(line) for line in processor.path.read_bytes().splitlines()]
    assert [one for one in WHOLE if one not in told] == []
    assert len(read(told).exchanges) == 3


def test_our_own_processor_takes_secrets_out_before_it_writes(tmp_path):
    tool = span(2, "function", name="f", input=f'{{"key": "{SECRET}"}}', output="house-4711")
    path = written(tmp_path / "trace.jsonl", [tool], redact=["house-[0-9]+"]).path
    assert SECRET not in path.read_text()
    assert "4711" not in path.read_text()


def test_nothing_that_goes_wrong_in_our_own_processor_reaches_the_agent(tmp_path):
    (tmp_path / "file").write_text("")
    processor = pytest_oao.AgentsTrace(tmp_path / "file" / "below.jsonl")
    processor.on_trace_start(Span(TRACE))
    processor.on_span_end(object())
    assert processor.dropped == 2


STAYS = {"object", "id", "trace_id", "parent_id", "type", "started_at", "ended_at", "call_id", "response_id"}


@pytest.mark.parametrize("values", [WHOLE, [*NAMING, SIDE["responses"]]], ids=["whole", "joined"])
def test_no_secret_comes_into_a_cassette(values, tmp_path):
    assert_clean(sessions_in(lines(planted(values, STAYS)), "x", "openai-agents"), tmp_path)


@settings(deadline=None)
@given(mutated([WHOLE, [*NAMING, *SIDE.values()]]))
def test_a_broken_trace_is_refused(value):
    survives(as_json(value), "openai-agents")


@settings(deadline=None)
@given(JSON_VALUES)
def test_any_json_is_refused_or_read(value):
    survives(as_json(value), "openai-agents")
    survives(
        as_json([{**WHOLE[1], "span_data": {"type": "generation", "input": value, "output": value}}]), "openai-agents"
    )


def test_a_broken_file_beside_is_an_error(tmp_path):
    (tmp_path / "trace.jsonl").write_bytes(lines(NAMING))
    (tmp_path / "responses.json").write_text("{")
    beside = str(tmp_path / "responses.json")
    assert main(["import", str(tmp_path / "trace.jsonl"), "-o", str(tmp_path / "out"), "--beside", beside]) == 1
    with pytest.raises(OaoError):
        sessions_in(b"{", "x", "openai-agents")
