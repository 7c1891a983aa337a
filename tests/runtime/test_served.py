import pytest

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.runtime.served import Served


def exchange(seq, asked, outcome):
    return Exchange(seq, Call("chat", "POST /chat/completions", Body(asked)), outcome)


@pytest.fixture
def served():
    served = Served()
    served.add(exchange(1, b'["one", "call_aa11"]', Returned(Body(b'{"id": "chatcmpl-77"}'))))
    served.add(exchange(2, b'["one", "call_aa11", "call_bb22"]', Raised("ConnectError", "no")))
    return served


def test_what_was_asked_and_answered_is_held(served):
    assert all(served.holds(name) for name in ("call_aa11", "chatcmpl-77", "call_bb22"))
    assert not served.holds("call_cc33")


def test_what_comes_later_is_held_later(served):
    assert not served.holds("toolu_dd44")
    served.add(exchange(3, b"[]", Returned(Body(b"toolu_dd44"))))
    assert served.holds("toolu_dd44")
