import functools
import json

import pytest
from foreign_values import JSON_VALUES, assert_clean, mutated, planted, survives
from hypothesis import given
from hypothesis import strategies as st
from importer_samples import sessions_in

from pytest_oao.cassette import shelf
from pytest_oao.errors import BadOption, HostileFile, MissingContent, OaoError, UnknownFormat, UnreadableFile
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.field_maps import field_map
from pytest_oao.importers.raw_pairs import RawPairs
from pytest_oao.model.outcomes import Returned, Streamed
from pytest_oao.runtime.pinned_sessions import PinnedSession

USER = {"role": "user", "content": "Weather in Paris?"}
CHAT = {"model": "gpt-5", "messages": [USER]}
SAID = {"role": "assistant", "content": "18 degrees"}
CHAT_ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-5",
    "choices": [{"index": 0, "message": SAID, "finish_reason": "stop"}],
}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "stop_reason": "end_turn"}
GEMINI_ANSWER = {"candidates": [{"content": {"parts": [{"text": "x"}], "role": "model"}}], "modelVersion": "gemini-3"}
RESPONSE = {"id": "resp_1", "object": "response", "output": []}
CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "x"}}]}


def lines(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def sessions(*records, fields=None):
    return list(RawPairs(fields and field_map(fields)).read(FileDump("log.jsonl", lines(*records))))


def only(*records, fields=None):
    (session,) = sessions(*records, fields=fields)
    if isinstance(session, OaoError):
        raise session
    return session


ENDED = {"request": CHAT, "response": CHAT_ANSWER, "session_id": "s"}
"""What a session needs besides a call that never ended."""


def exchange(record, fields=None):
    (found,) = only(record, fields=fields).exchanges
    return found


@pytest.mark.parametrize(
    ("request_body", "response", "target"),
    [
        (CHAT, CHAT_ANSWER, "POST /chat/completions"),
        ({"model": "claude-x", "max_tokens": 9, "messages": [USER]}, MESSAGE, "POST /messages"),
        ({"model": "claude-x", "messages": [USER]}, {"error": {"type": "overloaded_error"}}, "POST /messages"),
        ({"model": "anthropic/claude-x", "messages": [USER]}, CHAT_ANSWER, "POST /chat/completions"),
        ({"messages": [USER], "tools": [{"name": "x", "input_schema": {}}]}, None, "POST /messages"),
        ({"model": "gpt-5", "input": "hi"}, RESPONSE, "POST /responses"),
        ({"model": "gpt-5", "input": "hi"}, None, "POST /responses"),
        ({"model": "e", "input": "hi"}, {"object": "list", "data": [{"embedding": [0.5]}]}, "POST /embeddings"),
        ({"model": "text-embedding-3", "input": "hi"}, None, "POST /embeddings"),
        ({"model": "x", "prompt": "hi"}, {"object": "text_completion", "choices": []}, "POST /completions"),
        ({"contents": []}, GEMINI_ANSWER, "POST /models/gemini-3:generateContent"),
        ({"contents": [], "model": "models/g", "stream": True}, [GEMINI_ANSWER], "POST /models/g:streamGenerateContent?alt=sse"),
    ],
)  # fmt: skip
def test_the_shape_of_the_bodies_tells_the_api(request_body, response, target):
    asked = {"request": request_body, "response": response, "session_id": "s"}
    session = only(asked, *([] if response else [ENDED]))
    calls = [*(one.call for one in session.exchanges), *session.in_doubt]
    told = [call for call in calls if call.body.json() != CHAT] or calls
    assert [call.target for call in told] == [target]
    assert told[0].kind != "http"


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("https://gw.example/openai/v1/chat/completions", "https://gw.example/openai/v1/chat/completions"),
        ("/v1/chat/completions", "https://api.openai.com/v1/chat/completions"),
        ("https://gw.example/llm", "https://api.openai.com/v1/chat/completions"),
        ("", "https://api.openai.com/v1/chat/completions"),
    ],
)
def test_an_address_counts_where_it_is_one_of_a_model_api(told, url):
    assert exchange({"request": CHAT, "response": CHAT_ANSWER, "url": told}).call.url == url


