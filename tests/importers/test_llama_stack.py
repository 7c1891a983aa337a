import json
import os
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in

from pytest_oao.errors import OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.outcomes import Streamed
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
CHUNK = "openai.types.chat.chat_completion_chunk.ChatCompletionChunk"
COMPLETION = {"id": "rec-0123456789ab", "object": "chat.completion", "created": 0, "model": "m", "choices": []}


def recording(body, url="http://h:1/v1/v1/chat/completions", **response):
    arguments = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "timeout": 5, "extra_body": {"k": 1}}
    request = {"method": "POST", "url": url, "headers": {}, "body": arguments, "endpoint": url[11:], "model": "m"}
    told = {"body": body, "is_streaming": isinstance(body, list), **response}
    return {"test_id": "t::one", "request": request, "response": told, "id_normalization_mapping": {}}


def typed(name, data):
    return {"__type__": name, "__data__": data}


WHOLE = recording(typed("openai.types.chat.chat_completion.ChatCompletion", COMPLETION))
STREAM = recording([typed(CHUNK, {"id": "c1", "choices": []}), typed(CHUNK, {"id": "c1", "choices": []})])
TOOL = {
    "test_id": "t::one",
    "request": {"test_id": "t::one", "provider": "tavily", "tool_name": "search", "kwargs": {"query": "rain"}},
    "response": {"body": typed("llama_stack_api.ToolInvocationResult", {"content": "wet"}), "is_streaming": False},
}
OTHER = {
    "test_id": "t::one",
    "request": {"test_id": "t::one", "url": "http://h:1/rerank", "method": "POST", "payload": {"query": "q"}},
    "response": {"status": 200, "body": {"results": []}, "is_streaming": False},
}
BROKEN = {"category": "provider_sdk", "type": "RateLimitError", "message": "slow", "status_code": 429, "body": {"m": 1}}
SAMPLES = [WHOLE, STREAM, TOOL, OTHER, recording(None, is_exception=True, exception_data=BROKEN)]


def read(*values):
    data = b"\n".join(as_json(value) for value in values)
    assert detect(FileDump("x", data), IMPORTERS).name == "llama-stack"
    (session,) = sessions_in(data, "x")
    return session


def only(value):
    (exchange,) = read(value).exchanges
    return exchange


def test_a_completion_is_what_the_sdk_read():
    exchange = only(WHOLE)
    assert exchange.call.target == "POST /chat/completions"
    assert exchange.call.url == "http://h:1/v1/chat/completions"
    assert loads(exchange.call.body.data) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "k": 1,
    }
    assert loads(exchange.outcome.body.data) == COMPLETION
    assert exchange.provenance.lacked == ("response id",)


def test_chunks_are_a_stream():
    outcome = only(STREAM).outcome
    assert isinstance(outcome, Streamed)
    assert outcome.body.data.count(b"\n\n") == 3
    assert outcome.body.data.endswith(b"data: [DONE]\n\n")
    assert outcome.head.headers == (("content-type", "text/event-stream"),)


def test_events_of_the_responses_api_have_names_and_no_end_mark():
    name = "openai.types.responses.response_created_event.ResponseCreatedEvent"
    url = "http://h:1/v1/responses"
    data = only(recording([typed(name, {"type": "response.created"})], url)).outcome.body.data
    assert data == b'event: response.created\ndata: {"type":"response.created"}\n\n'


@pytest.mark.parametrize("name", ["", "a\nb", "\ud800"])
def test_an_event_whose_name_no_line_can_hold_is_told_without(name):
    kind = "openai.types.responses.response_created_event.ResponseCreatedEvent"
    data = only(recording([typed(kind, {"type": name})], "http://h:1/v1/responses")).outcome.body.data
    assert data.startswith(b'data: {"type":')


def test_a_chat_that_was_written_down_as_a_completion_is_a_chat():
    body = [typed(CHUNK, {"id": "c1", "choices": []})]
    assert only(recording(body, "http://h:1/v1/v1/completions")).call.target == "POST /chat/completions"


