import json
import os
import sqlite3
from pathlib import Path

import pytest
from foreign_values import SECRET, as_json, assert_clean, mutated, survives
from hypothesis import given, settings
from hypothesis import strategies as st
from importer_samples import sessions_in
from langgraph_databases import CHECKPOINTS, Database, Ext, ai, interrupt, message, pack, tool, weather

from pytest_oao.errors import HostileFile, OaoError, UnknownFormat, UnreadableFile
from pytest_oao.importers import sqlite_tables
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.langgraph_checkpoints import LangGraphCheckpoints
from pytest_oao.importers.langgraph_values import value_of
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers import neutral
from pytest_oao.providers.payloads import loads

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
NOBODY = "00000000-0000-0000-0000-000000000000"


def read(database):
    data = database.data
    assert detect(FileDump("x", data), IMPORTERS).name == "langgraph"
    return sessions_in(data, "x.sqlite")


def only(database):
    (session,) = read(database)
    return session


def asked(exchange):
    return neutral.request_of(loads(exchange.call.body.data))


def answered(exchange):
    return neutral.response_of(loads(exchange.outcome.body.data))


def test_a_thread_is_a_session():
    session = only(weather())
    assert [one.call.kind for one in session.exchanges] == ["chat", "execute_tool", "execute_tool", "chat"]
    told = session.header.metadata
    assert (session.header.id, told["input"], told["output"]) == ("t-1", "Rain?", "It rains.")
    assert (told["conversation"], told["user"]) == ("t-1", "ann")
    assert "step" not in told
    assert session.ending.status == "passed"


def test_a_models_request_is_the_state_before_it():
    first, _, _, last = only(weather()).exchanges
    assert asked(first).system == ({"type": "text", "content": "Be brief."},)
    assert [one.role for one in asked(first).messages] == ["user"]
    assert [one.role for one in asked(last).messages] == ["user", "assistant", "tool", "tool"]
    response = answered(first)
    assert (response.id, response.model, response.choices[0].finish_reason) == (
        "chatcmpl-a1",
        "gpt-5-2026",
        "tool_call",
    )
    assert (response.usage.input_tokens, response.usage.cached_tokens) == (9, 4)
    assert first.provenance.inferred == ("request messages",)
    assert {"request model", "system prompt", "tool definitions"} <= set(first.provenance.lacked)
    assert first.started_at == pytest.approx(1795255201.0)


def test_tools_are_what_their_messages_tell():
    _, first, second, _ = only(weather()).exchanges
    assert (first.call.target, loads(first.call.body.data)) == ("rain", {"place": "x"})
    assert first.call.attributes["gen_ai.tool.call.id"] == "k1"
    assert loads(second.outcome.body.data) == "no snow"
    assert first.provenance.lacked == ("result types",)


def test_a_tool_that_failed_raised():
    broken = Database().checkpoint(0, {}).write(0, "messages", [failed()])
    (exchange,) = only(broken).exchanges
    assert exchange.outcome == Raised("ToolError", "Error: no")
    assert exchange.provenance.lacked == ("result types", "tool arguments")


def failed():
    told = tool("Error: no", "k9")
    told.content[2]["status"] = "error"
    return told


def test_a_call_that_is_in_the_state_alone_is_found_there():
    calling = ai("", "a1", ("rain", {"place": "x"}, "k1"))
    database = Database().checkpoint(3, {"messages": [calling]}).write(3, "messages", [tool("yes", "k1")])
    (exchange,) = only(database).exchanges
    assert loads(exchange.call.body.data) == {"place": "x"}


def test_messages_in_a_models_name_are_no_calls():
    by_a_node = message("ai", "Hello.", id="0b1c")
    run = message("ai", "Hello.", id="lc_run--1")
    database = Database().checkpoint(0, {}).write(0, "messages", [by_a_node, run])
    assert len(only(database).exchanges) == 1


def test_what_somebody_changed_by_hand_is_no_call():
    database = weather().checkpoint(5, {}, source="update").write(4, "messages", [ai("By hand.", "a9")])
    assert len(only(database).exchanges) == 4


def test_what_was_gone_back_on_is_left_out():
    other = [ai("Another way.", "a7")]
    database = weather().checkpoint(6, {}, parent="c-001", source="loop").write(6, "messages", other)
    assert [answered(one).id for one in only(database).exchanges] == ["chatcmpl-a1", "chatcmpl-a7"]


def test_a_sub_graphs_calls_are_its_own_and_told_once():
    answer = ai("Fine.", "a5")
    database = (
        Database()
        .checkpoint(0, {"messages": []})
        .checkpoint(1, {"messages": [message("human", "x", id="h")]}, namespace="critic:77", parent="")
        .write(1, "messages", [answer], namespace="critic:77")
        .write(0, "messages", [answer])
    )
    (exchange,) = only(database).exchanges
    assert exchange.call.attributes["gen_ai.agent.name"] == "critic"
    assert [one.role for one in asked(exchange).messages] == ["user"]