@pytest.mark.parametrize(
    ("asked", "came"),
    [("request", "response"), ("request_body", "response_body"), ("kwargs", "response"), ("input", "output")],
)
@pytest.mark.parametrize("written", [lambda value: value, json.dumps])
def test_pairs_are_known_by_their_names_and_bodies(asked, came, written):
    (session,) = sessions_in(lines({asked: written(CHAT), came: written(CHAT_ANSWER)}), "log.jsonl")
    assert session.header.origin.format == "raw"
    (found,) = session.exchanges
    assert json.loads(found.call.body.data) == CHAT
    assert json.loads(found.outcome.body.data) == CHAT_ANSWER


def test_a_text_is_kept_to_the_byte_and_an_object_as_sdks_send_it():
    text = "\n " + json.dumps(CHAT, indent=3)
    found = exchange({"request": text, "response": json.dumps(CHAT_ANSWER)})
    assert found.call.body.data == text.encode()
    assert found.provenance.lacked == ("timing",)
    found = exchange({"request": CHAT, "response": CHAT_ANSWER, "ts": 1790000000})
    assert found.call.body.data == json.dumps(CHAT, separators=(",", ":")).encode()
    assert found.provenance.lacked == ("exact bytes",)


def test_arguments_of_an_sdk_that_are_no_part_of_the_body_are_left_out():
    asked = {**CHAT, "timeout": 3, "extra_headers": {"authorization": "x"}, "extra_body": {"top_k": 4}}
    session = only({"kwargs": asked, "response": CHAT_ANSWER})
    assert session.exchanges[0].call.body.json() == {**CHAT, "top_k": 4}
    assert session.header.origin.original.json()["kwargs"] == asked
    assert exchange({"kwargs": json.dumps(asked), "response": CHAT_ANSWER}).call.body.json() == {**CHAT, "top_k": 4}


def test_an_envelope_of_http_tells_where_it_went_and_what_came_of_it():
    asked = {"method": "POST", "url": "https://gw.example/v1/chat/completions", "body": json.dumps(CHAT)}
    came = {
        "status": 429,
        "headers": {"Retry-After": "7", "Content-Type": "x/y", "Content-Length": "99", "Content-Encoding": "gzip"},
        "body": {"error": {"message": "slow"}},
    }
    session = only({"request": asked, "response": came})
    assert session.header.origin.original.json() == {"request": asked, "response": came}
    (found,) = session.exchanges
    assert found.call.url == "https://gw.example/v1/chat/completions"
    assert found.outcome.head.status == 429
    told = (("content-type", "application/json"), ("Retry-After", "7"), ("x-should-retry", "false"))
    assert found.outcome.head.headers == told
    assert found.outcome.body.json() == {"error": {"message": "slow"}}


SSE = b"".join(b"data: %s\n\n" % json.dumps(CHUNK, separators=(",", ":")).encode() for _ in range(2))


@pytest.mark.parametrize(
    "response",
    [
        SSE.decode() + "data: [DONE]\n\n",
        [CHUNK, CHUNK],
        [CHUNK, CHUNK, "[DONE]"],
        [*SSE.decode().splitlines(keepends=True), "data: [DONE]\n", "\n"],
        [*filter(None, SSE.decode().split("\n\n")), "data: [DONE]"],
        [{"data": CHUNK}, {"data": json.dumps(CHUNK, separators=(",", ":"))}, {"data": "[DONE]"}],
    ],
)
def test_streams_are_kept_as_the_provider_sent_them(response):
    session = only({"request": CHAT, "response": response})
    original = session.header.origin.original
    assert (original.json() if original.data else {}) == ({} if isinstance(response, str) else {"response": response})
    (found,) = session.exchanges
    assert isinstance(found.outcome, Streamed)
    assert found.outcome.body.data == SSE + b"data: [DONE]\n\n"
    assert len(found.outcome.sizes) == 3


def test_events_that_have_names_keep_them():
    events = [{"type": "message_start", "message": {"id": "msg_1"}}, {"type": "message_stop"}]
    found = exchange({"request": {"messages": [USER]}, "response": events})
    assert found.call.target == "POST /messages"
    assert found.outcome.body.data.startswith(b'event: message_start\ndata: {"type":"message_start"')


