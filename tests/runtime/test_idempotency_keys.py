import re
import threading

import pytest
from policed_samples import recorded

import pytest_oao
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.retries import Retry


class Payments:
    def __init__(self, *fails):
        self.keys, self.fails = [], list(fails)
        self.pay = pytest_oao.tool(self.pay)

    def pay(self, amount, to="ann"):
        self.keys.append(pytest_oao.idempotency_key())
        if self.fails and (failure := self.fails.pop(0)):
            raise failure
        return amount


def failing(call, *args, **kwargs):
    with pytest.raises(TimeoutError):
        call(*args, **kwargs)


def test_a_call_that_failed_has_the_same_key_when_it_is_made_again(tmp_path):
    shop = Payments(TimeoutError(), TimeoutError(), None)
    with recorded(tmp_path):
        failing(shop.pay, 5)
        failing(shop.pay, 5)
        shop.pay(5)
    assert len(set(shop.keys)) == 1
    assert re.fullmatch("[0-9a-f]{32}", shop.keys[0])


def test_whoever_makes_it_again(tmp_path):
    shop = Payments(TimeoutError(), None)
    with recorded(tmp_path, policy=Policy(retry=Retry(initial_delay=0))):
        shop.pay(5)
    assert len(shop.keys) == 2
    assert len(set(shop.keys)) == 1


def test_a_call_after_one_that_succeeded_has_another(tmp_path):
    shop = Payments(None, TimeoutError(), None, None)
    with recorded(tmp_path):
        shop.pay(5)
        failing(shop.pay, 5)
        shop.pay(5)
        shop.pay(5)
    first, failed, second, third = shop.keys
    assert failed == second
    assert len({first, second, third}) == 3


def test_so_has_one_with_other_arguments_and_they_do_not_disturb_each_other(tmp_path):
    shop = Payments(TimeoutError(), None, None)
    with recorded(tmp_path):
        failing(shop.pay, 12)
        shop.pay(21)
        shop.pay(12)
    assert shop.keys[0] == shop.keys[2] != shop.keys[1]


def test_the_order_of_arguments_says_nothing(tmp_path):
    keys = []

    @pytest_oao.tool
    def pay(**about):
        keys.append(pytest_oao.idempotency_key())
        raise TimeoutError

    with recorded(tmp_path):
        failing(pay, amount=1, to="ann")
        failing(pay, to="ann", amount=1)
    assert len(set(keys)) == 1


def test_two_tools_and_two_sessions_have_keys_of_their_own(tmp_path):
    shop, other = Payments(), Payments()
    other.refund = pytest_oao.tool(name="refund")(other.pay.__wrapped__)
    for _ in range(2):
        with recorded(tmp_path):
            shop.pay(5)
            other.refund(5)
    assert len({*shop.keys, *other.keys}) == 4


def test_an_idempotent_tool_has_one_key_for_ever(tmp_path):
    shop = Payments()
    other = pytest_oao.tool(name="pay")(shop.pay.__wrapped__)
    with recorded(tmp_path, policy=Policy(idempotent=["pay"])) as session:
        other(5)
        session._gateway.warden._firsts._results.clear()  # as if it was lost
        other(5)
    assert len(set(shop.keys)) == 1


def test_threads_of_a_tool_have_the_tool_s_key(tmp_path):
    keys = []

    @pytest_oao.tool
    def pay():
        keys.append(pytest_oao.idempotency_key())
        strand = threading.Thread(target=lambda: keys.append(pytest_oao.idempotency_key()))
        strand.start()
        strand.join()

    with recorded(tmp_path):
        pay()
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_tool_in_a_tool_has_its_own(tmp_path):
    inner, keys = Payments(), []

    @pytest_oao.tool
    def outer():
        keys.append(pytest_oao.idempotency_key())
        inner.pay(5)
        keys.append(pytest_oao.idempotency_key())

    with recorded(tmp_path):
        outer()
    assert keys[0] == keys[1] != inner.keys[0]


def test_a_generator_that_was_left_did_not_succeed(tmp_path):
    keys = []

    @pytest_oao.tool
    def page():
        keys.append(pytest_oao.idempotency_key())
        yield 1
        yield 2

    with recorded(tmp_path):
        left = page()
        next(left)
        left.close()
        list(page())
        list(page())
    assert keys[0] == keys[1] != keys[2]


def test_outside_a_tool_each_key_is_new(tmp_path):
    keys = [pytest_oao.idempotency_key()]
    with recorded(tmp_path):
        keys += [pytest_oao.idempotency_key(), pytest_oao.idempotency_key()]
    assert len(set(keys)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)
