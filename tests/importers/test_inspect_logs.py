import io
import json
import os
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, OaoError, UnreadableFile
from pytest_oao.importers import inspect_samples
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Raised, was_made
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
PIXEL = "data:image/png;base64,iVBORw0KGgo="
HEADER = {
    "version": 2,
    "status": "success",
    "eval": {"task": "folder/weather", "model": "openai/gpt-4o-mini", "run_id": "r1", "eval_id": "e1", "tags": ["ci"]},
}
ANSWER = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-mini",
    "object": "chat.completion",
    "created": 1,
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "rain", "arguments": "{}"}}],
            },
        }
    ],
}


def moment(second):
    return f"2026-11-21T10:00:{second:02}.500000+00:00"


def event(kind, second=0, **fields):
    return {"event": kind, "uuid": f"{kind}-{second}", "span_id": "work", "timestamp": moment(second), **fields}


def model_event(second=1, **fields):
    request = {"model": "gpt-4o-mini", "extra_headers": {"x-irid": "abc"}}
    call = {"request": request, "response": ANSWER, "call_refs": [[0, 1]], "call_key": "messages"}
    told = {"model": "openai/gpt-4o-mini", "input": [], "input_refs": [[0, 1]], "call": call, "tools": [], "config": {}}
    return event("model", second, **{**told, "completed": moment(second + 1), **fields})


def sample(*events, **fields):
    return {
        "id": 1,
        "epoch": 2,
        "uuid": "abcdefghij",
        "input": "Rain?",
        "target": "yes",
        "messages": [],
        "output": {"completion": "attachment://a1"},
        "scores": {"match": {"value": "C"}},
        "metadata": {"level": 3, "epoch": "late"},
        "events": [
            event("span_begin", id="start", type="init", name="init"),
            event("sandbox", span_id="start", action="exec", cmd="set up", result=0, output=""),
            event("span_begin", id="work", type="solver", name="generate"),
            *events,
            event("span_begin", 50, id="judging", type="scorers", name="scorers"),
            event("span_begin", 51, id="judge", parent_id="judging", type="scorer", name="model_graded"),
            model_event(52, span_id="judge"),
        ],
        "attachments": {"a1": "It rains.", "pixel": PIXEL},
        "events_data": {
            "messages": [{"role": "user", "content": "Rain?"}],
            "calls": [{"role": "user", "content": "Rain?"}, {"role": "user", "content": "attachment://a1"}],
        },
        **fields,
    }


TOOL = event("tool", 3, id="c1", function="rain", arguments={"place": "x"}, result="yes", completed=moment(6))
TOOL_SPAN = event("span_begin", 3, id="tool-span", parent_id="work", type="tool", name="rain")
COMMAND = event(
    "sandbox", 4, span_id="tool-span", action="exec", cmd="ls", options={"timeout": 5}, result=0, output="a\n"
)
FULL = sample(model_event(), TOOL_SPAN, TOOL, COMMAND)


def archive(*samples, header=HEADER, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        packed.writestr("_journal/start.json", json.dumps(header))
        for one in samples:
            packed.writestr(f"samples/{one.get('id')}_epoch_{one.get('epoch')}.json", json.dumps(one))
        packed.writestr("summaries.json", "[]")
        packed.writestr("header.json", json.dumps(header))
    return out.getvalue()


def document(*samples):
    return as_json({**HEADER, "samples": list(samples)})


def zstd_archive(name, content):
    """Write what zipfile cannot before Python 3.14: a member packed by zstd."""
    zstandard = pytest.importorskip("zstandard")
    packed = zstandard.ZstdCompressor().compress(content)
    head = struct.pack("<HHHHHIIIHH", 20, 0, 93, 0, 0, 0, len(packed), len(content), len(name), 0)
    local = b"PK\3\4" + head + name + packed
    entry = struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 93, 0, 0, 0, len(packed), len(content), len(name), *[0] * 6)
    central = b"PK\1\2" + entry + name
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def read(data):
    assert detect(FileDump("x", data), IMPORTERS).name == "inspect"
    return sessions_in(data, "x.eval")


