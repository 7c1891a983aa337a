import time

import pytest

from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import StoreFailed
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.model.sessions import Ending, Header, Origin, Session

SECRET = "planted-0123456789-value"


def session():
    body = Body(f"héllo {SECRET} ".encode() * 40, f"text/plain; key={SECRET}")
    told = {SECRET: [SECRET, {"k": SECRET}]}
    head = Head(200, (("set-cookie", SECRET), ("location", f"https://h/?key={SECRET}")))
    call = Call(
        "http",
        f"POST https://h/{SECRET}",
        body,
        "0",
        f"https://h/?key={SECRET}",
        (("accept", SECRET),),
        told,
        Site("a.py:1", "t.py:2"),
    )
    parts = [b"data: one\n\n", f"data: {SECRET}\n\n".encode(), b"data: three\n\n"]
    stream = Streamed(
        Body(b"".join(parts), f"text/event-stream; key={SECRET}"), head, tuple(map(len, parts)), (), Raised("E", SECRET)
    )
    exchanges = (
        Exchange(1, call, Returned(body, head), attributes=told),
        Exchange(2, call, Raised("E", SECRET), attributes=told),
        Exchange(3, call, stream),
    )
    header = Header("x", origin=Origin("imported", "har", SECRET), test=SECRET, metadata=told)
    return Session(header, exchanges, Ending("failed", SECRET), (call,))


def test_no_secret_is_left_in_any_part_of_a_session(tmp_path):
    clean = redacted_session(session(), Redactor(values=[SECRET]))
    journal = Journal.create(tmp_path / "x.oao.jsonl", clean.header)
    for exchange in clean.exchanges:
        journal.started(exchange.seq, exchange.call)
        journal.settled(exchange)
    journal.started(4, clean.in_doubt[0])
    journal.close(clean.ending)
    assert SECRET not in journal.path.read_text("utf-8")
    assert read_journal(journal.path).session.exchanges == clean.exchanges


def test_a_redacted_stream_keeps_its_chunks():
    clean = redacted_session(session(), Redactor(values=[SECRET])).exchanges[2].outcome
    chunks = list(clean.chunks())
    assert (chunks[0], chunks[2]) == (b"data: one\n\n", b"data: three\n\n")
    assert sum(clean.sizes) == len(clean.body.data)


def test_what_has_no_secret_is_the_same_afterwards():
    plain = Session(Header("x", redaction=Redactor(values=[SECRET]).names))
    assert redacted_session(plain, Redactor(values=[SECRET])) == plain


def test_an_id_that_tells_a_secret_is_another():
    for name in (SECRET, f"run-{SECRET}"):
        told = redacted_session(Session(Header(name)), Redactor(values=[SECRET])).header.id
        assert told.startswith("imported-")
        assert SECRET not in told
    assert redacted_session(Session(Header("run-1")), Redactor(values=[SECRET])).header.id == "run-1"


def id_of(name):
    return redacted_session(Session(Header(name)), Redactor(values=[SECRET])).header.id


def test_ids_become_names_of_files():
    assert id_of("trace-1") == "trace-1"
    assert id_of("../a b").startswith("a-b-")
    assert id_of("../a b") != id_of("../a-b")
    assert len(id_of("x" * 500)) < 100
    assert id_of("\ud800") != id_of("\ud801")
    assert id_of(id_of("../a b")) == id_of("../a b")


def test_a_secret_is_taken_out_of_an_id_before_it_becomes_a_name():
    for name in ("https://u:pw-plain-123@h/x", "api_key=hunter2hunter2", "Bearer Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"):
        assert id_of(name).startswith("imported-")
    ids = {id_of(name) for name in (SECRET, f"{SECRET} x", f"/{SECRET}/", f"é{SECRET}", f"user@host/{SECRET}")}
    assert len(ids) == 5
    assert not [one for one in ids if SECRET in one]
    assert {id_of(one) for one in ids} == ids


def test_an_id_that_no_file_could_have_is_another_in_no_time():
    started = time.process_time()
    told = redacted_session(Session(Header("-" * 40_000)), Redactor(values=[SECRET])).header.id
    assert told.startswith("imported-")
    assert len(told) < 20
    assert time.process_time() - started < 1
    longest = "x" * 89
    assert redacted_session(Session(Header(longest)), Redactor(values=[SECRET])).header.id == longest


@pytest.mark.parametrize("depth", [101, 600])
def test_what_is_nested_too_deep_to_be_kept_is_an_error_of_ours(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    with pytest.raises(StoreFailed, match="deeper than 100 levels"):
        shelf.dumps(redacted_session(Session(Header("x", metadata={"input": value})), Redactor(values=[SECRET])))
