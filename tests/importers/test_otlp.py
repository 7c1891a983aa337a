"""OTLP, whichever way it is written: what a trace tells of an agent's run."""

import base64
import importlib
import json
import pkgutil
import sys

import pytest
from span_builders import asked, batch, came, found, hexed, log, one, pairs, read, span, value

from pytest_oao.errors import HostileFile, MissingContent, OaoError, UnknownFormat, UnreadableFile
from pytest_oao.importers.otlp import Otlp

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]),
    "gen_ai.output.messages": json.dumps(
        [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}], "finish_reason": "stop"}]
    ),
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.usage.input_tokens": 5,
}


def snake(told):
    """Return a batch as protobuf's own writers spell it."""
    if isinstance(told, list):
        return [snake(item) for item in told]
    if not isinstance(told, dict):
        return told
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in key): snake(item) for key, item in told.items()}


def test_a_span_of_the_genai_conventions_is_a_call():
    session = one(batch([span("chat gpt-5", CHAT)]))
    (exchange,) = session.exchanges
    assert session.header.id == hexed("t", 32)
    assert exchange.provenance.source_id == hexed("chat gpt-5", 16)
    assert (exchange.started_at, exchange.duration) == (1_795_000_000.0, 1.0)
    assert asked(session)["gen_ai.input.messages"][0]["parts"] == [{"type": "text", "content": "hi"}]
    assert came(session)["gen_ai.usage.input_tokens"] == 5
    assert session.header.origin.format == "otlp"
    assert json.loads(session.header.origin.original.data)["span"]["name"] == "chat gpt-5"


@pytest.mark.parametrize("write", [snake, lambda told: [told], lambda told: told], ids=["snake", "list", "camel"])
def test_spellings_are_the_same_session(write):
    plain, other = one(batch([span("a", CHAT)])), one(write(batch([span("a", CHAT)])))
    assert [exchange.call for exchange in plain.exchanges] == [exchange.call for exchange in other.exchanges]
    assert [exchange.outcome for exchange in plain.exchanges] == [exchange.outcome for exchange in other.exchanges]


def test_ids_in_base64_are_those_in_hexadecimal():
    told = batch([span("root"), span("a", CHAT, parent="root")])
    for each in told["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for key in ("traceId", "spanId", "parentSpanId"):
            if key in each:
                each[key] = base64.b64encode(bytes.fromhex(each[key])).decode()
    session = one(told)
    assert session.header.id == hexed("t", 32)
    assert session.exchanges[0].provenance.lacked == one(batch([span("a", CHAT)])).exchanges[0].provenance.lacked


def test_a_document_over_many_lines_is_read():
    (told,) = found(json.dumps(batch([span("a", CHAT)]), indent=1).encode())
    assert len(told.exchanges) == 1


def test_spans_of_a_trace_stand_in_many_batches_and_children_before_parents():
    session = one(
        batch([span("a", CHAT, parent="agent")]),
        batch([span("agent", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"})]),
    )
    assert session.exchanges[0].call.attributes["gen_ai.agent.name"] == "clerk"


def test_each_trace_is_a_session_and_traces_of_other_work_are_left_out():
    sessions = read(
        batch([span("a", CHAT), span("b", CHAT, trace="u"), span("GET /", {"http.method": "GET"}, trace="v")])
    )
    assert [session.header.id for session in sessions] == [hexed("t", 32), hexed("u", 32)]


@pytest.mark.parametrize(
    "told",
    [batch([span("GET /", {"http.method": "GET"})]), batch([]), {"resourceLogs": []}],
    ids=["http", "none", "logs"],
)
def test_a_file_without_agents_is_refused(told):
    (error,) = found(json.dumps(told).encode())
    assert isinstance(error, UnknownFormat)
    assert "no span tells" in error.what


def test_a_trace_of_scopes_alone_is_refused():
    (error,) = found(json.dumps(batch([span("agent", {"gen_ai.operation.name": "invoke_agent"})])).encode())
    assert "holds no call" in error.what


def test_values_of_every_kind():
    given = {"place": "Paris", "n": 1, "f": 1.5, "all": ["a", None, True], "o": {"x": {}}}
    told = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x", "gen_ai.tool.call.arguments": given}
    assert asked(one(batch([span("execute_tool x", told)]))) == {**given, "o": {"x": {}}}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"startTimeUnixNano": "soon"}, "startTimeUnixNano"),
        ({"startTimeUnixNano": "9" * 30}, "startTimeUnixNano"),
        ({"startTimeUnixNano": 10**400}, "startTimeUnixNano"),
        ({"attributes": "a"}, "attributes"),
        ({"attributes": [{"key": 1}]}, "attributes[0].key"),
        ({"name": 3}, "name"),
        ({"traceId": 7}, "traceId"),
    ],
)
def test_what_is_no_span_is_an_error_with_its_place(change, where):
    (error,) = found(json.dumps(batch([{**span("a", CHAT), **change}])).encode())
    assert isinstance(error, UnreadableFile)
    assert error.where.startswith("traces.jsonl: ")
    assert error.where.endswith(where)


