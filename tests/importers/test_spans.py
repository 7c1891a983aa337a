"""Spans that are broken, that hold secrets, and those that others recorded."""

import base64
import gzip
import json
import os
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from hypothesis import strategies as st
from importer_samples import sessions_in
from span_builders import batch, found, span
from test_span_dialects import ASKED, CAME, FLAT, LLM, NUMBERED, STEP, frame, genai, langfuse, phoenix

from pytest_oao.errors import MissingContent
from pytest_oao.model.kinds import TOOL

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
CAPTURED = Path(__file__).parents[1] / "acceptance" / "platform_exports"
QUESTION = {"role": "user", "parts": [{"type": "text", "content": "hi"}]}
RAW = {**LLM, "input.value": json.dumps(ASKED), "output.value": json.dumps(CAME)}
GENERATION = langfuse("generation", input=json.dumps(ASKED["messages"]), output=json.dumps({"content": "hello"}))
MLFLOW = {
    "info": {"trace_id": "tr-1", "trace_metadata": {"mlflow.trace.session": "s"}, "tags": {"team": "a"}},
    "data": {
        "spans": [
            {
                "trace_id": base64.b64encode(bytes(16)).decode(),
                "span_id": base64.b64encode(bytes(8)).decode(),
                "name": "chat",
                "start_time_unix_nano": 1,
                "end_time_unix_nano": 2,
                "status": {"code": "STATUS_CODE_OK"},
                "events": [],
                "attributes": {
                    "mlflow.spanType": '"LLM"',
                    "mlflow.spanInputs": json.dumps(ASKED),
                    "mlflow.spanOutputs": json.dumps(CAME),
                },
            }
        ]
    },
}


