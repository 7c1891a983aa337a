import copy
import json
import os
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import as_parquet, sessions_in, with_texts

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model import provenance
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
TRACE = "01a1fbdf-9113-7840-9ce0-ba00f6899e00"
USAGE = {"input_tokens": 40, "output_tokens": 15, "total_tokens": 55, "input_token_details": {"cache_read": 8}}
USAGE |= {"output_token_details": {"reasoning": 3}}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
ASKED = {"model": "gpt-5", "messages": [{"role": "user", "content": "Weather?"}], "tools": [TOOL], "seed": 7}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"location": "Paris"}'}}


def completion(message, **told):
    choice = {"index": 0, "finish_reason": "stop", "logprobs": None, "message": {"role": "assistant", **message}}
    given = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-5-2026", "choices": [choice]}
    return {**given, "usage_metadata": USAGE, **told}


def stamp(number):
    return f"20261121T0211{number:02}000000Z{TRACE[:-2]}{number:02}"


def run(number, kind="llm", **told):
    """Return a run of LangSmith's first API; number 0 is the root."""
    root = number == 0
    return {
        "id": f"{TRACE[:-2]}{number:02}",
        "name": kind,
        "run_type": kind,
        "start_time": f"2026-11-21T02:11:{number:02}",
        "end_time": f"2026-11-21T02:11:{number:02}.250000",
        "trace_id": TRACE,
        "parent_run_id": None if root else TRACE,
        "dotted_order": stamp(0) if root else f"{stamp(0)}.{stamp(number)}",
        "session_name": "travel",
        "extra": {"metadata": {"thread_id": "th-1", "ls_provider": "openai", "ls_model_name": "gpt-5", "team": "x"}},
        "tags": ["prod"],
        "error": None,
        **told,
    }


ROOT = run(0, "chain", name="agent", inputs={"q": "Weather?"}, outputs={"output": "Rain."})
ASKING = run(1, inputs=ASKED, outputs=completion({"content": None, "tool_calls": [CALL]}))
TOOL_RUN = run(2, "tool", name="get_weather", inputs={"location": "Paris"}, outputs={"output": "rain"})
ANSWERED = [*ASKED["messages"], {"role": "assistant", "tool_calls": [CALL]}]
ANSWERED += [{"role": "tool", "tool_call_id": "call_1", "content": "rain"}]
ANSWERING = run(
    3,
    inputs={**ASKED, "messages": ANSWERED, "stream": True},
    outputs=completion({"content": "Rain."}, object="chat.completion.chunk"),
)
FAILED_TEXT = "RateLimitError('Error code: 429 - slow')\n\nTraceback (most recent call last):\n  File \"a.py\", line 1"
FAILED = run(4, inputs=ASKED, outputs={"output": None}, error=FAILED_TEXT)
RUNS = [ANSWERING, TOOL_RUN, ASKING, FAILED, ROOT]


def second(value):
    """Return a run as LangSmith's second API has it."""
    told = copy.deepcopy(value)
    parent = told.pop("parent_run_id")
    metadata = told.pop("extra")["metadata"]
    told |= {"parent_run_ids": [parent] if parent else [], "run_type": told["run_type"].upper()}
    told |= {"status": "ERROR" if told["error"] else "SUCCESS", "thread_id": metadata.pop("thread_id")}
    return {**told, "metadata": metadata, "project_id": "p", "inputs_preview": "Wea…", "is_root": not parent}


def exported(value):
    """Return a run as the bulk export has it: objects as text."""
    return {key: json.dumps(item) if isinstance(item, dict | list) else item for key, item in value.items()}


def batch(values):
    """Return what an SDK sends: runs that begin, and runs that end."""
    ends = {"id", "trace_id", "dotted_order", "end_time", "outputs", "error", "extra"}
    begun = [{key: item for key, item in one.items() if key not in {"end_time", "outputs", "error"}} for one in values]
    return {
        "post": begun,
        "patch": [{key: item for key, item in one.items() if key in ends - {"id"}} for one in values],
    }


