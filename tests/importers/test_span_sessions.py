"""Traces of files of any length: read at once, or trace by trace in little memory."""

import json
import tracemalloc

import pytest
from span_builders import batch, found, hexed, log, span

from pytest_oao.errors import HostileFile, OaoError
from pytest_oao.importers import runs, spools
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.otlp import Otlp
from pytest_oao.importers.stray_spans import hosts_of_strays

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]),
    "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}]),
}
AGENT = {"openinference.span.kind": "AGENT"}
DETAILS = "gen_ai.client.inference.operation.details"


def answered(name):
    return {**CHAT, "gen_ai.response.id": name}


def lines(*batches):
    return "".join(json.dumps(one) + "\n" for one in batches).encode()


@pytest.fixture(params=["at hand", "read again"])
def _long(request, monkeypatch):
    if request.param == "read again":
        monkeypatch.setattr(runs, "IN_MEMORY", 0)
        monkeypatch.setattr(spools, "IN_MEMORY", 1)


def shape(data):
    """Return, for each session, the calls by what they stand in, or the error."""
    return [str(one).partition(": ")[0] if isinstance(one, OaoError) else _calls(one) for one in found(data)]


def _calls(session):
    return session.header.id, [one.provenance.source_id for one in session.exchanges]


def in_trace(trace, *calls):
    """Return a session's shape by the words of its trace and of its calls."""
    return hexed(trace, 32), [hexed(name, 16) for name in calls]


@pytest.mark.usefixtures("_long")
def test_a_call_that_stands_alone_is_put_to_the_trace_that_tells_of_it_too():
    data = lines(
        batch([span("early", answered("r1"), trace="s1", at=1.2, lasting=0.5)]),
        batch(
            [span("agent", AGENT, trace="a", lasting=9), span("one", answered("r1"), parent="agent", trace="a", at=1)]
        ),
        batch(
            [span("two", CHAT, parent="agent", trace="a", at=5), span("late", CHAT, trace="s2", at=5.5, lasting=0.1)]
        ),
        batch([span("other", answered("r9"), trace="s3", at=1.5, lasting=0.1)]),
        batch([span("apart", CHAT, trace="s4", at=7)]),
    )
    assert shape(data) == [in_trace("a", "early", "late"), in_trace("s3", "other"), in_trace("s4", "apart")]


@pytest.mark.usefixtures("_long")
def test_log_records_find_their_spans_with_their_trace_or_without():
    asked = {name: told for name, told in CHAT.items() if "messages" not in name}
    told = {name: told for name, told in CHAT.items() if "messages" in name}
    nameless = {**log(DETAILS, "b", attributes=told, trace="b"), "traceId": "0" * 32}
    data = lines(
        batch([], logs=[nameless, log(DETAILS, "a", attributes=told, trace="a")]),
        batch([span("a", asked, trace="a"), span("b", asked, trace="b")]),
    )
    assert shape(data) == [in_trace("a", "a"), in_trace("b", "b")]


@pytest.mark.usefixtures("_long")
def test_traces_without_calls_are_left_out_where_others_have_some():
    work = batch([span("get", {"http.request.method": "GET"}, trace="w")])
    silent = batch([span("agent", AGENT, trace="n")])
    assert shape(lines(work, silent, batch([span("a", CHAT, trace="a")]))) == [in_trace("a", "a")]
    (refused,) = found(lines(work, silent))
    assert "holds no call" in str(refused)
    assert [str(one).splitlines()[0] for one in found(lines(work, work))] == [
        "traces.jsonl: no span tells of a call of a model or a tool"
    ]


@pytest.mark.usefixtures("_long")
def test_a_broken_span_refuses_its_trace_alone():
    broken = {**span("b", CHAT, trace="b"), "attributes": 5}
    data = lines(batch([broken]), batch([span("a", CHAT, trace="a")]))
    refused, session = found(data)
    assert isinstance(refused, OaoError)
    assert refused.where.startswith("traces.jsonl: line 1")
    assert _calls(session) == in_trace("a", "a")


@pytest.mark.usefixtures("_long")
def test_a_trace_that_is_nested_too_deep_is_refused_alone():
    deep = span("deep", {"langfuse.observation.type": "generation"}, trace="b")
    deep["attributes"].append({"key": "langfuse.observation.input", "value": "DEEP"})
    data = lines(batch([span("good", CHAT, trace="a")]), batch([deep])).replace(b'"DEEP"', b"[" * 900 + b"]" * 900)
    good, refused = found(data)
    assert len(good.exchanges) == 1
    assert (type(refused), refused.what, refused.where) == (
        HostileFile,
        "it is nested too deep",
        "traces.jsonl: line 2.resourceSpans[0].scopeSpans[0].spans[0]",
    )


def test_traces_of_any_number_take_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "IN_MEMORY", 100_000)
    text = "x" * 4000
    peaks = []
    for count in (50, 400):
        path = tmp_path / f"{count}.jsonl"
        told = ([span("agent", AGENT, trace=f"{n}"), span("c", CHAT | {"x": text}, trace=f"{n}")] for n in range(count))
        path.write_bytes(lines(*map(batch, told)))
        tracemalloc.start()
        assert sum(1 for _ in Otlp().read(FileDump("x", path))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000


def test_traces_are_not_read_for_strays_where_all_stand_alone():
    assert hosts_of_strays({"a": 1, "b": 1}, pytest.fail) == {}