def only(*events, **fields):
    (session,) = read(document(sample(*events, **fields)))
    return session


def test_a_sample_and_its_epoch_are_a_session():
    first, second = read(archive(FULL, {**FULL, "id": "b", "epoch": 1}))
    assert (first.header.id, second.header.id) == ("weather-1-epoch-2-abcdefgh", "weather-b-epoch-1-abcdefgh")
    assert first.header.origin.lacked == ("exact bytes", "chunks", "HTTP calls")
    assert first.ending.status == "passed"
    told = first.header.metadata
    assert (told["input"], told["output"], told["tags"]) == ("Rain?", "It rains.", ["ci"])
    assert (told["sample"], told["epoch"], told["level"], told["scores"]) == (1, 2, 3, {"match": "C"})
    assert told["metadata"] == {"epoch": "late"}


def test_a_model_call_is_the_providers_own():
    exchange = only(model_event()).exchanges[0]
    call = exchange.call
    assert call.target == "POST /chat/completions"
    assert call.url == "https://api.openai.com/v1/chat/completions"
    assert loads(call.body.data) == {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Rain?"}]}
    assert loads(exchange.outcome.body.data) == ANSWER


def test_the_evaluations_own_calls_are_left_out():
    assert [one.call.kind for one in only(model_event()).exchanges] == ["chat"]


def test_what_a_tool_ran_in_the_sandbox_stands_below_it():
    (session,) = read(archive(FULL))
    model, tool, command = session.exchanges
    assert (tool.call.target, tool.call.attributes["gen_ai.tool.call.id"]) == ("rain", "c1")
    assert (tool.started_at, tool.duration) == (pytest.approx(1795255203.5), 3.0)
    assert (command.call.target, command.call.parent) == ("sandbox_exec", tool.seq)
    assert loads(command.call.body.data) == {"cmd": "ls", "options": {"timeout": 5}}
    assert loads(command.outcome.body.data) == {"returncode": 0, "output": "a\n"}
    assert model.call.parent is None


def test_a_long_output_of_the_sandbox_was_cut():
    long = {**COMMAND, "output": "line\n" * 100}
    assert only(model_event(), long).exchanges[1].provenance.truncated == ("tool result",)
    cut = {**TOOL, "truncated": [20_000, 16_384]}
    assert only(model_event(), cut).exchanges[1].provenance.truncated == ("tool result",)


def test_a_tool_that_failed_raised():
    failed = {**TOOL, "error": {"type": "timeout", "message": "too late"}}
    assert only(model_event(), failed).exchanges[1].outcome == Raised("timeout", "too late")


def test_a_tool_that_was_not_approved_was_not_made():
    refused = {**TOOL, "result": "", "error": {"type": "approval", "message": "Rejected by alice."}}
    outcome = only(model_event(), refused).exchanges[1].outcome
    assert outcome == Raised("ToolRefused", "Rejected by alice.")
    assert not was_made(outcome)


def test_a_tool_that_never_ended_is_in_doubt():
    running = {**TOOL, "completed": None, "pending": True}
    session = only(model_event(), running)
    assert [call.target for call in session.in_doubt] == ["rain"]


def test_an_attachment_stands_where_it_belongs():
    call = model_event()["call"] | {"call_refs": [[1, 2]]}
    body = loads(only(model_event(call=call)).exchanges[0].call.body.data)
    assert body["messages"] == [{"role": "user", "content": "It rains."}]


def test_a_missing_attachment_is_marked():
    call = model_event()["call"] | {"call_refs": None, "call_key": None}
    call["request"] = {"messages": [{"role": "user", "content": "attachment://gone"}]}
    assert only(model_event(call=call)).exchanges[0].provenance.truncated == ("request messages",)


def image_call(url="<base64-data-removed>"):
    blocks = [{"type": "image_url", "image_url": {"url": url}}]
    request = {"messages": [{"role": "user", "content": blocks}]}
    return {"request": request, "response": ANSWER}


def test_an_image_is_put_back_from_the_messages():
    given = [{"role": "user", "content": [{"type": "image", "image": "attachment://pixel"}]}]
    exchange = only(model_event(call=image_call(), input=given, input_refs=None)).exchanges[0]
    assert loads(exchange.call.body.data)["messages"][0]["content"][0]["image_url"]["url"] == PIXEL
    assert (exchange.provenance.inferred, exchange.provenance.truncated) == (("media",), ())


def test_anthropics_images_have_their_type_beside_them():
    source = {"type": "base64", "media_type": "image/png", "data": "<base64-data-removed>"}
    request = {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}
    call = {"request": request, "response": {"type": "message", "content": []}}
    given = [{"role": "user", "content": [{"type": "image", "image": PIXEL}]}]
    exchange = only(model_event(call=call, input=given, input_refs=None, model="anthropic/claude")).exchanges[0]
    assert exchange.call.target == "POST /messages"
    assert loads(exchange.call.body.data)["messages"][0]["content"][0]["source"]["data"] == "iVBORw0KGgo="


def test_an_image_that_is_nowhere_is_marked():
    exchange = only(model_event(call=image_call())).exchanges[0]
    assert (exchange.provenance.inferred, exchange.provenance.truncated) == ((), ("media",))


def test_an_error_is_the_apis_answer():
    call = model_event()["call"] | {"response": {"message": "bad", "type": "invalid_request_error"}, "error": True}
    outcome = only(model_event(call=call, error="Error code: 400 - bad")).exchanges[0].outcome
    assert outcome.head.status == 400
    assert loads(outcome.body.data) == {"error": {"message": "bad", "type": "invalid_request_error"}}


def test_an_error_without_an_answer_is_told_by_its_text():
    call = model_event()["call"] | {"response": None}
    exchange = only(model_event(call=call, error="Connection error.")).exchanges[0]
    assert neutral.failure_of(loads(exchange.outcome.body.data)).message == "Connection error."
    assert "error body" in exchange.provenance.lacked


def test_attempts_before_it_are_lacked():
    assert "HTTP calls" in only(model_event(retries=2)).exchanges[0].provenance.lacked


NEUTRAL = {
    "model": "mockllm/model",
    "call": None,
    "input_refs": None,
    "input": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "See"}, {"type": "image", "image": "attachment://pixel"}],
        },
        {"role": "assistant", "content": "", "tool_calls": [{"id": "c0", "function": "f", "arguments": {"x": 1}}]},
        {"role": "tool", "content": "", "tool_call_id": "c0", "error": {"type": "unknown", "message": "no"}},
        {
            "role": "tool",
            "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
            "tool_call_id": "c1",
        },
    ],
    "tools": [{"name": "f", "description": "F.", "parameters": {"type": "object"}}],
    "config": {"temperature": 0, "stop_seqs": ["."], "max_retries": 3},
    "output": {
        "model": "m",
        "choices": [
            {
                "message": {"role": "assistant", "content": [{"type": "reasoning", "reasoning": "why"}]},
                "stop_reason": "max_tokens",
            }
        ],
        "usage": {"input_tokens": 1, "input_tokens_cache_read": 4, "output_tokens": 2, "total_tokens": 7},
    },
}