def test_an_answer_put_together_from_a_stream_is_made_whole():
    merged = {
        **CHUNK,
        "choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "id": "c"}]}, "finish_reason": "x"}],
    }
    session = only({"request": {**CHAT, "stream": True}, "response": merged})
    (found,) = session.exchanges
    told = found.outcome.body.json()
    assert told["object"] == "chat.completion"
    assert told["choices"] == [{"index": 0, "finish_reason": "x", "message": {"tool_calls": [{"id": "c"}]}}]
    assert "chunks" in found.provenance.lacked
    assert session.header.origin.original.json()["response"] == merged


@pytest.mark.parametrize(
    ("record", "status", "inferred"),
    [
        ({"response": {"error": {"type": "rate_limit_error"}}}, 429, ("status",)),
        ({"response": {"error": {"code": 503}}}, 503, ("status",)),
        ({"response": [{"error": {"status": "RESOURCE_EXHAUSTED"}}]}, 429, ("status",)),
        ({"response": {"error": {"message": "?"}}}, 500, ("status",)),
        ({"response": {"error": {"message": "?"}}, "status_code": "529"}, 529, ()),
        ({"response": "Bad gateway", "status": 502}, 502, ()),
        ({"response": {"error": {"code": 503}}, "status": 200}, 503, ("status",)),
        ({"response": {"status": 200, "body": {"error": {"message": "?"}}}, "status": 502}, 502, ()),
    ],
)
def test_an_error_has_a_status(record, status, inferred):
    session = only({"request": CHAT, **record})
    assert session.exchanges[0].outcome.head.status == status
    assert session.exchanges[0].provenance.inferred == inferred
    assert session.ending.status == "failed"


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"error": "it broke", "status": 500}, {"message": "it broke", "http.response.status_code": 500}),
        (
            {"error": {"type": "RateLimitError", "message": "slow", "status_code": 429}},
            {"error.type": "RateLimitError"},
        ),
        ({"response": None, "status": 504}, {"http.response.status_code": 504}),
        ({"error": "RateLimitError('slow')", "status": 200}, {"error.type": "RateLimitError"}),
    ],
)
def test_an_error_may_stand_where_there_is_no_answer(record, told):
    found = exchange({"request": CHAT, **record})
    assert isinstance(found.outcome, Returned)
    assert found.outcome.body.json().items() >= told.items()
    assert found.outcome.head is None or found.outcome.head.failed
    assert "error body" in found.provenance.lacked


@pytest.mark.parametrize("nothing", [None, "", {}, []])
def test_a_call_without_an_answer_is_in_doubt(nothing):
    _, found = sessions(ENDED, {"request": CHAT, "response": nothing, "session_id": "other"})
    assert isinstance(found, UnknownFormat)
    assert found.what == "no call of the run has an answer"
    asked = {**CHAT, "messages": [USER, USER]}
    session = only(
        {"request": CHAT, "response": CHAT_ANSWER, "session_id": "s"},
        {"request": asked, "response": nothing, "session_id": "s"},
    )
    assert len(session.exchanges) == 1
    assert [call.body.json() for call in session.in_doubt] == [asked]


@pytest.mark.parametrize(
    ("session", "conversation"),
    [
        ({"session_id": "s1"}, "s1"),
        ({"metadata": {"thread_id": "s1"}}, "s1"),
        ({"request": {**CHAT, "metadata": {"conversation_id": "s1"}}}, "s1"),
        ({"trace_id": "s1"}, None),
    ],
)
def test_a_session_is_what_the_log_names_so(session, conversation):
    record = {"request": CHAT, "response": CHAT_ANSWER, **session}
    second = {**record, "response": {**CHAT_ANSWER, "id": "chatcmpl-2"}}
    found = sessions(record, second, {**record, "metadata": {}, "session_id": "other"})
    assert [len(one.exchanges) for one in found] == [2, 1]
    assert found[0].header.id == "s1"
    assert found[0].header.metadata.get("conversation") == conversation


