import copy
import csv
import io
import json
import os
import re
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import as_parquet, sessions_in, with_texts

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.langfuse_generations import CUT
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model import provenance
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
INVENTED = {"temperature": 1, "max_tokens": "Infinity", "top_p": 1, "frequency_penalty": 0, "presence_penalty": 0}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "w", "parameters": {"type": "object"}}}
QUESTION = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather in Paris?"}]
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"location": "Paris"}'}}
ASKS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "rain"}


def observation(number, kind="GENERATION", **told):
    """Return an observation of the API's second version, input and output as text."""
    for name in ("input", "output"):
        if name in told and not isinstance(told[name], str | None):
            told[name] = json.dumps(told[name])
    return {
        "id": f"o{number}",
        "traceId": "t1",
        "projectId": "p1",
        "parentObservationId": None if number == 1 else "o1",
        "isRootObservation": number == 1,
        "type": kind,
        "name": kind.lower(),
        "startTime": f"2026-11-20T10:00:{number:02}.000Z",
        "endTime": f"2026-11-20T10:00:{number:02}.500Z",
        "level": "DEFAULT",
        "sessionId": "s1",
        "userId": "u1",
        "tags": ["prod"],
        **told,
    }


def generation(number, asked, **told):
    given = {"tools": [TOOL], "messages": asked}
    usage = {"input": 34, "input_cached_tokens": 8, "output": 12, "output_reasoning_tokens": 3, "total": 57}
    return observation(
        number,
        name="OpenAI-generation",
        **{
            "model": "gpt-5-2026-01-01",
            "modelParameters": INVENTED,
            "usageDetails": usage,
            "input": given,
            **told,
        },
    )


AGENT = observation(1, "AGENT", name="travel", input={"args": ["Weather in Paris?"], "kwargs": {}}, output="Rain.")
OBSERVATIONS = [
    generation(
        4,
        [*QUESTION, ASKS, RESULT],
        output="Rain.",
        completionStartTime="2026-11-20T10:00:04.100Z",
        metadata={"finish_reason": "stop"},
    ),
    observation(3, "TOOL", name="get_weather", input={"args": ["Paris"], "kwargs": {}}, output="rain"),
    generation(2, QUESTION, output=ASKS),
    generation(
        5, QUESTION, level="ERROR", statusMessage="Error code: 429 - {'error': {'message': 'slow', 'type': 'r'}}"
    ),
    AGENT,
]
V2 = {"data": OBSERVATIONS, "meta": {"cursor": None}}


def parsed(value):
    told = copy.deepcopy(value)
    for name in ("input", "output"):
        if isinstance(told.get(name), str):
            told[name] = loads(told[name]) or told[name]
    return told