def test_calls_of_one_superstep_stand_in_lanes_of_their_own():
    database = (
        Database()
        .checkpoint(0, {"messages": [message("human", "x", id="h")]})
        .write(0, "messages", [ai("One.", "a1")], task="a")
        .write(0, "messages", [ai("Two.", "a2")], task="b")
        .checkpoint(1, {})
    )
    assert [one.call.lane for one in only(database).exchanges] == ["0", "0.0"]


def test_tasks_of_the_functional_api_lack_what_they_asked():
    database = (
        Database().checkpoint(0, {}, source="input").write(0, "__return__", ai("Hi.", "a1"), path="~__pregel_push, x")
    )
    (exchange,) = only(database).exchanges
    assert "request messages" in exchange.provenance.lacked


def questions(*writes, after=True):
    database = Database().checkpoint(0, {})
    for channel, value, task, at in writes:
        database.write(0, channel, value, task=task, at=at)
    return only(database.checkpoint(1, {}) if after else database)


def test_an_interrupt_and_its_answer_are_a_question():
    session = questions(
        ("__interrupt__", interrupt({"q": "Ship?"}), "a", -3),
        ("__resume__", ["yes"], "a", -4),
        ("__resume__", "yes", NOBODY, -4),
    )
    (exchange,) = session.exchanges
    assert (exchange.call.kind, exchange.call.target) == ("human_input", "interrupt")
    assert loads(exchange.call.body.data) == {"question": {"q": "Ship?"}, "answer": "yes"}
    assert loads(exchange.outcome.body.data) == "yes"


def test_of_two_questions_of_a_task_the_first_is_forgotten():
    session = questions(
        ("__interrupt__", interrupt("second?"), "a", -3),
        ("__resume__", ["A"], "a", -4),
        ("__resume__", "B", NOBODY, -4),
    )
    first, second = session.exchanges
    assert loads(first.call.body.data) == {"question": None, "answer": "A"}
    assert first.provenance.lacked == ("request messages",)
    assert loads(second.call.body.data) == {"question": "second?", "answer": "B"}


def test_a_question_without_an_answer_is_what_the_thread_waits_for():
    session = only(weather().write(4, "__interrupt__", interrupt("Ship?"), at=-3))
    assert (session.header.metadata["waiting_for"], session.in_doubt) == (["Ship?"], ())
    again = weather().write(4, "__interrupt__", interrupt("And now?"), at=-3).write(4, "__resume__", ["A"], at=-4)
    waiting = only(again)
    assert waiting.header.metadata["waiting_for"] == ["And now?"]
    assert loads(waiting.exchanges[-1].call.body.data) == {"question": None, "answer": "A"}


def test_an_image_stands_as_its_data():
    blocks = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
        {"type": "image", "base64": "aGk="},
    ]
    database = (
        Database().checkpoint(0, {"messages": [message("human", blocks, id="h")]}).write(0, "messages", [ai("x", "a")])
    )
    first, second = asked(only(database).exchanges[0]).messages[0].parts
    assert first == {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "iVBO"}
    assert second["content"] == "aGk="


def test_an_error_of_the_last_superstep_is_how_it_ended():
    session = only(weather().write(4, "__error__", "ValueError('no')", at=-1))
    assert (session.ending.status, session.ending.message) == ("failed", "ValueError('no')")


def test_threads_are_told_apart_and_one_without_calls_is_refused_alone():
    database = weather().checkpoint(0, {}, thread="t-0").checkpoint(1, {}, thread="t-2")
    database.write(1, "messages", [ai("Hi.", "b1")], thread="t-2").write(
        9, "messages", [ai("Gone.", "b2")], thread="t-1a"
    )
    first, second, third = LangGraphCheckpoints().read(FileDump("x", database.data))
    assert isinstance(first, OaoError)
    assert (second.header.id, third.header.id) == ("t-1", "t-2")


def test_a_pickle_is_never_opened():
    database = weather().write(3, "state", ("pickle", b"cos\nsystem\n(S'true'\ntR."))
    with pytest.raises(UnknownFormat, match="'pickle', which is not opened"):
        read(database)


def test_checkpoints_of_javascript_are_json():
    said = {"content": "Hi.", "response_metadata": {"model_name": "m"}}
    value = [{"lc": 1, "type": "constructor", "id": ["langchain_core", "messages", "AIMessage"], "kwargs": said}]
    database = Database().checkpoint(0, {}).write(0, "messages", ("json", json.dumps(value).encode()))
    (exchange,) = only(database).exchanges
    assert answered(exchange).choices[0].parts == ({"type": "text", "content": "Hi."},)


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        ("msgpack", pack({"a": [1, -5, 300, 0.5, True, None], 2: "x"}), {"a": [1, -5, 300, 0.5, True, None], "2": "x"}),
        ("msgpack", b"\x93\xa1a\xcc\xff\xd1\xff\x00", ["a", 255, -256]),
        ("msgpack", b"\x81\xd9\x01k\xc4\x02hi", {"k": {"base64": "aGk="}}),
        (
            "msgpack",
            pack(Ext(3, "datetime", "datetime", "2026-11-21T10:00:00", "fromisoformat")),
            "2026-11-21T10:00:00",
        ),
        ("msgpack", pack(Ext(2, "app.models", "Order", {"n": 1})), {"n": 1}),
        ("msgpack", pack(Ext(6, "<f8", [2], "C", b"..")), {"array": ["<f8", [2]]}),
        ("msgpack", pack(Ext(7, 1, 2)), [1, 2]),
        ("msgpack", b"\xd6\xff\x00\x00\x00\x00", {"extension": -1}),
        ("msgpack", pack(Ext(5, "odd")), {"extension": 5}),
        ("null", b"", None),
        ("bytes", b"abc", {"bytes": 3}),
    ],
)
def test_values_are_plain_data(kind, data, value):
    assert value_of(kind, data, "here") == value


