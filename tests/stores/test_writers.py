"""Records written beside a program: in order, within a bound, and nothing is raised whatever the store does."""

import gc
import logging
import os
import threading
import time
import weakref

import pytest

from pytest_oao.cassette.journal_reading import parse_journal
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import StoreFailed
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.ports import Keep
from pytest_oao.stores import writers
from pytest_oao.stores.cleaning import Redaction
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.production import Production
from pytest_oao.stores.tallies import Counts, Tally
from pytest_oao.stores.writers import Writer

CALL = Call("http", "GET https://a.example/", Body(b"question"))
ANSWER = Returned(Body(b"answer"))


@pytest.fixture(autouse=True)
def _with_all_the_room():
    assert writers.drain_all(20)
    yield
    assert writers.drain_all(20)


class Memory:
    """A store that does as it is told."""

    is_near, patience, keep = False, 0.0, Keep()

    def __init__(self, patience=0.0, waits=None):
        self.patience, self.waits = patience, waits
        self.parts, self.fails, self.closed = {}, None, []

    def __repr__(self):
        return f"Memory({id(self)})"

    def address(self, session):
        return f"memory#{session}"

    def begin(self, session):
        store = self

        class Journal:
            def append(self, lines, *, durable):
                if store.waits is not None:
                    assert store.waits.wait(20)
                if store.fails is not None:
                    raise store.fails
                store.parts.setdefault(session, []).append(lines)

            def close(self):
                store.closed.append(session)

        return Journal()

    def read(self, session):
        return b"".join(self.parts[session])


def recording(store, name="one", *, durable=False, production=None):
    production = production or Production(store, durable=durable)
    return production, production.sink(Header(name), Redaction(Redactor.of((), environment={})))


def call(sink, seq=1, data=b"question"):
    made = Call("http", "GET https://a.example/", Body(data))
    sink.started(seq, made)
    sink.settled(Exchange(seq, made, ANSWER))


def read(store, name="one"):
    return parse_journal(store.read(name), name).session


def test_events_are_lines_in_their_order_and_the_last_one_seals():
    store = Memory()
    production, sink = recording(store)
    for seq in range(1, 50):
        call(sink, seq)
    sink.end(Ending("passed"))
    assert production.drain(5)
    assert [exchange.seq for exchange in read(store).exchanges] == list(range(1, 50))
    assert read(store).complete
    assert store.closed == ["one"]
    assert production.tally.counts == Counts(recorded=1)


def test_lines_far_longer_than_what_they_are_made_of_are_not_gathered(monkeypatch):
    """A compressed answer is held as it came, and its line is a thousand times as long."""
    monkeypatch.setattr("pytest_oao.stores.records.GATHERED", 1000)
    store = Memory(patience=60.0)
    _, sink = recording(store)
    with writers._ROOM.lock:  # the writer finds them all at once
        for _ in range(20):
            sink.take(lambda: b"x" * 600 + b"\n", 1)
    sink.wait(10)
    assert len(store.parts["one"]) >= 10
    assert max(map(len, store.parts["one"])) < 2500


def test_what_comes_after_the_end_is_left_out():
    store = Memory()
    production, sink = recording(store)
    call(sink)
    sink.end(Ending("passed"))
    call(sink, 2)
    assert production.drain(5)
    assert len(read(store).exchanges) == 1
    assert production.tally.counts == Counts(recorded=1)


def test_a_store_that_is_patient_is_given_many_lines_at_once_and_all_at_the_end():
    store = Memory(patience=60)
    production, sink = recording(store)
    call(sink)
    call(sink, 2)
    assert sink.read()  # whoever reads is not kept waiting
    assert len(store.parts["one"]) == 1
    call(sink, 3)
    sink.end(Ending("passed"))
    assert production.drain(5)
    assert len(store.parts["one"]) == 2
    assert read(store).complete


def test_and_they_come_when_they_are_due_or_are_many(monkeypatch):
    store = Memory(patience=0.05)
    _, sink = recording(store)
    call(sink)
    end = time.monotonic() + 10
    while not store.parts and time.monotonic() < end:
        time.sleep(0.005)
    assert read(store).exchanges
    monkeypatch.setattr("pytest_oao.stores.records.GATHERED", 1000)
    store.patience = 60
    _, sink = recording(store, "two")
    for seq in range(1, 20):
        call(sink, seq)
    while not store.parts.get("two") and time.monotonic() < end:
        time.sleep(0.005)
    assert store.parts["two"]


@pytest.mark.parametrize("durable", [False, True])
def test_a_store_that_fails_costs_the_record_and_says_so_once_in_a_while(caplog, durable):
    store = Memory()
    production = Production(store, durable=durable)
    for name in ("one", "two", "three"):
        _, sink = recording(store, name, production=production)
        call(sink)
        production.drain(5)
        store.fails = StoreFailed("it is full", where="here")
        call(sink, 2)
        production.drain(5)
        call(sink, 3)
        sink.end(Ending("passed"))
        assert production.drain(5)
    assert production.tally.counts == Counts(dropped=3, reason="it is full")
    assert not read(store).complete
    assert len(read(store).exchanges) == 1
    assert set(store.parts) == {"one"}
    assert "one" in store.closed
    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "it is full" in line.getMessage()
    assert "memory#one" in line.getMessage()