def lines(values):
    return b"\n".join(as_json(value) for value in values)


SHAPES = {
    "v1 json": as_json(RUNS),
    "v1 jsonl": lines(RUNS),
    "v1 nested": as_json({**ROOT, "child_runs": RUNS[:-1]}),
    "v2": as_json({"items": [second(one) for one in RUNS], "next_cursor": None}),
    "bulk": lines(exported(one) for one in RUNS),
    "ingest": as_json(batch(RUNS)),
    "ingest lines": lines(batch([one]) for one in RUNS),
}


def read(data):
    data = data if isinstance(data, bytes) else as_json(data)
    assert detect(FileDump("x", data), IMPORTERS).name == "langsmith"
    (session,) = sessions_in(data, "x")
    return session


def body(exchange):
    return loads(exchange.outcome.body.data)


def asked_of(exchange):
    return neutral.request_of(loads(exchange.call.body.data))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_an_export_is_the_same_session(shape):
    session = read(SHAPES[shape])
    assert session.header.id == TRACE
    assert [one.call.target for one in session.exchanges] == [
        "POST /chat/completions",
        "get_weather",
        "POST /chat/completions",
        "POST /chat/completions",
    ]
    facts = {"conversation": "th-1", "project": "travel", "name": "agent", "trace": TRACE, "tags": ["prod"]}
    assert session.header.metadata.items() >= facts.items()
    assert session.header.metadata["team"] == "x"
    assert session.header.metadata["input"] == {"q": "Weather?"}
    assert session.header.metadata["output"] == "Rain."
    asking, tool, _, failed = session.exchanges
    assert loads(asking.call.body.data) == ASKED
    assert asking.call.url == "https://api.openai.com/v1/chat/completions"
    assert tool.call.attributes["gen_ai.tool.call.id"] == "call_1"
    assert loads(tool.outcome.body.data) == "rain"
    assert neutral.failure_of(body(failed)) == ModelFailure(429, "RateLimitError", "Error code: 429 - slow")
    assert session.exchanges[0].started_at == 1795227061.0


def test_an_answer_is_the_providers_own_again():
    asking, _, answering, _ = read(RUNS).exchanges
    assert body(asking)["usage"]["prompt_tokens"] == 40
    assert body(asking)["usage"]["prompt_tokens_details"] == {"cached_tokens": 8}
    assert body(asking)["usage"]["completion_tokens_details"] == {"reasoning_tokens": 3}
    assert "usage_metadata" not in body(asking)
    assert body(answering)["object"] == "chat.completion"
    assert asking.provenance.lacked == ()
    assert loads(answering.call.body.data)["stream"] is True


def test_an_answers_object_among_the_messages_stands_as_it_was_sent():
    dumped = {
        "role": "assistant",
        "content": None,
        "audio": None,
        "refusal": None,
        "tool_calls": [{**CALL, "index": None}],
    }
    asked = {**ASKED, "messages": [dumped], "extra_body": {"top_k": 5}, "extra_headers": {"x": "y"}, "timeout": 3}
    (exchange,) = read([run(1, inputs=asked, outputs=completion({"content": "ok"}))]).exchanges
    sent = loads(exchange.call.body.data)
    assert sent == {**ASKED, "messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]}], "top_k": 5}


def test_the_responses_api():
    asked = {"model": "gpt-5", "input": "hi", "instructions": "Be brief."}
    item = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]}
    told = {"id": "resp_1", "object": "response", "output": [item], "status": "completed", "usage_metadata": USAGE}
    (exchange,) = read([run(1, inputs=asked, outputs=told)]).exchanges
    assert exchange.call.target == "POST /responses"
    assert body(exchange)["usage"]["input_tokens_details"] == {"cached_tokens": 8, "cache_write_tokens": 0}