@pytest.mark.parametrize("data", [b"\xc1", b"\xdc\xff\xff", b"\xdb\0\0\0\x05ab", b"\x01\x01", b"\xd4", b"\x91" * 500])
def test_damaged_values_are_errors_of_ours(data):
    with pytest.raises(UnreadableFile):
        value_of("msgpack", data, "here")


def test_a_log_beside_the_database_must_be_merged_first(tmp_path):
    path = tmp_path / "live.sqlite"
    path.write_bytes(weather().data)
    assert len(list(LangGraphCheckpoints().read(FileDump(str(path), path)))) == 1
    (tmp_path / "live.sqlite-wal").write_bytes(b"x")
    with pytest.raises(UnreadableFile, match="in the log beside it") as caught:
        list(LangGraphCheckpoints().read(FileDump(str(path), path)))
    assert "wal_checkpoint" in caught.value.remedy


def test_a_database_that_keeps_a_log_is_read_without_it(tmp_path):
    path = tmp_path / "it.sqlite"
    path.write_bytes(weather().data)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    assert path.read_bytes()[18:20] == b"\2\2"
    assert len(list(LangGraphCheckpoints().read(FileDump("elsewhere", path)))) == 1


def database_of(*statements):
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    return connection.serialize()


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE other (thread_id, checkpoint_ns)",),
        ("CREATE VIEW checkpoints AS SELECT 1 AS thread_id, 2 AS checkpoint_ns",),
        (CHECKPOINTS.replace("metadata BLOB,", "metadata BLOB GENERATED ALWAYS AS (zeroblob(99)),"),),
    ],
)
def test_tables_must_be_tables(statements):
    with pytest.raises(UnreadableFile, match="no column"):
        sessions_in(database_of(*statements), "x", "langgraph")


def test_early_databases_have_no_paths_of_tasks():
    database = Database(
        "CREATE TABLE writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value)"
    )
    database.checkpoint(1, {})
    row = ("t-1", "", "c-001", "a", 0, "messages", "msgpack", pack([ai("Hi.", "a1")]))
    database.connection.execute("INSERT INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert len(only(database).exchanges) == 1


def test_reading_takes_no_more_than_its_steps(monkeypatch):
    monkeypatch.setattr(sqlite_tables, "_STEPS", 10)
    monkeypatch.setattr(sqlite_tables, "_MOST", 5)
    with pytest.raises(HostileFile, match="too long"):
        sessions_in(weather().data, "x", "langgraph")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not here")
def test_the_sample_is_read():
    (session,) = sessions_in((SHARED / "samples" / "langgraph.sqlite").read_bytes(), "langgraph.sqlite")
    assert [one.call.target for one in session.exchanges] == [
        "MODEL gpt-5-2026-01-01",
        "get_weather",
        "MODEL gpt-5-2026-01-01",
    ]


def test_secrets_do_not_reach_a_cassette(tmp_path):
    dirty = f"x {SECRET}"
    database = (
        Database()
        .checkpoint(0, {"__start__": {"messages": [["user", dirty]]}}, source="input", note=dirty)
        .checkpoint(1, {"messages": [message("system", dirty, id="s"), message("human", dirty, id="h")]})
        .write(1, "messages", [ai(dirty, "a1", ("rain", {"place": dirty}, "k1")), tool(dirty, "k1")])
        .write(1, "__interrupt__", interrupt({"q": dirty}), at=-3)
        .write(1, "__resume__", [dirty], at=-4)
        .write(2, "__error__", dirty, at=-1)
        .checkpoint(2, {})
    )
    assert_clean(read(database), tmp_path)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_broken_database_is_an_error_of_ours(data):
    content = bytearray(weather().data)
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(content), "langgraph")


@settings(deadline=None, max_examples=60)
@given(
    mutated([[{"type": "ai", "content": [{"type": "image"}], "id": "run-1", "tool_calls": [{"name": "f", "id": "k"}]}]])
)
def test_odd_messages_are_calls_or_errors_of_ours(value):
    stored = ("json", as_json(value))
    database = weather().write(3, "messages", stored).write(3, "__interrupt__", stored).write(3, "__resume__", stored)
    survives(database.data, "langgraph")


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=80), st.sampled_from(["msgpack", "json", "null", ""]))
def test_any_bytes_are_a_value_or_an_error_of_ours(data, kind):
    survives(weather().write(3, "messages", (kind, data)).data, "langgraph")