def test_attributes_nested_without_end_are_refused():
    deep = {"stringValue": "x"}
    for _ in range(80):
        deep = {"arrayValue": {"values": [deep]}}
    (error,) = found(json.dumps(batch([{**span("a"), "attributes": [{"key": "gen_ai.x", "value": deep}]}])).encode())
    assert isinstance(error, HostileFile)


def test_a_span_whose_parent_is_not_there_says_so():
    session = one(batch([span("a", CHAT, parent="elsewhere")]))
    assert "parent spans" in session.exchanges[0].provenance.lacked
    assert "parent spans" in session.header.origin.lacked
    assert "parent spans" not in one(batch([span("a", CHAT)])).header.origin.lacked


def test_attributes_that_the_sdk_left_out_make_a_request_cut():
    kept = {name: told for name, told in CHAT.items() if not name.startswith("gen_ai.input")}
    session = one(batch([span("a", kept, droppedAttributesCount=3)]))
    assert session.exchanges[0].provenance.truncated == ("request messages",)
    assert "request messages" in session.exchanges[0].provenance.lacked


def test_json_that_ends_in_the_middle_is_cut():
    cut = {**CHAT, "gen_ai.input.messages": CHAT["gen_ai.input.messages"][:20]}
    assert one(batch([span("a", cut)])).exchanges[0].provenance.truncated == ("request messages",)


def test_spans_without_content_are_refused_with_the_setting():
    silent = {name: told for name, told in CHAT.items() if "messages" not in name}
    (error,) = found(json.dumps(batch([span("a", silent)])).encode())
    assert isinstance(error, MissingContent)
    assert "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT" in error.remedy


def test_one_trace_that_is_refused_leaves_the_others():
    silent = {name: told for name, told in CHAT.items() if "messages" not in name}
    first, second = found(json.dumps(batch([span("a", silent), span("b", CHAT, trace="u")])).encode())
    assert isinstance(first, OaoError)
    assert len(second.exchanges) == 1


def test_a_silent_span_of_a_call_that_another_tells_is_left_out():
    silent = {name: told for name, told in CHAT.items() if "messages" not in name}
    session = one(batch([span("http", silent, parent="a", at=0.1, lasting=0.5), span("a", CHAT)]))
    assert len(session.exchanges) == 1


def test_log_records_tell_what_was_said():
    silent = {name: told for name, told in CHAT.items() if "messages" not in name and name != "gen_ai.provider.name"}
    spoken = [
        log("gen_ai.system.message", "a", {"content": "be brief"}),
        log("gen_ai.user.message", "a", {"content": "hi"}),
        log("gen_ai.choice", "a", {"index": 0, "finish_reason": "stop", "message": {"content": "hello"}}),
    ]
    session = one(batch([span("a", {**silent, "gen_ai.system": "openai"})], logs=spoken))
    assert asked(session)["gen_ai.system_instructions"][0]["content"] == "be brief"
    assert asked(session)["gen_ai.input.messages"][0]["parts"][0]["content"] == "hi"
    assert came(session)["gen_ai.output.messages"][0]["parts"][0]["content"] == "hello"


