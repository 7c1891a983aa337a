"""What goes on of a session after its end: stopped where it was confined, free where it was not."""

import gc
import socket
import threading
import time
import weakref

import pytest
from runtime_samples import call, recording, replaying, said, session

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.lanes_threads import ThreadLanes
from pytest_oao.errors import Diverged, EscapedCall
from pytest_oao.runtime import outliving
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import in_lane
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.running import current, running, shut
from pytest_oao.runtime.terms import Terms

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture(autouse=True)
def threads():
    installation = Installation([ThreadLanes()])
    yield
    installation.uninstall()


class Strand:
    """A thread that does one piece of work after another, whenever it is asked to."""

    def __init__(self):
        self.go, self.done = threading.Semaphore(0), threading.Semaphore(0)
        self.work = self.result = self.error = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.go.acquire() and self.work is not None:
            self.result = self.error = None
            try:
                self.result = self.work()
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
                self.error = error
            self.done.release()

    def __call__(self, work):
        self.work = work
        self.go.release()
        assert self.done.acquire(timeout=10)
        return self.result if self.error is None else self.error

    def end(self):
        thread, self.thread, self.work = self.thread, None, None
        if thread is not None:
            self.go.release()
            thread.join(10)


def connect(address=("127.0.0.1", 9)):
    with socket.socket() as one:
        return one.connect_ex(address)


def ask(text="hi"):
    return said(current().admit(call(text)).recorded.outcome)


@pytest.fixture
def strand():
    """A thread that a confined session has started, which is over by now."""
    with running(replaying(session(call())), shut):
        strand = Strand()
        assert strand(ask) == "answer 1"
    yield strand
    strand.end()


def test_its_next_call_and_connection_are_stopped(strand):
    assert isinstance(strand(ask), EscapedCall)
    error = strand(connect)
    assert isinstance(error, EscapedCall)
    assert "a connection to 127.0.0.1:9 (socket.connect) was made after the session that started it had ended" in str(
        error
    )
    assert error.remedy


def test_so_are_those_of_the_threads_that_it_starts(strand):
    def start():
        other = Strand()
        try:
            return other(ask), other(connect)
        finally:
            other.end()

    assert [type(error) for error in strand(start)] == [EscapedCall, EscapedCall]


def test_the_code_that_ran_the_session_goes_on_as_before_it(strand):
    assert current() is None
    assert connect() != 0


def test_a_session_that_is_running_is_what_answers_it(strand):
    """As a worker must be that serves test after test: nothing tells the two apart."""
    with running(replaying(session(call("next"))), shut):
        assert strand(lambda: ask("next")) == "answer 1"
    assert isinstance(strand(ask), EscapedCall)


def test_a_report_says_so_where_that_is_what_diverged(strand):
    with running(replaying(session(call("next"))), shut):
        error = strand(lambda: ask("another"))
    note = "the call comes from a thread or task that an earlier session started and left"
    assert note in error.divergence.notes
    with running(replaying(session(call("next"))), shut), pytest.raises(Diverged) as caught:
        ask("another")
    assert note not in caught.value.divergence.notes


def test_its_connections_are_stopped_whatever_else_is_running(strand):
    with running(recording()):
        assert isinstance(strand(connect), EscapedCall)
        with guarded(lambda *_: None):
            assert isinstance(strand(connect), EscapedCall)


def test_hosts_that_pass_through_still_do():
    gateway = replaying(session())
    gateway.terms = Terms(frozenset({"localhost"}))
    with running(gateway, shut):
        strand = Strand()
    assert isinstance(strand(connect), int)
    assert strand(lambda: current().terms.passthrough) == {"localhost"}
    strand.end()


def test_a_recording_in_production_lets_its_threads_go_on():
    with running(recording()):
        strand = Strand()
    assert strand(current) is None
    assert isinstance(strand(connect), int)
    strand.end()


def test_nothing_is_kept_of_a_session_whose_threads_are_gone(strand):
    kept = weakref.ref(strand(current))
    strand.result = None
    gc.collect()
    assert kept() is not None
    strand.end()
    gc.collect()
    assert kept() is None


def test_its_first_halt_stops_all_of_its_later_calls(strand):
    first = strand(lambda: ask("one"))
    assert isinstance(first, EscapedCall)
    assert strand(lambda: ask("another")) is first
    assert strand(lambda: current().halted) is first


def test_it_is_one_however_many_strands_ask_first(monkeypatch):
    def slowly(*args, **options):
        time.sleep(0.05)
        return Gateway(*args, **options)

    monkeypatch.setattr(outliving, "Gateway", slowly)
    with running(replaying(session()), shut):
        strands = [Strand() for _ in range(4)]
    monkeypatch.setattr(outliving, "Gateway", Gateway)
    for strand in strands:
        strand.work = current
        strand.go.release()
    assert all(strand.done.acquire(timeout=10) for strand in strands)
    assert [strand.error for strand in strands] == [None] * 4
    assert len({id(strand.result) for strand in strands}) == 1
    for strand in strands:
        strand.end()


def test_the_strand_s_own_session_is_what_answers_it_while_both_run():
    with running(replaying(session(call("outer")))):
        strand = Strand()
        with running(replaying(session(call("inner")))) as inner:
            assert strand(lambda: ask("outer")) == "answer 1"
            assert ask("inner") == "answer 1"
            with in_lane(inner.root.child()):
                assert current() is inner
        strand.end()


def test_a_session_that_ends_in_another_context_leaves_that_one_as_it_is():
    outer = replaying(session())
    with running(outer):
        inside = running(replaying(session()))
        inside.__enter__()
        with in_lane(outer.root.child()):
            inside.__exit__(None, None, None)
            assert current() is outer
            assert outer.lane.path == "0.0"
