"""Calls of a program in production that no policy holds: put together beside it, as they were when they were made."""

import json
import threading
import time
import weakref

import pytest
from runtime_samples import call

from pytest_oao.cassette.journal_reading import parse_journal
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.runtime.late import Late
from pytest_oao.runtime.onlooker import Onlooker
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.terms import Terms
from pytest_oao.stores import writers
from pytest_oao.stores.cleaning import Redaction
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.production import Production

REDACTOR = Redactor.of((), environment={})
ANSWER = Returned(Body(b"1"))


class Looking:
    """An onlooker, its record, and what it lost."""

    def __init__(self, folder):
        self.production = Production(Directory(folder), durable=False)
        header, self.lost = Header("s"), []
        self.sink = self.production.sink(header, Redaction(REDACTOR))
        scribe = Scribe(REDACTOR, Project(folder), self.sink)
        self.gateway = Onlooker(header, scribe, Terms(keep=False), self.lost.append, self.sink)

    def made(self, asked, came):
        self.gateway.settle_late(self.gateway.admit_late(asked), came)

    def end(self):
        self.gateway.close()
        self.sink.end(Ending("passed"))
        assert self.production.drain(10)
        data = self.sink.read()
        return parse_journal(data, "it").session if data else None


@pytest.fixture
def looking(tmp_path):
    return Looking(tmp_path)


def late(value, seen=None):
    def make():
        if seen is not None:
            seen.append(threading.get_ident())
        return value

    return Late(make)


def test_a_call_is_put_together_once_and_not_by_who_makes_it(looking):
    seen = []
    looking.made(late(call("hi"), seen), late(ANSWER, seen))
    (exchange,) = looking.end().exchanges
    assert (exchange.call.target, exchange.outcome) == (call("hi").target, ANSWER)
    assert len(seen) == 2
    assert threading.get_ident() not in seen


@pytest.mark.parametrize("place", [0, 1])
def test_what_cannot_be_put_together_costs_the_record(looking, place):
    def breaks():
        raise ValueError("no such encoding")

    parts = [late(call("hi")), late(ANSWER)]
    parts[place] = Late(breaks)
    looking.made(*parts)
    assert looking.production.drain(10)
    assert "no such encoding" in looking.sink.record.lost
    looking.made(late(call("hi")), late(ANSWER))
    assert looking.production.tally.counts.dropped == 1


def test_only_the_first_word_on_a_call_counts_and_none_after_the_end(looking):
    first, second = (looking.gateway.admit_late(late(call(name))) for name in ("a", "b"))
    looking.gateway.settle_late(first, late(ANSWER))
    looking.gateway.settle(first, Returned(Body(b"2")))
    session = looking.end()
    looking.gateway.settle_late(second, late(ANSWER))
    assert [exchange.outcome for exchange in session.exchanges] == [ANSWER]
    assert [one.target for one in session.in_doubt] == [call("b").target]
    assert looking.gateway.admit_late(late(call("c"))).seq == -1
    assert not looking.lost


BIG = b"x" * 50_000


@pytest.mark.parametrize("big", ["asked late", "asked", "came late", "came"])
def test_what_waits_takes_as_much_room_as_it_holds_on_to(looking, monkeypatch, big):
    monkeypatch.setattr(writers, "BOUND", len(BIG))
    go = threading.Event()
    looking.sink._writer.call(lambda: go.wait(20))
    gateway, small = looking.gateway, call("hi")
    if big == "asked late":
        gateway.admit_late(Late(lambda: small, len(BIG)))
    elif big == "asked":
        gateway.admit(Call("http", "POST https://a.example/", Body(BIG)))
    elif big == "came late":
        gateway.settle_late(gateway.admit_late(late(small)), Late(lambda: ANSWER, len(BIG)))
    else:
        gateway.settle(gateway.admit_late(late(small)), Returned(Body(BIG)))
    go.set()
    assert "more is recorded than the store takes" in looking.sink.record.lost


def asks_for(tool):
    wanted = [{"id": "c1", "type": "function", "function": {"name": tool, "arguments": "{}"}}]
    body = json.dumps({"choices": [{"message": {"role": "assistant", "tool_calls": wanted}}]}).encode()
    return Returned(Body(body, "application/json"), Head(200))


@pytest.mark.parametrize("others", [0, 10, 200])
@pytest.mark.parametrize("written", [False, True])
def test_a_tool_finds_the_answer_that_asked_for_it_whoever_looked_at_that(looking, others, written):
    looking.made(late(call("hi")), late(asks_for("search")))
    for number in range(others):
        looking.made(late(Call("http", f"GET https://a.example/{number}")), late(ANSWER))
    if written:
        assert looking.production.drain(10)
    tool = Call("execute_tool", "search", Body(b"{}", "application/json"), attributes={"gen_ai.tool.name": "search"})
    admission = looking.gateway.admit(tool)
    assert (admission.call.caused_by, admission.call.attributes["gen_ai.tool.call.id"]) == (1, "c1")
    looking.gateway.settle(admission, ANSWER)
    assert looking.end().exchanges[-1].call.caused_by == 1


def test_calls_of_many_threads_are_each_told_once(looking):
    def work(name):
        for number in range(50):
            looking.made(late(call(f"{name}-{number}")), late(ANSWER))
            time.sleep(0)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    told = [exchange.call.body.data for exchange in looking.end().exchanges]
    assert len(told) == len(set(told)) == 200


def test_it_finds_it_while_the_writer_looks_at_it_too(looking):
    for number in range(300):
        looking.made(late(call(f"hi {number}")), late(asks_for(f"search-{number}")))
        tool = Call("execute_tool", f"search-{number}", Body(b"{}", "application/json"))
        admission = looking.gateway.admit(tool)
        assert admission.call.caused_by == admission.seq - 1
        looking.gateway.settle(admission, ANSWER)
        threading.Thread(target=looking.production.drain, args=(10,)).start()


def test_a_tool_waits_for_no_answer_that_the_writer_is_at(looking):
    agent, inside, go_on = threading.get_ident(), threading.Event(), threading.Event()

    def make():
        if threading.get_ident() != agent:
            inside.set()
            assert go_on.wait(20)
        return asks_for("search")

    looking.made(late(call("hi")), Late(make))
    assert inside.wait(20)
    try:
        admission = looking.gateway.admit(Call("execute_tool", "search", Body(b"{}", "application/json")))
    finally:
        go_on.set()
    assert admission.call.caused_by == 1


@pytest.mark.parametrize("outcome", [ANSWER, asks_for("search")])
def test_what_an_answer_was_made_of_is_let_go_of(looking, outcome):
    class Raw:
        pass

    raw = Raw()
    gone = weakref.ref(raw)
    came = Late(lambda raw=raw: raw and outcome)
    del raw
    looking.made(late(call("hi")), came)
    assert looking.production.drain(10)
    assert gone() is None
    assert [one.exchange is None for one in looking.gateway._causes._noted] == [outcome is ANSWER]
    assert looking.end().exchanges[0].outcome == outcome