def test_a_run_that_is_not_named_is_known_by_what_it_goes_on_from():
    def answer(text, name):
        return {**CHAT_ANSWER, "id": name, "choices": [{"index": 0, "message": {**SAID, "content": text}}]}

    def asked(*said):
        messages = [USER]
        for text in said:
            messages += [
                {"role": "assistant", "content": text, "refusal": None},
                {"role": "user", "content": "and then?"},
            ]
        return {"model": "gpt-5", "messages": messages}

    failed = {"error": {"type": "overloaded_error"}}
    found = sessions(
        {"request": asked(), "response": answer("one", "a")},
        {"request": asked(), "response": answer("two", "b")},
        {"request": asked("one"), "response": failed},
        {"request": asked("two"), "response": answer("three", "c")},
        {"request": asked("one"), "response": answer("four", "d")},
        {"request": asked("never said"), "response": answer("five", "e")},
        {"request": {"input": "x", "previous_response_id": "c"}, "response": RESPONSE},
    )
    statuses = [[one.outcome.head.status for one in session.exchanges] for session in found]
    assert statuses == [[200, 529, 200], [200, 200, 200, 200]]  # what two said alike goes on from the later one


def test_the_first_record_of_a_log_may_have_failed():
    failed, answered = {"request": CHAT, "error": "it broke"}, {"request": CHAT, "response": CHAT_ANSWER}
    assert RawPairs().sniff(lines(failed, answered))
    assert not RawPairs().sniff(lines(failed, failed))


def test_runs_that_begin_alike_each_go_on():
    """An agent whose runs begin with the same question, and whose model then says the same, word for word."""

    def asked(*said):
        return {"model": "gpt-5", "messages": [USER, *({"role": "user", "content": one} for one in said)]}

    steps = [
        *((), (), ("in Rome?",), (), ("in Paris?",), ("in Oslo?",)),  # the third begins when the first has gone on
        *(("in Paris?", "and then?"), ("in Rome?", "and then?"), ("in Rome?", "or then?")),
    ]
    found = sessions(*({"request": asked(*said), "response": CHAT_ANSWER} for said in steps))
    asked_last = [[call.call.body.json()["messages"][-1]["content"] for call in one.exchanges] for one in found]
    first = USER["content"]
    assert asked_last == [
        [first, "in Rome?", "and then?", "or then?"],
        [first, "in Paris?", "and then?"],
        [first, "in Oslo?"],
    ]


def test_a_failed_call_is_tried_again_by_its_own_run_alone():
    """Three runs begin alike; what failed, first in one and later in another, is made again once."""

    def asked(*said):
        return {"model": "gpt-5", "messages": [USER, *({"role": "user", "content": one} for one in said)]}

    failed = {"error": {"type": "overloaded_error"}}
    steps = [
        *(((), failed), ((), CHAT_ANSWER), (("in Rome?",), CHAT_ANSWER)),
        *(((), CHAT_ANSWER), ((), CHAT_ANSWER), (("in Oslo?",), failed), (("in Oslo?",), CHAT_ANSWER)),
        (("in Paris?",), CHAT_ANSWER),
    ]
    found = sessions(*({"request": asked(*said), "response": came} for said, came in steps))
    asked_last = [[call.call.body.json()["messages"][-1]["content"] for call in one.exchanges] for one in found]
    first = USER["content"]
    assert asked_last == [[first, first, "in Rome?"], [first, "in Oslo?", "in Oslo?"], [first, "in Paris?"]]


def test_a_body_may_have_two_lists_of_messages():
    first = {"model": "gpt-5", "input": [{"role": "user", "content": "A"}]}
    second = {**first, "input": [*first["input"], {"role": "user", "content": "B"}], "messages": [USER]}
    found = sessions(*({"session_id": "s", "request": one, "response": RESPONSE} for one in (first, second)))
    assert [call.call.body.json() for call in found[0].exchanges][-1]["input"] == second["input"]