@pytest.mark.parametrize("fails", [RuntimeError("a bug"), OSError(28, "no space"), StoreFailed("no")])
def test_whatever_it_raises(fails):
    store = Memory()
    store.fails = fails
    production, sink = recording(store)
    call(sink)
    sink.end(Ending("passed"))
    assert production.drain(5)
    assert production.tally.counts.dropped == 1
    store.fails = None
    _, sink = recording(store, "two", production=production)
    call(sink)
    sink.end(Ending("passed"))
    assert production.drain(5)
    assert production.tally.counts.recorded == 1


def test_what_cannot_be_a_line_costs_the_record_too():
    store = Memory()
    production, sink = recording(store)
    call(sink)
    sink.started(2, Call("http", "GET https://a.example/", attributes={"a": object()}))
    sink.end(Ending("passed"))
    assert production.drain(5)
    assert production.tally.counts.dropped == 1
    assert "cannot be written down: TypeError" in production.tally.counts.reason
    assert not read(store).complete


def test_a_store_that_does_not_keep_up_loses_sessions_and_never_holds_the_program_up(monkeypatch):
    monkeypatch.setattr(writers, "BOUND", 50_000)
    go = threading.Event()
    store = Memory(waits=go)
    production, sink = recording(store)
    call(sink)
    time.sleep(0.05)
    began = time.monotonic()
    for seq in range(2, 20):
        call(sink, seq, b"x" * 10_000)
    assert time.monotonic() - began < 2
    assert production.tally.counts.dropped == 1
    assert "more is recorded than the store takes" in production.tally.counts.reason
    sink.end(Ending("passed"))
    go.set()
    assert production.drain(5)
    assert not read(store).complete
    assert store.closed == ["one"]
    _, sink = recording(store, "two", production=production)
    call(sink)
    sink.end(Ending("passed"))
    assert production.drain(5)
    assert read(store, "two").complete


def test_the_bound_is_one_for_all_stores(monkeypatch):
    monkeypatch.setattr(writers, "BOUND", 50_000)
    go = threading.Event()
    slow, quick = Memory(waits=go), Memory()
    production, sink = recording(slow)
    call(sink, 1, b"x" * 20_000)
    call(sink, 2, b"x" * 20_000)
    other, its_sink = recording(quick, "two")
    call(its_sink, 1, b"x" * 20_000)
    assert (production.tally.counts.dropped, other.tally.counts.dropped) == (0, 1)
    go.set()
    assert production.drain(5)
    _, its_sink = recording(quick, "three", production=other)
    call(its_sink, 1, b"x" * 20_000)
    its_sink.end(Ending("passed"))
    assert other.drain(5)
    assert other.tally.counts.recorded == 1
    assert writers._ROOM.taken == 0


def test_what_is_gathered_takes_room_and_is_written_before_that_is_short(monkeypatch):
    monkeypatch.setattr(writers, "BOUND", 100_000)
    store = Memory(patience=60)
    production = Production(store, durable=False)
    end = time.monotonic() + 10
    for number in range(40):
        call(recording(store, f"{number}", production=production)[1], 1, b"x" * 10_000)
        while writers._ROOM.taken > 60_000 and time.monotonic() < end:
            time.sleep(0.005)
    assert production.tally.counts.dropped == 0
    assert store.parts
    assert writers._ROOM.taken > 0  # not each of them is written at once
    assert production.drain(5)
    assert writers._ROOM.taken == 0


def test_drain_tells_where_it_takes_longer():
    go = threading.Event()
    store = Memory(waits=go)
    production, sink = recording(store)
    call(sink)
    assert not production.drain(0.05)
    go.set()
    assert production.drain(5)


def test_a_thread_that_cannot_begin_costs_the_record(monkeypatch):
    def refuse(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("_thread.start_new_thread", refuse)
    monkeypatch.setattr(writers, "_SHARED", {})
    store = Memory()
    production, sink = recording(store)
    call(sink)
    sink.end(Ending("passed"))
    assert production.tally.counts.dropped == 1


def test_one_thread_writes_for_all_folders(tmp_path):
    before = threading.active_count()
    for number in range(10):
        production, sink = recording(Directory(tmp_path / str(number)), f"20260101T000000Z-0000000{number}")
        call(sink)
        sink.end(Ending("passed"))
        assert production.drain(5)
    assert threading.active_count() <= before + 1
    assert len(list(tmp_path.glob("*/*"))) == 10


def test_a_session_that_is_over_is_not_held_on_to():
    store = Memory()
    production, sink = recording(store)
    call(sink)
    sink.end(Ending("passed"))
    assert production.drain(5)
    record = weakref.ref(sink.record)
    del sink
    gc.collect()
    assert record() is None


def test_an_event_from_a_signal_handler_in_between_is_taken():
    writer, done = Writer(), threading.Event()
    with writers._ROOM.lock:  # as a handler that comes while the program puts something
        assert writer.call(done.set)
    assert done.wait(5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_begins_with_nothing_even_where_locks_were_held():
    store, tally = Memory(), Tally()
    production, sink = recording(store)
    call(sink)
    assert production.drain(5)
    writers._ROOM.lock.acquire()
    tally._lock.acquire()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            tally.dropped("here", "for no reason")
            _, other = recording(store, "two", production=production)
            call(other)
            other.end(Ending("passed"))
            assert production.drain(5)
            assert production.tally.counts == Counts(recorded=1)
            assert read(store, "two").complete
            assert not sink.is_ours
            code = 0
        finally:
            os._exit(code)
    writers._ROOM.lock.release()
    tally._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert set(store.parts) == {"one"}