def test_an_event_of_details_tells_what_was_said():
    silent = {name: told for name, told in CHAT.items() if "messages" not in name}
    details = {name: json.loads(told) for name, told in CHAT.items() if "messages" in name}
    told = log("gen_ai.client.inference.operation.details", "a", attributes=details)
    assert asked(one(batch([span("a", silent)], logs=[told]))) == asked(one(batch([span("a", CHAT)])))


def test_what_a_team_knows_the_run_by():
    root = span("POST /", {"user.id": "u1", "tag.tags": ["eu"]})
    own = {"traceloop.association.properties.plan": "pro", "traceloop.association.properties.user": "theirs"}
    call = span("a", {**CHAT, "gen_ai.conversation.id": "c1", **own}, parent="POST /")
    session = one(batch([root, call], resource={"service.name": "shop", "service.version": "3"}))
    known = {"conversation": "c1", "user": "u1", "service": "shop", "version": "3", "plan": "pro", "tags": ["eu"]}
    known["metadata"] = {"user": "theirs"}
    assert {name: session.header.metadata[name] for name in known} == known


def test_attributes_of_a_teams_own_around_the_calls_are_told_of_the_run():
    root = span("POST /", {"customer.tier": "gold", "http.route": "/ask", "user.name": "Ann", "tier": 1})
    inner = span("answer", {"customer.tier": "none", "app.build": 7}, parent="POST /")
    call = span("a", {**CHAT, "acme.attempt": 2}, parent="answer")
    metadata = one(batch([root, inner, call])).header.metadata
    assert metadata.items() >= {"customer.tier": "gold", "app.build": 7}.items()
    assert not metadata.keys() & {"http.route", "user.name", "tier", "acme.attempt"}
    assert one(batch([call])).header.metadata["acme.attempt"] == 2


def test_what_opentelemetry_names_is_no_teams_own():
    semconv = pytest.importorskip("opentelemetry.semconv._incubating.attributes")
    names = [
        value
        for module in pkgutil.iter_modules(semconv.__path__)
        for name, value in vars(importlib.import_module(f"{semconv.__name__}.{module.name}")).items()
        if name.isupper() and isinstance(value, str) and not value.startswith("app.")
    ]
    assert len(names) > 100
    root = span("POST /", dict.fromkeys(names, "x"))
    metadata = one(batch([root, span("a", CHAT, parent="POST /")])).header.metadata
    assert not metadata.keys() & set(names)


def test_what_langsmith_writes_of_a_run_is_flat_metadata():
    told = {"thread_id": "t1", "plan": "pro", "ls_provider": "openai"}
    attributes = {f"langsmith.metadata.{name}": value for name, value in told.items()}
    for tags in ("eu, beta", ["eu", "beta"]):
        root = span("run", {**attributes, "langsmith.span.tags": tags})
        metadata = one(batch([root, span("a", CHAT, parent="run")])).header.metadata
        known = {"conversation": "t1", "plan": "pro", "tags": ["eu", "beta"]}
        assert {name: metadata.get(name) for name in known} == known
        assert "ls_provider" not in metadata


def test_attempts_that_spans_of_http_tell_are_exchanges():
    tries = [
        span("POST", {"http.request.method": "POST", "http.response.status_code": code}, parent="a", at=at, lasting=0.1)
        | {"spanId": hexed(f"try {code}", 16)}
        for code, at in ((429, 0.0), (200, 0.5))
    ]
    session = one(batch([*tries, span("a", CHAT)]))
    failed, answered = session.exchanges
    assert came(session)["http.response.status_code"] == 429
    assert failed.provenance.inferred == ("attempt",)
    assert failed.call.body == answered.call.body
    assert answered.started_at == 1_795_000_000.5


def test_messages_that_were_uploaded_are_read_beside_the_dump(tmp_path):
    from pytest_oao.importers.dumps import FileDump

    silent = {name: told for name, told in CHAT.items() if "messages" not in name}
    names = {"gen_ai.input.messages": "1_inputs.json", "gen_ai.output.messages": "1_outputs.jsonl"}
    references = {f"{name}_ref": f"s3://bucket/up/{file}" for name, file in names.items()}
    dump = tmp_path / "traces.json"
    dump.write_text(json.dumps(batch([span("a", {**silent, **references})])))
    (error,) = Otlp().read(FileDump("traces.json", dump))
    assert isinstance(error, MissingContent)
    assert "1_inputs.json" in error.remedy
    (tmp_path / "up").mkdir()
    (tmp_path / "up/1_inputs.json").write_text(CHAT["gen_ai.input.messages"])
    (tmp_path / "1_outputs.jsonl").write_text(json.dumps(json.loads(CHAT["gen_ai.output.messages"])[0]) + "\n")
    (session,) = Otlp().read(FileDump("traces.json", dump))
    assert (asked(session), came(session)) == (
        asked(one(batch([span("a", CHAT)]))),
        came(one(batch([span("a", CHAT)]))),
    )