def test_an_anthropic_conversation_is_told_apart_by_its_system_prompt():
    def asked(system):
        return {"system": system, "messages": [USER], "model": "claude-x"}

    more = [USER, {"role": "assistant", "content": [{"type": "text", "text": "hm"}]}, USER]
    answer = {**MESSAGE, "content": [{"type": "text", "text": "hm"}]}
    found = sessions(
        {"request": asked("a"), "response": answer},
        {"request": asked("b"), "response": answer},
        {"request": {**asked("a"), "messages": more}, "response": {**answer, "id": "msg_2"}},
    )
    assert [len(one.exchanges) for one in found] == [2, 1]


def test_what_is_told_of_a_call_and_its_run_is_kept():
    record = {
        "request": CHAT,
        "response": CHAT_ANSWER,
        "session_id": "s1",
        "ts": "2026-11-20T10:00:00Z",
        "latency_ms": 1500,
        "user_id": 7,
        "tags": ["prod"],
        "cost_usd": 0.25,
        "agent": "support",
    }
    session = only(record, {**record, "ts": "2026-11-20T09:00:00+00:00", "id": "first"})
    assert [one.provenance.source_id for one in session.exchanges] == ["first", "1"]
    found = session.exchanges[1]
    assert (found.started_at, found.duration) == (1795168800.0, 1.5)
    assert found.call.attributes["gen_ai.agent.name"] == "support"
    told = {"conversation": "s1", "user": "7", "cost_usd": 0.5, "tags": ["prod"]}
    assert session.header.metadata.items() >= told.items()
    assert session.ending.status == "unknown"


@pytest.mark.parametrize(
    ("record", "fields", "known"),
    [
        ({"metadata": {"plan": "pro", "session_id": "s1"}}, None, {"plan": "pro", "conversation": "s1"}),
        ({"meta": {"user": {"plan": "pro"}}}, "metadata=meta.user", {"plan": "pro"}),
        ({"a": {"tier": 2}, "b": {"x": 1}}, "metadata=a.tier,metadata=b", {"tier": 2, "x": 1}),
        ({"a.tier": 2}, "metadata=a.tier", {"tier": 2}),
        ({"who": {"labels": ["eu"]}}, "tags=who.labels", {"tags": ["eu"]}),
        ({"metadata": {"user_id": "u", "tags": ["eu"], "level": "x"}}, None, {"user": "u", "tags": ["eu"]}),
        ({"metadata": "pro", "other": None}, "metadata=other,metadata=metadata", {"metadata": {"metadata": "pro"}}),
    ],
)
def test_what_a_team_wrote_of_a_run_is_told(record, fields, known):
    session = only({"request": CHAT, "response": CHAT_ANSWER, **record}, fields=fields)
    assert session.header.metadata.items() >= known.items()


def test_what_a_team_wrote_by_a_name_of_ours_is_not_what_came_out():
    use = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    asks = {"role": "assistant", "content": None, "tool_calls": [use]}
    answer = {**CHAT_ANSWER, "choices": [{"index": 0, "message": asks, "finish_reason": "tool_calls"}]}
    own = {"output": "s3://bucket/key", "task": "triage", "seed": 7}
    session = only({"request": CHAT, "response": answer, "metadata": {**own, "plan": "pro"}})
    pinned = PinnedSession("s", lambda: session)
    assert (pinned.input, pinned.output) == ("Weather in Paris?", None)
    assert pinned.metadata == {"input": "Weather in Paris?", "plan": "pro", "metadata": own}


def test_of_two_values_that_a_team_wrote_of_a_run_the_first_counts():
    record = {"request": CHAT, "response": CHAT_ANSWER, "session_id": "s1", "metadata": {"plan": "pro"}}
    session = only(record, {**record, "id": "later", "metadata": {"plan": "free", "seats": 2}})
    assert session.header.metadata.items() >= {"plan": "pro", "seats": 2}.items()


def test_metadata_that_no_cassette_could_hold_refuses_its_run_alone(tmp_path):
    def nested(levels):
        return functools.reduce(lambda inner, _: [inner], range(levels - 1), [])

    record = {"request": CHAT, "response": CHAT_ANSWER}
    held, refused = sessions(
        {**record, "session_id": "s1", "metadata": {"plan": nested(98)}},
        {**record, "session_id": "s2", "metadata": {"plan": nested(99)}},
    )
    shelf.save(held, tmp_path / "it.yaml")
    assert shelf.load(tmp_path / "it.yaml").header.metadata["plan"] == nested(98)
    assert isinstance(refused, HostileFile)
    assert (refused.where, refused.what) == ("log.jsonl: line 2", "its metadata `plan` is nested deeper than 98 levels")