def test_anthropics_messages():
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    told = {
        "id": "msg_1",
        "role": "assistant",
        "model": "claude-x",
        "content": "Let me look.",
        "stop_reason": "tool_use",
    }
    told |= {
        "tool_calls": [{**CALL, "index": 0}],
        "usage_metadata": {**USAGE, "input_token_details": {"cache_read": 8}},
    }
    asked = {"model": "claude-x", "max_tokens": 9, "messages": said, "tools": [{"name": "f", "input_schema": {}}]}
    (exchange,) = read([run(1, inputs=asked, outputs=told)]).exchanges
    assert exchange.call.url == "https://api.anthropic.com/v1/messages"
    assert loads(exchange.call.body.data) == {**asked, "system": "Be brief.", "messages": said[1:]}
    content = [{"type": "text", "text": "Let me look."}]
    content += [{"type": "tool_use", "id": "call_1", "name": "get_weather", "input": {"location": "Paris"}}]
    assert (body(exchange)["type"], body(exchange)["content"]) == ("message", content)
    assert body(exchange)["usage"]["input_tokens"] == 32


def lc(kind, **fields):
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", kind], "kwargs": fields}


GENERATED = {
    "generations": [
        [
            {
                "text": "",
                "generation_info": {"finish_reason": "tool_calls"},
                "message": lc(
                    "AIMessage",
                    content="",
                    tool_calls=[{"name": "f", "args": {"x": 1}, "id": "c1", "type": "tool_call"}],
                    usage_metadata=USAGE,
                    response_metadata={"model_name": "gpt-5-2026", "id": "chatcmpl-7", "finish_reason": "tool_calls"},
                ),
            }
        ]
    ]
}
SETTINGS = {
    "model": "gpt-5",
    "stream": False,
    "_type": "openai-chat",
    "stop": None,
    "temperature": 0.5,
    "tools": [TOOL],
}
MESSAGES = [lc("SystemMessage", content="Be brief."), lc("HumanMessage", content=[{"type": "text", "text": "hi"}])]
MESSAGES += [lc("AIMessageChunk", content="", tool_calls=[{"name": "f", "args": {}, "id": "c0"}])]
MESSAGES += [lc("ToolMessage", content="r", tool_call_id="c0", status="error")]


def langchain_run(**told):
    extra = {"invocation_params": SETTINGS, "metadata": {"ls_provider": "openai"}}
    return run(1, extra=extra, **{"inputs": {"messages": [MESSAGES]}, "outputs": GENERATED, **told})