@pytest.mark.parametrize(
    "place", ["../secret.json", "file:///../../secret.json", "..", "/", "*", "x/../../secret.json"]
)
def test_a_reference_leads_nowhere_else(place, tmp_path):
    from pytest_oao.importers.dumps import FileDump

    (tmp_path / "secret.json").write_text(CHAT["gen_ai.input.messages"])
    (tmp_path / "in").mkdir()
    silent = {name: told for name, told in CHAT.items() if "messages" not in name}
    (tmp_path / "in/traces.json").write_text(
        json.dumps(batch([span("a", {**silent, "gen_ai.input.messages_ref": place})]))
    )
    (error,) = Otlp().read(FileDump("traces.json", tmp_path / "in/traces.json"))
    assert isinstance(error, MissingContent)


def protobuf(*batches):
    """Return batches as protobuf."""
    trace = pytest.importorskip("opentelemetry.proto.trace.v1.trace_pb2")
    from google.protobuf.json_format import ParseDict

    def of_protobuf(told):
        if isinstance(told, dict):
            return {
                key: base64.b64encode(bytes.fromhex(item)).decode() if key.endswith("Id") else of_protobuf(item)
                for key, item in told.items()
            }
        return [of_protobuf(item) for item in told] if isinstance(told, list) else told

    return [ParseDict(of_protobuf(told), trace.TracesData()).SerializeToString() for told in batches]


def varint(number):
    return bytes([number & 0x7F | 0x80]) + varint(number >> 7) if number > 0x7F else bytes([number])


def test_protobuf_whole_or_with_lengths_is_the_same_session():
    first, second = batch([span("a", CHAT)]), batch([span("b", CHAT, parent="a", at=2)])
    plain = read(first, second)
    (whole,) = protobuf({"resourceSpans": first["resourceSpans"] + second["resourceSpans"]})
    lengths = b"".join(varint(len(data)) + data for data in protobuf(first, second))
    for data in (whole, lengths):
        assert Otlp().sniff(data[:65536])
        (session,) = found(data)
        assert [each.call.body for each in session.exchanges] == [each.call.body for each in plain[0].exchanges]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\n\n\n\n", b"\n{}", b"\x0a\x05hello", b"# text\n", b"\x12\x00", bytes(100)]
)
def test_other_bytes_are_no_protobuf(data):
    assert not Otlp().sniff(data)


def test_protobuf_that_is_cut_is_refused():
    (data,) = protobuf(batch([span("a", CHAT)]))
    lengths = varint(len(data)) + data
    for broken in (data[:-3], lengths[:-3], data[:80] + b"\xff" * 40 + data[120:]):
        assert all(isinstance(each, UnreadableFile) for each in found(broken))


def test_protobuf_without_the_extra_says_what_to_install(monkeypatch):
    (data,) = protobuf(batch([span("a", CHAT)]))
    monkeypatch.setitem(sys.modules, "opentelemetry.proto.trace.v1.trace_pb2", None)
    (error,) = found(data)
    assert isinstance(error, UnknownFormat)
    assert "pytest-oao[otlp]" in error.remedy


def test_halves_of_characters_in_a_models_name_are_kept_out_of_its_address():
    half = "gpt" + chr(0xD800)
    session = one(batch([span("a", {**CHAT, "gen_ai.request.model": half, "gen_ai.provider.name": half})]))
    assert session.exchanges[0].call.url == "gen-ai://gpt%3F/gpt%3F"


def test_the_builder_writes_what_otlp_has():
    assert pairs({"a": [1]}) == [{"key": "a", "value": {"arrayValue": {"values": [value(1)]}}}]