def test_only_what_the_exchanges_do_not_hold_is_kept_beside_them():
    assert only({"request": CHAT, "response": CHAT_ANSWER}).header.origin.original.data == b""
    session = only({"request": {"messages": [USER]}, "response": CHAT_ANSWER, "build": "b1"})
    assert session.header.origin.original.data == b'{"build": "b1"}\n'


def test_the_same_record_twice_is_one_call_and_two_records_of_one_id_are_two():
    record = {"id": "x", "request": CHAT, "response": CHAT_ANSWER, "session_id": "s"}
    other = {**record, "response": {"error": {"type": "overloaded_error"}}}
    session = only(other, record, record)
    assert [one.provenance.source_id for one in session.exchanges] == ["x", "x#2"]


def test_a_map_says_where_a_log_keeps_what():
    record = {
        "payload": {"req": CHAT, "res": json.dumps(CHAT_ANSWER), "by": "gw-7"},
        "meta": {"sid": "s9"},
        "at": 1790000000000,
    }
    text = "request=payload.req, response=payload.res,session=meta.sid,started_at=at"
    session = only(record, fields=text)
    assert session.header.id == "s9"
    assert session.exchanges[0].started_at == 1790000000.0
    assert session.header.origin.original.json() == {
        "payload": {"by": "gw-7"},
        "meta": {"sid": "s9"},
        "at": 1790000000000,
    }
    flat = {"request.body": CHAT, "response.body": CHAT_ANSWER}
    assert exchange(flat, "request=request.body,response=response.body").call.body.json() == CHAT


@pytest.mark.parametrize("text", ["", " , ", "request", "request=", "requst=a", "request=a..b", "request=.a"])
def test_a_map_that_says_nothing_is_refused(text):
    with pytest.raises(BadOption) as caught:
        field_map(text)
    assert caught.value.where == "--map"


def test_a_field_that_there_is_not_is_told_with_the_one_that_was_meant():
    with pytest.raises(BadOption) as caught:
        field_map("request=a,sesion=sid")
    assert caught.value.what == "there is no field 'sesion'; did you mean session?"
    assert "fields: request, response, session" in caught.value.remedy


@pytest.mark.parametrize(
    ("record", "error", "place"),
    [
        ({"request": "no JSON", "response": {}}, UnreadableFile, "log.jsonl: line 1: request"),
        ({"request": [1], "response": {}}, UnreadableFile, "log.jsonl: line 1: request"),
        ({"request": CHAT, "response": 4}, UnknownFormat, "log.jsonl: line 1"),
        ({"request": {"a": 1}, "response": {}}, UnknownFormat, "log.jsonl: line 1"),
        ({"request": CHAT, "response": [4]}, UnreadableFile, "log.jsonl: line 1: response"),
    ],
)
def test_what_is_no_pair_is_refused_with_its_place(record, error, place):
    (found,) = sessions({**record, "session_id": "s"})
    assert type(found) is error
    assert found.where == place


def test_a_run_that_is_refused_leaves_the_others_alone():
    good = {"request": CHAT, "response": CHAT_ANSWER, "session_id": "good"}
    found = sessions({"session_id": "bad", "response": CHAT_ANSWER}, good)
    assert isinstance(found[0], MissingContent)
    assert (found[0].where, "in one record with its answer" in found[0].remedy) == ("log.jsonl: line 1", True)
    assert found[1].header.id == "good"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("request=llm.cal,response=llm.answer", "no record has `llm.cal`; there are: llm.call, llm.answer, at"),
        ("request=lm.call", "no record has `lm.call`; there are: llm, at"),
        ("request=a.b,request=llm.x", "no record has `a.b` or `llm.x`; there are: llm.call, llm.answer"),
        (None, "no record has `request` or `request_body` or `req` or `kwargs` or `input`; there are: llm, at"),
        ("request=llm.call,response=llm.anser", "no record has `llm.anser`; there are: llm.call, llm.answer, at"),
        ("request=llm.call,response=at.answer", "no record has `at.answer`; there are: llm, at"),
        ("request=llm.call,response=llm.answer.body", "no record has `llm.answer.body`; there are: llm.answer.id, "),
    ],
)
def test_what_no_record_has_and_some_must_is_told_once_with_what_there_is(fields, told):
    records = ({"llm": {"call": {**CHAT, "seed": at}, "answer": CHAT_ANSWER}, "at": at} for at in range(1, 4))
    (found,) = sessions(*records, fields=fields)
    assert isinstance(found, MissingContent)
    assert (found.what.startswith(told), found.where) == (True, "log.jsonl")
    assert "--map request=PATH,response=PATH" in found.remedy