TRACE = {"id": "t1", "timestamp": "2026-11-20T10:00:00.500Z", "name": "travel", "sessionId": "s1", "userId": "u1"}
TRACE |= {"tags": ["prod"], "input": {"args": ["Weather in Paris?"], "kwargs": {}}, "output": "Rain."}
V1 = {**TRACE, "htmlPath": "/project/p1/traces/t1", "latency": 5, "totalCost": 0.1, "scores": []}
V1["observations"] = [{**parsed(one), "sessionId": None, "tags": None} for one in OBSERVATIONS]
SNAKE = [
    {re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", key): one[key] for key in one} for one in OBSERVATIONS
]


def as_csv(rows, names=None):
    names = names or sorted({name for row in rows for name in row})
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(names)
    for row in rows:
        cells = (row.get(name) for name in names)
        writer.writerow([cell if isinstance(cell, str) else "" if cell is None else json.dumps(cell) for cell in cells])
    return written.getvalue().encode()


def lines(values):
    return b"\n".join(as_json(value) for value in values)


UI = {"trace": as_json(TRACE) and TRACE, "observations": V1["observations"]}
SHAPES = {
    "v2": as_json(V2),
    "v1": as_json(V1),
    "ui": as_json({"observations": OBSERVATIONS, "scores": []}),
    "legacy ui": as_json(UI),
    "batch json": json.dumps(OBSERVATIONS, indent=2).encode(),
    "batch jsonl": lines(OBSERVATIONS),
    "batch csv": as_csv(OBSERVATIONS),
    "blob jsonl": lines(SNAKE),
    "blob csv": as_csv(SNAKE),
}


def read(data):
    data = data if isinstance(data, bytes) else as_json(data)
    assert detect(FileDump("x", data), IMPORTERS).name == "langfuse"
    (session,) = sessions_in(data, "x")
    return session


def requests(session):
    return [neutral.request_of(loads(one.call.body.data)) for one in session.exchanges if one.call.kind == "chat"]


def answers(session):
    found = [loads(one.outcome.body.data) for one in session.exchanges if one.call.kind == "chat"]
    return [neutral.failure_of(one) or neutral.response_of(one) for one in found]


def only(**told):
    """Return the request, the answer and the exchange of a lone generation."""
    session = read([generation(1, told.pop("asked", QUESTION), **{"output": "ok", **told})])
    return requests(session)[0], answers(session)[0], session.exchanges[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_an_export_is_the_same_session(shape):
    session = read(SHAPES[shape])
    assert session.header.id == "t1"
    assert [(one.call.kind, one.call.target) for one in session.exchanges] == [
        ("chat", "MODEL gpt-5-2026-01-01"),
        ("execute_tool", "get_weather"),
        ("chat", "MODEL gpt-5-2026-01-01"),
        ("chat", "MODEL gpt-5-2026-01-01"),
    ]
    told = {"conversation": "s1", "user": "u1", "trace": "t1", "tags": ["prod"], "output": "Rain."}
    assert session.header.metadata.items() >= told.items()
    assert session.header.metadata["input"] == {"args": ["Weather in Paris?"], "kwargs": {}}
    first, last, _ = answers(session)
    assert first.choices[0].parts[-1]["id"] == "call_1"
    assert (first.usage.input_tokens, first.usage.cached_tokens) == (42, 8)
    assert (first.usage.output_tokens, first.usage.reasoning_tokens) == (15, 3)
    assert last.choices[0].finish_reason == "stop"
    assert [one.stream for one in requests(session)] == [False, True, False]
    assert session.exchanges[0].started_at == 1795168802.0
    assert session.exchanges[0].duration == 0.5


OTEL = {"attributes": {"a": 1}, "resourceAttributes": {"b": 2}, "scope": {"name": "langfuse-sdk"}}
WRITTEN = {
    "of the trace": {**V1, "metadata": {**OTEL, "plan": "pro", "user": "theirs"}},
    "as text": {**V1, "metadata": json.dumps({**OTEL, "plan": "pro", "user": "theirs"})},
    "of the outermost observation": [
        {**one, "metadata": {**OTEL, "plan": "pro", "user": "theirs"}} if one is AGENT else one for one in OBSERVATIONS
    ],
}


@pytest.mark.parametrize("shape", WRITTEN)
def test_what_a_team_wrote_of_its_trace_is_the_session_s(shape):
    known = read(WRITTEN[shape]).header.metadata
    assert (known["plan"], known["user"], known["metadata"]) == ("pro", "u1", {"user": "theirs"})
    assert not known.keys() & OTEL.keys()


def test_an_agents_name_is_told_of_what_stands_in_it():
    assert {one.call.attributes["gen_ai.agent.name"] for one in read(V2).exchanges} == {"travel"}


def test_what_langfuse_invents_for_parameters_is_left_out():
    asked, _, exchange = only()
    assert not asked.parameters
    assert {provenance.PARAMETERS, provenance.MODEL, provenance.TOOL_CHOICE} <= set(exchange.provenance.lacked)
    told, _, _ = only(modelParameters={**INVENTED, "temperature": 0.2, "max_tokens": 300})
    assert told.parameters == {"gen_ai.request.temperature": 0.2, "gen_ai.request.max_tokens": 300}


def test_a_parameter_of_another_writer_is_told_though_it_is_usual():
    asked, _, _ = only(modelParameters={"temperature": "1", "max_tokens": "null", "top_k": "5"})
    assert asked.parameters["gen_ai.request.temperature"] == 1
    assert "gen_ai.request.max_tokens" not in asked.parameters


def test_an_error_has_its_status_and_its_body_where_the_text_tells_them():
    failure = answers(read(V2))[-1]
    assert failure == ModelFailure(429, "RateLimitError", failure.message, {"error": {"message": "slow", "type": "r"}})
    _, bare, exchange = only(level="ERROR", statusMessage="Error code: 503 - overloaded", output=None)
    assert (bare.status, bare.body) == (503, None)
    assert provenance.ERROR_BODY in exchange.provenance.lacked


def test_positional_arguments_of_a_tool_have_no_names_and_its_call_is_found():
    tool = read(V2).exchanges[1]
    assert loads(tool.call.body.data) == {"args": ["Paris"], "kwargs": {}}
    assert tool.call.attributes["gen_ai.tool.call.id"] == "call_1"
    assert provenance.ARGUMENT_NAMES in tool.provenance.lacked
    assert tool.provenance.inferred == (provenance.CALL_IDS,)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"args": [], "kwargs": {"location": "Paris"}}, {"location": "Paris"}),
        ({"location": "Paris"}, {"location": "Paris"}),
        ("{'location': 'Paris', 'days': (1, None)}", {"location": "Paris", "days": [1, None]}),
        ("{'location': open('x')}", "{'location': open('x')}"),
        ("Paris", "Paris"),
    ],
)
def test_a_tools_arguments(given, named):
    tool = observation(2, "TOOL", name="get_weather", input=given, output="rain")
    session = read([generation(1, QUESTION, output=ASKS), tool])
    assert loads(session.exchanges[1].call.body.data) == named
    assert provenance.ARGUMENT_NAMES not in session.exchanges[1].provenance.lacked