def test_ollamas_own_stream_is_of_lines():
    body = [typed("ollama._types.ChatResponse", {"done": False}), typed("ollama._types.ChatResponse", {"done": True})]
    outcome = only(recording(body, "http://h:1/api/chat")).outcome
    assert outcome.body.data == b'{"done":false}\n{"done":true}\n'


def test_a_list_of_models_is_asked_by_get():
    body = [typed("openai.types.model.Model", {"id": "m", "object": "model"})]
    exchange = only(recording(body, "http://h:1/v1/models"))
    assert exchange.call.target == "GET http://h:1/v1/models"
    assert exchange.call.body.data == b""
    assert loads(exchange.outcome.body.data) == {"object": "list", "data": [{"id": "m", "object": "model"}]}


def test_an_error_of_the_api_is_its_answer():
    outcome = only(recording(None, is_exception=True, exception_data=BROKEN)).outcome
    assert outcome.head.status == 429
    assert outcome.body.data == b'{"error":{"m":1}}'


def test_an_error_without_a_body_is_told_by_its_name():
    data = {"category": "unknown", "type": "APITimeoutError", "message": "late"}
    outcome = only(recording(None, is_exception=True, exception_data=data)).outcome
    assert neutral.failure_of(loads(outcome.body.data)) == ModelFailure(type="APITimeoutError", message="late")


def test_a_stream_that_broke_is_not_ended():
    chunks = [typed(CHUNK, {"id": "c1"})]
    told = only(recording(chunks, is_exception=True, exception_data=BROKEN))
    assert told.outcome.body.data == b'data: {"id":"c1"}\n\ndata: {"error":{"m":1}}\n\n'
    assert told.provenance.truncated == ()
    cut = only(recording(chunks, is_exception=True, exception_data={"type": "ReadError"}))
    assert cut.outcome.body.data == b'data: {"id":"c1"}\n\n'
    assert cut.provenance.truncated == ("end of the stream",)


def test_recordings_of_one_test_are_one_session():
    session = read(WHOLE, TOOL, OTHER)
    assert session.header.id == "t::one"
    model, tool, other = session.exchanges
    assert model.call.kind == "chat"
    assert (tool.call.kind, tool.call.target) == ("execute_tool", "search")
    assert loads(tool.outcome.body.data) == {"content": "wet"}
    assert other.call.target == "POST http://h:1/rerank"
    other_test = {**STREAM, "test_id": "t::two"}
    assert len(sessions_in(as_json([WHOLE, other_test]), "x", "llama-stack")) == 2


@pytest.mark.parametrize("status", [0, 99, 1000])
def test_a_status_that_is_none_is_an_error(status):
    broken = {**OTHER, "response": {"status": status, "body": {}}}
    with pytest.raises(OaoError, match="no HTTP status"):
        sessions_in(as_json(broken), "x", "llama-stack")


def test_a_recording_without_its_request_is_an_error():
    with pytest.raises(OaoError, match="expected"):
        sessions_in(as_json({**WHOLE, "request": None}), "x", "llama-stack")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_the_corpus_is_read():
    for path in SHARED.glob("corpus/llama-stack/*/*"):
        (session,) = sessions_in(path.read_bytes(), path.name)
        (exchange,) = session.exchanges
        assert exchange.call.target == "POST /chat/completions"
        assert exchange.outcome.body.data.endswith(b"data: [DONE]\n\n")
        assert exchange.attributes["gen_ai.response.finish_reasons"] == ["stop"]


def test_secrets_do_not_reach_a_cassette(tmp_path):
    kept = {"test_id", "__type__", "url", "method", "endpoint", "type", "category"}
    assert_clean([read(planted(sample, kept)) for sample in SAMPLES], tmp_path)


@settings(deadline=None, max_examples=60)
@given(mutated(SAMPLES))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "llama-stack")


@settings(deadline=None, max_examples=30)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(json.dumps(value).encode(), "llama-stack")