def test_without_the_providers_words_the_messages_tell():
    exchange = only(model_event(**NEUTRAL)).exchanges[0]
    asked = neutral.request_of(loads(exchange.call.body.data))
    assert (asked.model, asked.provider) == ("model", "mockllm")
    assert asked.system == ({"type": "text", "content": "Be brief."},)
    user, assistant, failed, joined = asked.messages
    blob = {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBORw0KGgo="}
    assert user.parts == ({"type": "text", "content": "See"}, blob)
    assert assistant.parts == ({"type": "tool_call", "id": "c0", "name": "f", "arguments": {"x": 1}},)
    assert failed.parts == ({"type": "tool_call_response", "id": "c0", "response": "no", "is_error": True},)
    assert joined.parts == ({"type": "tool_call_response", "id": "c1", "response": "ab"},)
    assert asked.tools == ({"type": "function", "name": "f", "description": "F.", "parameters": {"type": "object"}},)
    assert asked.parameters == {"gen_ai.request.temperature": 0, "gen_ai.request.stop_sequences": ["."]}
    answer = neutral.response_of(loads(exchange.outcome.body.data))
    assert answer.choices[0].parts == ({"type": "reasoning", "content": "why"},)
    assert answer.choices[0].finish_reason == "length"
    assert (answer.usage.input_tokens, answer.usage.cached_tokens, answer.usage.output_tokens) == (5, 4, 2)


def test_people_are_asked():
    decided = {
        "approver": "human",
        "decision": "reject",
        "explanation": "no",
        "call": {"function": "rm", "arguments": {}},
    }
    by_code = {**decided, "approver": "auto"}
    answered = {"message": "Which?", "input": "blue", "input_ansi": "blue", "outcome": "accepted"}
    session = only(
        model_event(), event("approval", 3, **decided), event("approval", 4, **by_code), event("input", 5, **answered)
    )
    _, approval, answer = session.exchanges
    assert (approval.call.kind, approval.call.target) == ("human_input", "approval")
    assert loads(approval.outcome.body.data) == {"decision": "reject", "explanation": "no"}
    assert (loads(answer.call.body.data), loads(answer.outcome.body.data)) == ({"prompt": "Which?"}, "blue")


def test_an_agents_span_names_its_calls():
    handoff = event("span_begin", 2, id="sub", parent_id="work", type="agent", name="critic")
    session = only(model_event(), handoff, model_event(3, span_id="sub"))
    assert [one.call.attributes.get("gen_ai.agent.name") for one in session.exchanges] == [None, "critic"]


def test_a_limit_is_how_it_ended():
    session = only(model_event(), limit={"type": "token", "limit": 10})
    assert (session.ending.status, session.ending.message) == ("failed", "stopped by a limit: token")
    assert only(model_event(), error={"message": "boom"}).ending.message == "boom"


def test_early_logs_nest_events_in_steps_and_tools():
    inner = {"event": "sandbox", "action": "read_file", "file": "a", "output": "x", "timestamp": moment(4)}
    tool = {**TOOL, "span_id": None, "events": [inner]}
    steps = [
        {"event": "step", "action": "begin", "type": "scorer", "name": "judge"},
        {**model_event(9), "span_id": None},
        {"event": "step", "action": "end", "type": "scorer", "name": "judge"},
        {"event": "subtask", "name": "fork", "events": [{**model_event(10), "span_id": None}]},
    ]
    early = {key: value for key, value in FULL.items() if key not in ("events", "attachments")}
    early["transcript"] = {"events": [model_event(span_id=None), tool, *steps], "content": {"a1": "It rains."}}
    (session,) = read(document(early))
    assert [one.call.target for one in session.exchanges] == [
        "POST /chat/completions",
        "rain",
        "sandbox_read_file",
        "POST /chat/completions",
    ]
    assert session.exchanges[2].call.parent == 2
    assert session.header.metadata["output"] == "It rains."


def test_another_file_of_an_evaluation_holds_the_same_sessions():
    inner = {"event": "sandbox", "action": "read_file", "file": "a", "output": "x", "timestamp": moment(4)}
    tool = {**TOOL, "span_id": None, "uuid": None, "events": [inner]}
    step = {"event": "step", "action": "begin", "type": "solver", "name": "think"}
    fork = {"event": "subtask", "name": "fork", "events": [model_event(10, span_id=None, uuid=None)]}
    early = sample(model_event(uuid=None), step, tool, fork)
    files = ((document(early), "a.json"), (document(early), "b.json"), (archive(early), "c.eval"))
    (first,), (second,), (archived,) = (sessions_in(*file) for file in files)
    assert len(first.exchanges) == 4
    assert first.exchanges == second.exchanges == archived.exchanges
    first, second, archived = (
        replace(one.header, origin=replace(one.header.origin, source="")) for one in (first, second, archived)
    )
    assert first == second == archived


def test_a_sample_in_chunks_is_put_together():
    folder = "samples/1_epoch_2"
    shell = {key: value for key, value in FULL.items() if key not in ("events", "events_data", "attachments")}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("header.json", json.dumps(HEADER))
        packed.writestr(f"{folder}/sample.json", json.dumps({**shell, "output": {"completion": "attachment://0"}}))
        packed.writestr(f"{folder}/events/2.json", json.dumps(FULL["events"][2:]))
        packed.writestr(f"{folder}/events/0.json", json.dumps(FULL["events"][:2]))
        packed.writestr(f"{folder}/events/stats.json", "{}")
        packed.writestr(f"{folder}/skeleton.json", "{}")
        packed.writestr(f"{folder}/attachments/0.json", json.dumps(["It rains."]))
        for kind in ("messages", "calls"):
            packed.writestr(f"{folder}/{kind}/0.json", json.dumps(FULL["events_data"][kind]))
    (session,) = read(out.getvalue())
    assert [one.call.target for one in session.exchanges] == ["POST /chat/completions", "rain", "sandbox_exec"]
    assert session.header.metadata["output"] == "It rains."


def test_members_packed_by_zstd_are_read():
    (session,) = read(zstd_archive(b"samples/1_epoch_2.json", as_json(FULL)))
    assert len(session.exchanges) == 3


def test_a_sample_without_calls_is_refused_alone():
    dump = FileDump("x", archive({**sample(), "id": 0}, FULL))
    found = list(detect(dump, IMPORTERS).read(dump))
    assert isinstance(found[0], OaoError)
    assert found[0].what == "the run holds no call"
    assert len(found[1].exchanges) == 3


@pytest.mark.parametrize("data", [archive(FULL)[:-30], b"PK\3\4" + b"\0" * 22 + b"\x0b\0\0\0header.json"])
def test_a_damaged_archive_is_an_error(data):
    with pytest.raises(UnreadableFile):
        sessions_in(data, "x", "inspect")


def test_a_member_may_not_unpack_without_end(monkeypatch):
    monkeypatch.setattr(limits, "FILE_BYTES", 20_000)
    padded = {**FULL, "store": "x" * 30_000}
    with pytest.raises(HostileFile, match="unpacks to more"):
        sessions_in(archive(padded), "x", "inspect")
    with pytest.raises(HostileFile, match="unpacks to more"):
        sessions_in(zstd_archive(b"samples/1_epoch_2.json", as_json(padded)), "x", "inspect")


def test_references_may_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(inspect_samples, "GROWTH", 10_000)
    with pytest.raises(HostileFile, match="refer to"):
        only(model_event(call=model_event()["call"] | {"call_refs": [[1, 2]] * 1000}))
    assert only(model_event())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_the_corpus_is_read():
    counts = {}
    for path in SHARED.glob("corpus/inspect-eval/*/*"):
        counts[path.name[:10]] = [len(session.exchanges) for session in sessions_in(path.read_bytes(), path.name)]
    assert counts == {"2025-02-11": [1] * 10, "2025-05-12": [19], "log_format": [1], "log_images": [1]}


def test_secrets_do_not_reach_a_cassette(tmp_path):
    kept = {"event", "id", "uuid", "span_id", "parent_id", "type", "timestamp", "completed", "model", "call_key"}
    kept |= {"eval", "finish_reason", "action", "approver", "role", "object"}
    asked = event("approval", 7, approver="human", decision="approve", call={"function": "f", "arguments": {"k": "v"}})
    samples = [FULL, sample(model_event(**NEUTRAL), asked, model_event(3, error="Connection error."))]
    dirty = [planted(one, kept) | {"attachments": planted(one["attachments"])} for one in samples]
    assert_clean(read(document(*dirty)), tmp_path)


@settings(deadline=None, max_examples=60)
@given(mutated([FULL, sample(model_event(**NEUTRAL), TOOL, COMMAND)]))
def test_a_broken_sample_is_an_error_of_ours(value):
    survives(document(value), "inspect")


@settings(deadline=None, max_examples=20)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(as_json(value), "inspect")
    survives(document(value), "inspect")