def test_a_tool_that_raised():
    tool = observation(2, "TOOL", name="get_weather", input={}, level="ERROR", statusMessage="KeyError: 'Paris'")
    session = read([generation(1, QUESTION, output=ASKS), tool])
    assert session.exchanges[1].outcome == Raised("KeyError", "'Paris'")


def test_a_tool_message_of_langchain_tells_its_call():
    message = {"content": "rain", "type": "tool", "name": "get_weather", "tool_call_id": "call_9", "status": "success"}
    tool = observation(2, "TOOL", name="get_weather", input={"location": "Paris"}, output=message)
    exchange = read([generation(1, QUESTION, output=ASKS), tool]).exchanges[1]
    assert exchange.call.attributes["gen_ai.tool.call.id"] == "call_9"
    assert loads(exchange.outcome.body.data) == "rain"


def test_an_export_without_input_and_output_names_the_fields_to_ask_for():
    bare = [{key: item for key, item in one.items() if key not in {"input", "output"}} for one in OBSERVATIONS[:3]]
    with pytest.raises(MissingContent, match="no input and output") as refused:
        read(bare)
    assert "fields=core,basic,time,io" in refused.value.remedy


def test_a_trace_recorded_without_content_names_the_setting():
    bare = [{**one, "input": None, "output": None} for one in OBSERVATIONS[:3]]
    with pytest.raises(MissingContent) as refused:
        read(bare)
    assert "LANGFUSE_OBSERVE_DECORATOR_IO_CAPTURE_ENABLED" in refused.value.remedy


def test_a_list_of_traces_that_only_names_observations_is_refused():
    with pytest.raises(MissingContent, match="names their observations"):
        read({"data": [{**V1, "observations": ["o1", "o2"]}], "meta": {"page": 1}})


def test_a_call_that_is_not_over_is_in_doubt():
    session = read([*OBSERVATIONS, generation(9, QUESTION, output=None, endTime=None)])
    assert [call.kind for call in session.in_doubt] == ["chat"]


def test_what_was_cut_is_marked_and_not_taken_for_a_message():
    asked, answer, exchange = only(input='{"messages": [{"role": "user", "content": "aaa' + CUT, output="bbb" + CUT)
    assert exchange.provenance.truncated == (provenance.ANSWER, provenance.MESSAGES)
    assert not asked.messages
    assert provenance.MESSAGES in exchange.provenance.lacked
    assert answer.choices[0].parts == ({"type": "text", "content": "bbb" + CUT},)


def test_media_that_were_moved_elsewhere_are_lacking():
    image = {"type": "image_url", "image_url": {"url": "@@@langfuseMedia:type=image/png|id=1|source=base64@@@"}}
    _, _, exchange = only(asked=[{"role": "user", "content": [image]}])
    assert provenance.MEDIA in exchange.provenance.lacked


def test_tools_that_newer_exports_list_apart():
    definition = json.dumps({"description": "w", "parameters": json.dumps({"type": "object"})})
    asked, _, _ = only(input=json.dumps(QUESTION), toolDefinitions={"get_weather": definition})
    assert asked.tools == (
        {"type": "function", "name": "get_weather", "description": "w", "parameters": {"type": "object"}},
    )