def test_a_session_that_a_map_names_and_no_record_has_is_told_once():
    records = [{"request": CHAT, "response": CHAT_ANSWER, "meta": {"thread": at}} for at in "ab"]
    (found,) = sessions(*records, fields="session=meta.thred")
    assert isinstance(found, MissingContent)
    assert (found.what, found.where) == (
        "no record has `meta.thred`; there are: meta.thread, request, response",
        "log.jsonl",
    )
    assert "--map session=PATH" in found.remedy
    assert [
        one.header.id for one in sessions(*records, {**records[0], "meta": None}, fields="session=meta.thread")
    ] == [
        "a",
        "b",
        "run-3",
    ]


@pytest.mark.parametrize("told", [{"error": "overloaded"}, {"status": 529}])
def test_a_log_of_failures_alone_has_no_answer_and_is_read(told):
    session = only({"llm": CHAT, **told}, fields="request=llm,response=got")
    assert len(session.exchanges) == 1


def test_messages_alone_are_no_request():
    (found,) = sessions({"messages": [USER], "response": CHAT_ANSWER}, fields="request=messages")
    assert (found.what, found.where) == ("this is a list, and no body of a request", "log.jsonl: line 1: messages")
    assert "an object with `model` and `messages`" in found.remedy


@pytest.mark.parametrize(
    "record",
    [
        {"request": {"method": "POST", "url": "u", "endpoint": "/v1", "messages": []}, "response": {}},
        {"input": {"messages": []}, "output": "text", "traceId": "t"},
        {"input": "a", "output": {"content": "b"}},
        {"request": {"model": "x"}, "response": {}},
        {"messages": []},
    ],
)
def test_what_is_no_log_of_pairs_is_not_taken_for_one(record):
    assert not RawPairs().sniff(lines(record))


RICH = {
    "id": "r1",
    "session_id": "s",
    "user_id": "u",
    "tags": ["t"],
    "agent": "a",
    "url": "/v1/chat/completions",
    "note": "n",
    "error": "e",
    "request": {**CHAT, "tools": [{"type": "function", "function": {"name": "f", "description": "d"}}]},
    "response": CHAT_ANSWER,
}


NAMES = ["raw", "helicone", "portkey"]
HELICONE = {
    "request_id": "r1",
    "request_created_at": "2026-11-20T10:00:00Z",
    "request_body": CHAT,
    "response_body": CHAT_ANSWER,
    "response_status": 200,
    "provider": "OPENAI",
    "delay_ms": 500,
    "cost": 0.25,
    "request_user_id": "u",
    "request_path": "https://gw.example/v1/chat/completions",
    "request_properties": {"Helicone-Session-Id": "s1", "Helicone-Session-Name": "support"},
}
PORTKEY = {
    "created_at": "2026-11-20T10:00:00Z",
    "request": {"body": CHAT},
    "response": {"body": CHAT_ANSWER},
    "is_success": 1,
    "ai_org": "openai",
    "ai_model": "gpt-5",
    "req_units": 1,
    "cost": 25,
    "response_time": 500,
    "response_status_code": 200,
    "request_url": "https://api.openai.com/v1/chat/completions",
    "trace_id": "s1",
    "metadata": {"_user": "u"},
}
FLAT = {
    **{key: value for key, value in PORTKEY.items() if key not in ("request", "response")},
    "request.body": json.dumps(CHAT),
    "response.body": json.dumps(CHAT_ANSWER),
}


