import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runtime_samples import Sink, answer, call, recording, replaying, said, session

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import Diverged, EscapedCall, LostRecord, OaoHalt, StoreFailed
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.sessions import Ending


def test_a_live_call_is_written_down_before_and_after():
    sink = Sink()
    gateway = recording(sink)
    admission = gateway.admit(call("hi"))
    assert admission.recorded is None
    assert [event[:2] for event in sink.events] == [("started", 1)]
    gateway.settle(admission, answer("ho"))
    assert [event[:2] for event in sink.events] == [("started", 1), ("settled", 1)]
    assert gateway.exchanges == [sink.events[1][2]]
    (exchange,) = gateway.session().exchanges
    assert exchange.seq == 1
    assert exchange.duration >= 0
    assert exchange.started_at > 1e9
    assert exchange.call.attributes["gen_ai.request.model"] == "m"


def test_calls_are_numbered_as_they_start_and_listed_so():
    gateway = recording()
    first, second = gateway.admit(call("1")), gateway.admit(call("2"))
    gateway.settle(second, answer("2"))
    assert [one.call.body.json()["messages"][0]["content"] for one in gateway.session().exchanges] == ["2"]
    assert [one.body.json()["messages"][0]["content"] for one in gateway.session().in_doubt] == ["1"]
    gateway.settle(first, answer("1"))
    assert [one.seq for one in gateway.session().exchanges] == [1, 2]
    assert gateway.session().in_doubt == ()


def test_what_is_kept_has_no_secrets_and_the_agent_s_own_bytes_stay():
    sink = Sink()
    gateway = recording(sink, Redactor.of(values=["hush-hush-hush"], environment={}))
    own = call("hush-hush-hush")
    admission = gateway.admit(own)
    gateway.settle(admission, answer("hush-hush-hush"))
    assert b"hush" in own.body.data
    assert b"hush" not in sink.events[0][2].body.data
    assert b"hush" not in sink.events[1][2].outcome.body.data


def test_the_first_halt_poisons_the_session():
    gateway = replaying(session(call("1"), call("2")))
    with pytest.raises(Diverged) as first:
        gateway.admit(call("other"))
    for later in (call("1"), call("something"), call("2", "0.7")):
        with pytest.raises(Diverged) as again:
            gateway.admit(later)
        assert again.value is first.value
    with pytest.raises(Diverged) as end:
        gateway.finish()
    assert end.value is first.value is gateway.halted
    assert gateway.halt(EscapedCall("late")) is first.value
    assert gateway.exchanges == []


@pytest.mark.parametrize("event", ["started", "settled"])
def test_a_lost_record_poisons_a_recording(event):
    sink = Sink()
    gateway = recording(sink)
    if event == "settled":
        admission = gateway.admit(call())
        sink.fail = LostRecord("full")
        with pytest.raises(LostRecord):
            gateway.settle(admission, answer("x"))
    sink.fail, lost = None, gateway.halted
    if event == "started":
        sink.fail = LostRecord("full")
        with pytest.raises(LostRecord):
            gateway.admit(call())
        lost = gateway.halted
    with pytest.raises(LostRecord) as again:
        gateway.admit(call())
    assert again.value is lost is not None
    with pytest.raises(LostRecord):
        gateway.finish()
    assert gateway.exchanges == []


def test_only_the_first_settling_counts():
    sink = Sink()
    gateway = recording(sink)
    admission = gateway.admit(call())
    gateway.settle(admission, answer("x"))
    gateway.settle(admission, answer("y"))
    assert [one.outcome for one in gateway.exchanges] == [answer("x")]
    assert len(sink.events) == 2


def test_an_error_that_is_no_halt_poisons_the_session_too():
    sink = Sink()
    gateway = recording(sink)
    sink.fail = StoreFailed("the disk is full", where="here", remedy="free space")
    with pytest.raises(OaoHalt, match="the disk is full"):
        gateway.admit(call())
    sink.fail = None
    with pytest.raises(OaoHalt, match="the disk is full"):
        gateway.admit(call())


def test_finish_tells_of_calls_that_were_never_made():
    gateway = replaying(session(call("1"), call("2")))
    assert said(gateway.admit(call("1")).recorded.outcome) == "answer 1"
    with pytest.raises(Diverged, match="call missing: call 2 of 2"):
        gateway.finish()
    assert gateway.halted is not None


def test_streams_that_are_open_at_the_end_are_closed_by_it_and_later_outcomes_are_not_written():
    sink = Sink()
    gateway = recording(sink)
    stream, thread = gateway.admit(call("1")), gateway.admit(call("2"))
    gateway.streams(stream, lambda: gateway.settle(stream, answer("as far as it was read")))
    gateway.close()
    assert [event[:2] for event in sink.events] == [("started", 1), ("started", 2), ("settled", 1)]
    gateway.settle(thread, answer("too late"))
    assert len(sink.events) == 3
    gateway.close()
    assert [one.seq for one in gateway.exchanges] == [1]


def test_a_stream_that_is_over_is_not_closed_again():
    gateway = recording()
    stream = gateway.admit(call())
    gateway.streams(stream, lambda: pytest.fail("closed again"))
    gateway.settle(stream, answer("x"))
    gateway.close()


def test_the_session_as_it_stands():
    gateway = recording()
    gateway.settle(gateway.admit(call()), Raised("ConnectError", "no"))
    assert gateway.session().ending is None
    done = gateway.session(Ending("passed"))
    assert done.complete
    assert done.header is gateway.header
    assert done.exchanges[0].outcome == Raised("ConnectError", "no")


@given(st.integers(2, 8), st.integers(1, 20))
def test_threads_share_it(threads, calls):
    sink = Sink()
    gateway = recording(sink)
    ready = threading.Barrier(threads)

    def work(name):
        ready.wait(10)
        for number in range(calls):
            gateway.settle(gateway.admit(call(f"{name} {number}", f"0.{name}")), answer("x"))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    kept = gateway.session().exchanges
    assert [one.seq for one in kept] == list(range(1, threads * calls + 1))
    for lane, group in itertools.groupby(
        sorted(kept, key=lambda one: (one.call.lane, one.seq)), lambda one: one.call.lane
    ):
        asked = [one.call.body.json()["messages"][0]["content"] for one in group]
        assert asked == [f"{lane[2:]} {number}" for number in range(calls)]
    assert len(sink.events) == 2 * threads * calls