def test_messages_of_langchain_with_tools_among_them():
    asked = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"name": "f", "args": {"x": 1}, "id": "c1", "type": "tool_call"}],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "c1"},
        {"role": "tool", "content": {"type": "function", "function": {"name": "f", "parameters": {}}}},
    ]
    told, _, _ = only(input=json.dumps(asked))
    assert [one.role for one in told.messages] == ["user", "assistant", "tool"]
    assert told.messages[1].parts == ({"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},)
    assert [tool["name"] for tool in told.tools] == ["f"]


def test_spans_of_others_are_read_by_their_attributes():
    attributes = {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.system": "openai",
        "gen_ai.response.id": "chatcmpl-9",
        "gen_ai.response.finish_reasons": ["tool_calls"],
        "model_request_parameters": {"function_tools": [{"name": "f", "parameters_json_schema": {"type": "object"}}]},
    }
    said = [{"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "f", "arguments": '{"x": 1}'}]}]
    given = [{"role": "system", "parts": [{"type": "text", "content": "s"}]}]
    given += [{"role": "user", "parts": [{"type": "tool_call_response", "id": "c0", "result": "r"}]}]
    asked, answer, exchange = only(
        input=json.dumps(given), output=json.dumps(said), metadata={"attributes": attributes}
    )
    assert (asked.model, asked.provider) == ("gpt-4o-mini", "openai")
    assert asked.system == ({"type": "text", "content": "s"},)
    assert asked.messages[0].role == "tool"
    assert asked.messages[0].parts == ({"type": "tool_call_response", "id": "c0", "response": "r"},)
    assert asked.tools == ({"type": "function", "name": "f", "parameters": {"type": "object"}},)
    assert (answer.id, answer.choices[0].finish_reason) == ("chatcmpl-9", "tool_call")
    assert answer.choices[0].parts[0]["arguments"] == {"x": 1}
    assert provenance.MODEL not in exchange.provenance.lacked


def test_other_observations_are_no_calls_and_are_kept():
    kinds = ("SPAN", "EVENT", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL")
    others = [observation(10 + number, kind) for number, kind in enumerate(kinds)]
    session = read([*OBSERVATIONS, *others])
    assert len(session.exchanges) == 4
    kept = [json.loads(line) for line in session.header.origin.original.data.splitlines()]
    assert [one for one in [*OBSERVATIONS, *others] if one not in kept] == []


def test_a_csv_with_lines_in_its_cells_and_one_that_is_broken():
    session = read(as_csv([generation(1, [{"role": "user", "content": "a\nb"}], output="x\ny")]))
    assert answers(session)[0].choices[0].parts[0]["content"] == "x\ny"
    with pytest.raises(OaoError, match="3 cells"):
        sessions_in(b"id,traceId\na,b,c\n", "x", "langfuse")


CORPUS = {
    "google-adk-2025-08-28": ["chat", "execute_tool", "chat"],
    "google-gemini-2025-08-01": ["chat"],
    "langgraph-python-2025-08-22": ["chat", "execute_tool", "chat"],
    "openai-agents-2025-09-30": ["chat", "execute_tool", "chat"],
    "pydantic-ai-tools-2025-12-04": ["chat", "execute_tool", "execute_tool", "execute_tool", "chat", "chat", "chat"],
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
@pytest.mark.parametrize("name", CORPUS)
def test_the_corpus(name):
    path = SHARED / "corpus/langfuse-export/langfuse__langfuse" / f"{name}.trace.json"
    session = read(path.read_bytes())
    assert [one.call.kind for one in session.exchanges] == CORPUS[name]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_what_a_tool_of_adk_returned_is_what_the_next_request_quotes():
    path = SHARED / "corpus/langfuse-export/langfuse__langfuse/google-adk-2025-08-28.trace.json"
    tool = read(path.read_bytes()).exchanges[1]
    assert tool.outcome.body.json() == {"greeting": "Hello Langfuse \N{WAVING HAND SIGN}"}
    assert tool.provenance.inferred == (provenance.RESULT,)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_a_trace_whose_models_have_no_answers_is_refused():
    path = SHARED / "corpus/langfuse-export/langfuse__langfuse/beeai-2025-08-01.trace.json"
    with pytest.raises(MissingContent, match="without what came out"):
        read(path.read_bytes())


def test_a_file_of_parquet():
    (session,) = sessions_in(as_parquet(map(with_texts, SNAKE)), "x")
    assert session.header.origin.format == "langfuse"
    assert len(session.exchanges) == 4


STAYS = {"id", "traceId", "trace_id", "parentObservationId", "type", "startTime", "endTime", "level", "projectId"}


@pytest.mark.parametrize("value", [V2, V1, SNAKE], ids=["v2", "v1", "snake"])
def test_no_secret_comes_into_a_cassette(value, tmp_path):
    assert_clean(sessions_in(as_json(planted(value, STAYS | {"parent_observation_id", "start_time"})), "x"), tmp_path)


@settings(deadline=None)
@given(mutated([V2, V1, UI, SNAKE, OBSERVATIONS]))
def test_a_broken_export_is_refused(value):
    survives(as_json(value), "langfuse")


@settings(deadline=None)
@given(JSON_VALUES)
def test_any_json_is_refused_or_read(value):
    survives(as_json(value), "langfuse")
    survives(as_csv([{"id": "o1", "traceId": "t", "type": "GENERATION", "input": value}]), "langfuse")


@pytest.mark.parametrize(("failing", "status"), [((1,), "passed"), ((2,), "failed"), ((1, 2), "failed")])
def test_a_run_failed_where_its_last_root_did(failing, status):
    told = [
        {**generation(number, QUESTION, output="ok"), "parentObservationId": None}
        | ({"level": "ERROR", "statusMessage": "Error code: 429", "output": None} if number in failing else {})
        for number in (2, 1)  # exports have the newest first
    ]
    told.append({**TRACE, "output": "Rain."})
    assert read(lines(told)).ending.status == status
