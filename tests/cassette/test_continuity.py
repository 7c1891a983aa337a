from dataclasses import replace

import cassette_samples as samples
from hypothesis import given, settings

from pytest_oao.cassette import shelf
from pytest_oao.cassette.continuity import steady
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import CLOCK
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.model.readings import WALL, kept
from pytest_oao.model.sessions import Ending, Execution, Header, Session


def again(session, **header):
    """Return the session as another recording of the same traffic would have it."""

    def passing(exchange):
        outcome = exchange.outcome
        if getattr(outcome, "head", None):
            headers = (*outcome.head.headers, ("Date", f"now {exchange.seq}"), ("x-ratelimit-remaining", "9"))
            headers = tuple((n, "req_new" if n == "x-request-id" else v) for n, v in headers)
            outcome = replace(outcome, head=replace(outcome.head, headers=headers))
        if getattr(outcome, "sizes", None):
            outcome = replace(outcome, sizes=(len(outcome.body.data),), times=())
        return replace(exchange, outcome=outcome, started_at=exchange.started_at + 1e6, duration=9.0)

    header = replace(session.header, **{"id": "another", **header})
    return replace(session, header=header, exchanges=tuple(passing(exchange) for exchange in session.exchanges))


def test_the_same_traffic_gives_the_same_bytes():
    for old in (samples.agent(4), samples.mixed()):
        new = again(old)
        assert new != old
        assert steady(new, old) is old
        assert shelf.dumps(steady(new, old)) == shelf.dumps(old)


@settings(max_examples=15, deadline=None)
@given(samples.sessions())
def test_the_same_traffic_of_any_session_gives_the_same_bytes(old):
    assert steady(again(old), old) is old


def test_only_what_changed_is_new():
    old = samples.agent(4)
    new = again(old)
    answer = replace(new.exchanges[2].outcome, body=Body(b'{"id":"other"}', "application/json"))
    changed = replace(new.exchanges[2], outcome=answer)
    new = replace(new, exchanges=(*new.exchanges[:2], changed, new.exchanges[3]))
    made = steady(new, old)
    assert made.header.id == "another"
    assert [a is b or a == b for a, b in zip(made.exchanges, old.exchanges, strict=True)] == [True, True, False, True]
    assert made.exchanges[2] is changed


def test_a_change_of_what_an_agent_sees_is_kept():
    old = samples.agent(2)
    new = again(old)
    first = new.exchanges[0]
    for outcome in (
        replace(first.outcome, head=replace(first.outcome.head, status=201)),
        replace(first.outcome, head=replace(first.outcome.head, headers=(("content-type", "text/plain"),))),
        Raised("ReadTimeout"),
    ):
        changed = replace(first, outcome=outcome)
        assert steady(replace(new, exchanges=(changed, new.exchanges[1])), old).exchanges[0] is changed


def test_another_ending_or_code_is_another_session():
    old = samples.agent(2)
    assert steady(replace(again(old), ending=Ending("failed")), old).header.id == "another"
    assert steady(again(old, execution=Execution(agent="b" * 64)), old).header.execution.agent == "b" * 64


def test_a_site_moves_with_the_code():
    old = samples.agent(1)
    new = again(old, execution=Execution(agent="b" * 64))
    moved = replace(new.exchanges[0], call=replace(new.exchanges[0].call, site=Site("agent.py:99 in run", "")))
    made = steady(replace(new, exchanges=(moved,)), old).exchanges[0]
    assert made.call.site == Site("agent.py:99 in run", "")
    assert made.started_at == old.exchanges[0].started_at


def test_a_call_more_shifts_the_others():
    old = samples.agent(3)
    new = again(old)
    extra = samples.chat(1, {"model": "other"}, {"id": "x"})
    shifted = (extra, *(replace(exchange, seq=exchange.seq + 1) for exchange in new.exchanges))
    made = steady(replace(new, exchanges=shifted), old)
    assert [exchange.seq for exchange in made.exchanges] == [1, 2, 3, 4]
    assert [exchange.started_at for exchange in made.exchanges[1:]] == [e.started_at for e in old.exchanges]


def test_what_clocks_showed_is_kept_while_all_calls_are_the_same():
    def read(second):
        return Exchange(2, Call(CLOCK, WALL), kept(WALL, second * 10**9), float(second))

    def recorded(second, asked):
        call = Exchange(1, Call("chat", "POST /chat/completions", Body(asked)), Returned(Body(b"said")))
        return Session(Header(f"of {second}"), (call, read(second)), Ending("passed"))

    old = recorded(5, b"asked")
    assert steady(recorded(9, b"asked"), old) == old
    assert steady(recorded(9, b"it is 9"), old).exchanges[1] == read(9)