@pytest.mark.parametrize(("record", "name"), [(HELICONE, "helicone"), (PORTKEY, "portkey"), (FLAT, "portkey")])
def test_gateways_rows_are_known_and_read(record, name):
    (session,) = sessions_in(lines(record), "x")
    assert (session.header.origin.format, session.header.id) == (name, "s1")
    (found,) = session.exchanges
    assert (found.started_at, found.duration) == (1795168800.0, 0.5)
    assert found.call.body.json() == CHAT
    assert session.header.metadata.items() >= {"user": "u", "cost_usd": 0.25}.items()
    assert found.outcome.head.status == 200


@pytest.mark.parametrize(
    ("record", "setting"),
    [
        ({**HELICONE, "request_body": None}, "--include-body"),
        ({**HELICONE, "request_body": {"helicone_message": "fetching body from signed_url..."}}, "--include-body"),
        ({**HELICONE, "response_body": {"helicone_message": "fetching body from signed_url..."}}, "--include-body"),
        ({**PORTKEY, "request": {}}, "columns `request` and `response`"),
    ],
)
def test_gateways_rows_without_bodies_are_refused_with_what_to_ask_for(record, setting):
    with pytest.raises(MissingContent) as caught:
        sessions_in(lines(record), "x")
    assert setting in caught.value.remedy


@pytest.mark.parametrize("record", [HELICONE, PORTKEY, RICH])
def test_secrets_do_not_reach_a_cassette(tmp_path, record):
    keep = {"request_created_at", "created_at", "role", "object", "type"}
    assert_clean(sessions_in(lines(planted(record, keep)), "x"), tmp_path)


@given(st.lists(mutated([HELICONE, PORTKEY, FLAT, RICH]) | JSON_VALUES, min_size=1, max_size=3), st.sampled_from(NAMES))
def test_no_gateways_rows_raise_anything_but_our_errors(records, name):
    survives(lines(*records), name)


def test_a_model_of_gemini_s_may_have_any_name():
    asked = {"model": "\ud800", "contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    answer = {"candidates": [{"content": {"role": "model", "parts": [{"text": "yo"}]}}]}
    found = exchange({"request": asked, "response": answer})
    assert found.call.url.endswith("/models/%3F:generateContent")


def test_numbers_of_any_length_stay_what_they_are():
    found = exchange({"request": {**CHAT, "seed": 12345678901234567890123}, "response": CHAT_ANSWER})
    assert found.call.body.json()["seed"] == 12345678901234567890123
    assert b'"seed":12345678901234567890123' in found.call.body.data


def test_answers_of_one_id_to_other_requests_are_other_calls():
    """Some servers give every answer one id, and a log need not tell the times."""
    asked = [CHAT, {**CHAT, "model": "gpt-5-mini"}, {**CHAT, "seed": 1}, {**CHAT, "seed": 2}]
    found = sessions(*({"session_id": "s", "request": one, "response": CHAT_ANSWER} for one in asked))
    assert [call.call.body.json() for call in found[0].exchanges] == asked


def test_answers_of_one_id_that_came_at_the_same_time_are_one_call_only_where_they_say_the_same():
    """Agents run side by side against such servers, too."""
    at = {"session_id": "s", "started_at": "2026-11-22T10:00:00Z", "ended_at": "2026-11-22T10:00:05Z"}
    other = {**CHAT, "messages": [{"role": "user", "content": "Another?"}]}
    said = {**CHAT_ANSWER, "choices": [{"index": 0, "message": {**SAID, "content": "19"}, "finish_reason": "stop"}]}
    pairs = [(CHAT, CHAT_ANSWER), (other, CHAT_ANSWER), (CHAT, said), (CHAT, CHAT_ANSWER)]
    found = only(*({**at, "request": asked, "response": came} for asked, came in pairs))
    assert [(one.call.body.json(), one.outcome.body.json()) for one in found.exchanges] == [
        (CHAT, CHAT_ANSWER),
        (other, CHAT_ANSWER),
        (CHAT, said),
    ]
