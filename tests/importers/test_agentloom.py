import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in

from pytest_oao.errors import UnknownFormat
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads


def answer(content, **fields):
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    told = {"content": content, "model": "gpt-4o-mini", "usage": usage, "cost_usd": 0.1, "finish_reason": "stop"}
    return told | fields


TOOL = {"id": "c1", "name": "get", "arguments": {"url": "https://e.example/"}}
RECORDING = {
    "_version": 2,
    "plan": answer("One."),
    "ask.v2": [answer("", tool_calls=[TOOL], finish_reason="tool_calls"), answer("Two.", provider="openai")],
}
VECTORS = {"model": "text-embedding-3-small", "embeddings": [[0.5, 1]], "usage": {"prompt_tokens": 2}, "cost_usd": 0}


def read(value):
    data = as_json(value)
    assert detect(FileDump("x", data), IMPORTERS).name == "agentloom"
    (session,) = sessions_in(data, "x.json")
    return session


def test_steps_and_their_turns_are_calls():
    session = read(RECORDING)
    assert [one.provenance.source_id for one in session.exchanges] == ["plan#1", "ask.v2#2", "ask.v2#3"]
    first, asking, _ = (neutral.response_of(loads(one.outcome.body.data)) for one in session.exchanges)
    assert first.choices[0].parts == ({"type": "text", "content": "One."},)
    assert (first.choices[0].finish_reason, first.usage.input_tokens, first.usage.output_tokens) == ("stop", 3, 2)
    assert asking.choices[0].parts == ({"type": "tool_call", **TOOL},)
    assert asking.choices[0].finish_reason == "tool_call"
    assert neutral.request_of(loads(session.exchanges[2].call.body.data)).provider == "openai"
    assert "request messages" in session.exchanges[0].provenance.lacked
    assert session.header.metadata["output"] == "Two."


def test_the_first_version_had_no_number():
    (only,) = read({"0f" * 32: answer("One.", latency_ms=1.5)}).exchanges
    assert only.call.target == "MODEL gpt-4o-mini"


def test_vectors_are_in_openais_words():
    (only,) = read({"_version": 2, "vectorize": VECTORS}).exchanges
    assert only.call.kind == "embeddings"
    assert loads(only.outcome.body.data)["data"] == [{"object": "embedding", "index": 0, "embedding": [0.5, 1]}]
    with pytest.raises(UnknownFormat, match="embeddings of 'ollama'"):
        read({"_version": 2, "vectorize": {**VECTORS, "provider": "ollama"}})


@pytest.mark.parametrize("value", [{"_version": 2, "other": {"model": "m"}}, {"x": 1, "step": answer("One.")}])
def test_other_files_are_not_taken_for_recordings(value):
    with pytest.raises(UnknownFormat, match="this looks like"):
        detect(FileDump("x", as_json(value)), IMPORTERS)


def test_secrets_do_not_reach_a_cassette(tmp_path):
    assert_clean([read(planted(RECORDING, {"finish_reason"}))], tmp_path)


@settings(deadline=None, max_examples=60)
@given(mutated([RECORDING, {"_version": 2, "vectorize": VECTORS}]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "agentloom")


@settings(deadline=None, max_examples=30)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(as_json(value), "agentloom")