def test_a_run_of_langchain():
    (exchange,) = read([langchain_run()]).exchanges
    asked = asked_of(exchange)
    assert asked.system == ({"type": "text", "content": "Be brief."},)
    assert [one.role for one in asked.messages] == ["user", "assistant", "tool"]
    failed = {"type": "tool_call_response", "id": "c0", "response": "r", "is_error": True}
    assert asked.messages[2].parts == (failed,)
    assert asked.parameters == {"gen_ai.request.temperature": 0.5}
    assert (asked.model, asked.provider, asked.stream) == ("gpt-5", "openai", False)
    assert [tool["name"] for tool in asked.tools] == ["get_weather"]
    answer = neutral.response_of(body(exchange))
    assert (answer.id, answer.model, answer.usage.input_tokens) == ("chatcmpl-7", "gpt-5-2026", 40)
    assert answer.choices[0].finish_reason == "tool_call"
    assert answer.choices[0].parts == ({"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},)
    assert set(exchange.provenance.lacked) == {"parameters", "tool choice", "response format", "stream flag"}


def test_a_run_of_langchain_that_streamed_by_itself():
    (exchange,) = read([langchain_run(events=[{"name": "start"}, {"name": "new_token"}, {"name": "end"}])]).exchanges
    assert asked_of(exchange).stream is True
    assert "stream flag" not in exchange.provenance.lacked


def test_prompts_alone_do_not_tell_who_said_what():
    (exchange,) = read([langchain_run(inputs={"prompts": ["System: s\nHuman: hi"]})]).exchanges
    assert {provenance.MESSAGES, provenance.SYSTEM} <= set(exchange.provenance.lacked)


def test_a_tool_of_langchain_tells_its_call():
    message = lc("ToolMessage", content="rain", tool_call_id="c1", name="f", status="success")
    tool = run(2, "tool", name="f", inputs={"input": "{'x': 1}"}, outputs={"output": message})
    _, exchange = read([langchain_run(), tool]).exchanges
    assert loads(exchange.call.body.data) == {"x": 1}
    assert exchange.call.attributes["gen_ai.tool.call.id"] == "c1"
    assert loads(exchange.outcome.body.data) == "rain"


def test_a_tool_that_raised():
    tool = run(
        2,
        "tool",
        name="get_weather",
        inputs={"location": "Paris"},
        error="ValueError('no')\n\nTraceback (most recent call last):\n  File",
    )
    assert read([ASKING, tool]).exchanges[1].outcome == Raised("ValueError", "no")


def test_one_call_told_by_langchain_and_by_the_sdk_is_one():
    inner = run(5, inputs=ASKED, outputs=completion({"content": "x"}), parent_run_id=f"{TRACE[:-2]}01")
    (exchange,) = read([langchain_run(), inner]).exchanges
    assert exchange.call.target == "POST /chat/completions"


def test_a_run_that_is_not_over_is_in_doubt():
    session = read([*RUNS, run(6, inputs=ASKED, outputs=None, end_time=None)])
    assert len(session.in_doubt) == 1


def test_a_trace_that_is_one_call_has_its_facts():
    session = read([run(0, inputs=ASKED, outputs=completion({"content": "ok"}))])
    assert session.header.metadata["conversation"] == "th-1"
    assert (session.header.metadata["input"], session.header.metadata["output"]) == ("Weather?", "ok")


@pytest.mark.parametrize(
    ("told", "remedy"),
    [
        ({"inputs": {}, "outputs": {}}, "LANGSMITH_HIDE_INPUTS"),
        ({"inputs_preview": "Wea…"}, "inputs and outputs"),
    ],
)
def test_runs_without_content_name_the_setting(told, remedy):
    bare = {key: item for key, item in run(1).items() if key not in {"inputs", "outputs"}}
    with pytest.raises(MissingContent) as refused:
        read([{**bare, **told}])
    assert remedy in refused.value.remedy


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_the_corpus():
    folder = SHARED / "corpus/langsmith-run/langchain-ai__langsmith-sdk"
    for path in folder.glob("*.json"):
        (exchange,) = read(path.read_bytes()).exchanges
        assert body(exchange)["choices"][0]["finish_reason"] == "stop"
        assert body(exchange)["object"] == "chat.completion"
    for path in folder.glob("*.jsonl"):
        with pytest.raises(OaoError, match="this looks like"):
            sessions_in(path.read_bytes(), "x")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_the_sample():
    data = (SHARED / "samples/langsmith_runs_v1.jsonl").read_bytes()
    assert [len(session.exchanges) for session in sessions_in(data, "x")] == [4, 1]


def test_a_file_of_parquet():
    (session,) = sessions_in(as_parquet(with_texts(exported(one)) for one in RUNS), "x")
    assert session.header.origin.format == "langsmith"
    assert len(session.exchanges) == 4


STAYS = {"id", "trace_id", "parent_run_id", "dotted_order", "run_type", "start_time", "end_time", "tool_call_id", "lc"}


@pytest.mark.parametrize("value", [RUNS, [langchain_run()], batch(RUNS)], ids=["v1", "langchain", "ingest"])
def test_no_secret_comes_into_a_cassette(value, tmp_path):
    assert_clean(sessions_in(as_json(planted(value, STAYS | {"parent_run_ids", "type"})), "x", "langsmith"), tmp_path)


@settings(deadline=None)
@given(mutated([RUNS, [langchain_run()], batch(RUNS), [second(one) for one in RUNS], [exported(one) for one in RUNS]]))
def test_a_broken_export_is_refused(value):
    survives(as_json(value), "langsmith")


@settings(deadline=None)
@given(JSON_VALUES)
def test_any_json_is_refused_or_read(value):
    survives(as_json(value), "langsmith")
    survives(as_json([run(1, inputs=value, outputs=value)]), "langsmith")