def captured(name):
    """Return the lines of a captured export."""
    data = (CAPTURED / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    return [json.loads(line) for line in data.splitlines()]


def listed(told):
    """Return lists of keys and values as objects, whose values can be changed one by one."""
    if isinstance(told, list):
        return [listed(item) for item in told]
    return {key: listed(item) for key, item in told.items()} if isinstance(told, dict) else told


SPANS = [
    batch([span("root", {"openinference.span.kind": "AGENT", "input.value": "hi"}), span("a", FLAT, parent="root")]),
    batch([span("a", RAW, error=("RateLimitError", "Error code: 429 - {'error': {}}"))]),
    batch([span("a", genai([QUESTION], [QUESTION]))]),
    batch([span("a", NUMBERED)]),
    batch([span("step", STEP)]),
    batch([span("a", GENERATION)]),
    batch([span("t", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": '{"a": 1}'})]),
    *captured("otel_openai_v2_spans.jsonl"),
    *captured("otel_pydantic_ai.jsonl.gz"),
    {line: told for one in captured("otel_openai_v2_events.jsonl") for line, told in one.items()},
]


@settings(deadline=None)
@given(mutated(SPANS))
def test_a_broken_batch_is_refused(value):
    survives(as_json(value), "otlp")


@settings(deadline=None)
@given(mutated([FLAT, RAW, NUMBERED, STEP, GENERATION, genai([QUESTION], [QUESTION])]))
def test_attributes_that_say_anything_are_read_or_refused(value):
    told = value if isinstance(value, dict) else {"gen_ai.operation.name": "chat", "gen_ai.input.messages": value}
    one = {**span("a"), "attributes": {str(key): item for key, item in told.items()}}
    survives(as_json(batch([one])), "otlp")


@settings(deadline=None)
@given(mutated([phoenix(FLAT), frame(FLAT), {"data": [phoenix(RAW)]}]))
def test_a_broken_span_of_phoenix_is_refused(value):
    survives(as_json(value), "phoenix")


@settings(deadline=None)
@given(mutated([MLFLOW]))
def test_a_broken_trace_of_mlflow_is_refused(value):
    survives(as_json(value), "mlflow")


@settings(deadline=None)
@given(JSON_VALUES, st.sampled_from(["otlp", "phoenix", "mlflow", "otel-spans"]))
def test_any_json_is_refused_or_read(value, name):
    survives(as_json(value), name)


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 13_000))
def test_any_bytes_in_protobuf_are_refused_or_read(noise, at):
    data = (CAPTURED / "otel_openinference_openai.binpb").read_bytes()
    survives(data[:at] + noise + data[at + len(noise) :], "otlp")


STAYS = {
    *("traceId", "spanId", "parentSpanId", "startTimeUnixNano", "endTimeUnixNano", "key", "intValue", "code"),
    *("trace_id", "span_id", "parent_span_id", "openinference.span.kind", "span_kind", "start_time", "end_time"),
    *("mlflow.spanType", "langfuse.observation.type", "ai.operationId", "gen_ai.operation.name", "llm.request.type"),
}
SECRET_SPANS = [
    [{**span("a"), "attributes": told, "status": {"code": code, "message": "it failed"}} for code in (0, 2)]
    for told in (FLAT, RAW, NUMBERED, STEP, GENERATION, genai([QUESTION], [QUESTION]))
]


@pytest.mark.parametrize("spans", SECRET_SPANS, ids=["flat", "raw", "numbered", "ai-sdk", "langfuse", "genai"])
def test_no_secret_of_a_span_comes_into_a_cassette(spans, tmp_path):
    for number, one in enumerate(spans):
        told = batch([planted(one, STAYS)])
        for place in ("input", "output"):  # JSON in texts stays JSON
            for key, item in one["attributes"].items():
                if isinstance(item, str) and item[:1] in "{[" and (place in key or "messages" in key or "Calls" in key):
                    told["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"][key] = json.dumps(
                        planted(json.loads(item), {"role", "type", "object"})
                    )
        sessions = [each for each in found(as_json(told)) if not isinstance(each, Exception)]
        assert sessions
        (tmp_path / str(number)).mkdir()
        assert_clean(sessions, tmp_path / str(number))


@pytest.mark.parametrize(("value", "name"), [(phoenix(RAW), "phoenix"), (MLFLOW, "mlflow")], ids=["phoenix", "mlflow"])
def test_no_secret_of_a_trace_comes_into_a_cassette(value, name, tmp_path):
    keep = STAYS | {"input.value", "output.value", "mlflow.spanInputs", "mlflow.spanOutputs"}
    assert_clean(sessions_in(as_json(planted(value, keep)), "x", name), tmp_path)


CORPUS = {
    "openinference-lc-anthropic/test_chat_models.py_test_agent_loop_streaming_v1-True_.otlp.json": ["m", "t", "m"],
    "openinference-lc-anthropic/test_chat_models.py_test_agent_loop_v1_.otlp.json": ["m", "t", "m"],
    "openinference-lc-anthropic/test_chat_models.py_test_programmatic_tool_use_v1_.otlp.json": ["mtm"],
    "openinference-lc-anthropic/test_chat_models.py_test_remote_mcp_v1_.otlp.json": ["m", "m", "m"],
    "openllmetry-anthropic/test_messages.py_test_anthropic_tools_streaming_legacy.otlp.json": ["m"],
    "openllmetry-bedrock/test_anthropic.py_test_anthropic_converse_stream_with_tool_use.otlp.json": ["m"],
    "openllmetry-langchain/test_agents.py_test_agents.otlp.json": ["mtm"],
    "openllmetry-openai-agents/test_openai_agents.py_test_tool_call_and_result_attributes.otlp.json": ["mtm"],
    "openllmetry-openai-agents/test_recipe_agents_hierarchy.py_test_recipe_agents_hierarchy.otlp.json": [
        "mtmtmtm",
        "mtmtm",
    ],
}
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")


def sequence(session):
    return "".join("t" if one.call.kind == TOOL else "m" for one in session.exchanges)


@needs_shared
@pytest.mark.parametrize("name", CORPUS)
def test_the_corpus(name):
    sessions = sessions_in((SHARED / "corpus/otlp-json-derived" / name).read_bytes(), "x")
    assert [sequence(session) for session in sessions] == CORPUS[name]


@needs_shared
def test_the_corpus_of_the_ai_sdk():
    (path,) = (SHARED / "corpus/ai-sdk-spans").glob("*/*")
    assert [sequence(session) for session in sessions_in(path.read_bytes(), "x")] == ["m", "m", "m", "m"]


@needs_shared
def test_spans_of_the_corpus_without_their_log_records_are_refused():
    (path,) = (SHARED / "corpus/otlp-json-derived/openllmetry-anthropic").glob("*with_events*")
    with pytest.raises(MissingContent, match="TRACELOOP_TRACE_CONTENT"):
        sessions_in(path.read_bytes(), "x")


DUMPS = {"spans_openinference_attrs.json": 9, "spans_otel_openai_v2_attrs.json": 4, "spans_traceloop_attrs.json": 0}


@needs_shared
@pytest.mark.parametrize("name", DUMPS)
def test_attributes_that_were_captured_are_read(name):
    dumped = json.loads((SHARED / "samples" / name).read_bytes())
    for number, one in enumerate(dumped):
        error = ("RateLimitError", "slow") if one["status"] == "ERROR" else None
        told = {**span(f"s{number}", one["attributes"], error=error), "name": one["name"]}
        (session,) = sessions_in(as_json(batch([told], scope=one["scope"])), "x")
        assert len(session.exchanges) == 1
