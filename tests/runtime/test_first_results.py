"""Idempotent tools: one call with such arguments is made, and all others get its result."""

import asyncio
import json
import threading
import time

import pytest
from policed_samples import record_and_replay, recorded, verdicts

import pytest_oao
from pytest_oao.errors import EscapedCall, PolicyViolation
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Returned
from pytest_oao.policy.policies import Policy
from pytest_oao.runtime.first_results import FirstResults, Repeated
from pytest_oao.runtime.pending import Pending

POLICY = Policy(idempotent=["pay", "pay_async", "paid"])
SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz1234567890ABCD"
SKIPPED = [("skipped", "idempotent")]
ALLOWED = [("allowed", "")]


class Shop:
    def __init__(self, fails=(), takes=0.05):
        self.ran, self.fails, self.takes = [], list(fails), takes
        self.pay = pytest_oao.tool(self.pay)
        self.pay_async = pytest_oao.tool(self.pay_async)
        self.paid = pytest_oao.tool(self.paid)

    def pay(self, amount):
        self.ran.append(amount)
        time.sleep(self.takes)
        self._fail()
        return {"paid": amount, "key": SECRET}

    async def pay_async(self, amount):
        self.ran.append(amount)
        await asyncio.sleep(self.takes)
        self._fail()
        return {"paid": amount}

    def paid(self, amount):
        self.ran.append(amount)
        yield amount
        yield amount + 1

    def _fail(self):
        if self.fails:
            raise self.fails.pop(0)


def threads(work, count):
    """Run work in threads that begin together; return what each came to."""
    came, start = [None] * count, threading.Barrier(count)

    def run(place):
        start.wait()
        try:
            came[place] = work()
        except BaseException as error:  # noqa: BLE001 - it is looked at
            came[place] = error

    strands = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for strand in strands:
        strand.start()
    for strand in strands:
        strand.join(20)
        assert not strand.is_alive(), "it waits for ever"
    return came


def test_the_body_runs_once_and_the_agent_gets_the_first_result(tmp_path):
    shop = Shop()
    live, again, record = record_and_replay(tmp_path, lambda: [shop.pay(5), shop.pay(amount=5), shop.pay(6)], POLICY)
    assert shop.ran == [5, 6]
    assert live == [{"paid": 5, "key": SECRET}] * 2 + [{"paid": 6, "key": SECRET}]
    assert SECRET not in repr([exchange.outcome.body.data for exchange in record.exchanges])
    assert [one["paid"] for one in again] == [5, 5, 6]
    assert verdicts(record) == [ALLOWED, SKIPPED, ALLOWED]
    assert record.exchanges[1].verdicts[0].why == "the result of #1"


def test_other_tools_run_each_time(tmp_path):
    shop = Shop()
    record_and_replay(tmp_path, lambda: [shop.pay(5), shop.pay(5)], Policy(idempotent=["other"]))
    assert shop.ran == [5, 5]


@pytest.mark.parametrize("count", [2, 8])
def test_equal_calls_in_threads_wait_for_the_first_one(tmp_path, count):
    shop = Shop()
    live, again, record = record_and_replay(tmp_path, lambda: threads(lambda: shop.pay(5), count), POLICY)
    assert shop.ran == [5]
    assert live == [{"paid": 5, "key": SECRET}] * count
    assert [one["paid"] for one in again] == [5] * count
    assert sorted(verdicts(record)) == [ALLOWED, *[SKIPPED] * (count - 1)]


def test_equal_calls_in_tasks_wait_for_the_first_one(tmp_path):
    shop = Shop()

    async def agent():
        return await asyncio.gather(*[shop.pay_async(5) for _ in range(5)])

    live, again, record = record_and_replay(tmp_path, lambda: asyncio.run(agent()), POLICY)
    assert shop.ran == [5]
    assert live == again == [{"paid": 5}] * 5
    assert sorted(verdicts(record)) == [ALLOWED, *[SKIPPED] * 4]


def test_on_trio_too(tmp_path):
    trio = pytest.importorskip("trio")
    ran, came = [], []

    @pytest_oao.tool
    async def pay(amount):
        ran.append(amount)
        await trio.sleep(0.05)
        return amount

    async def one():
        came.append(await pay(5))

    async def agent():
        async with trio.open_nursery() as nursery:
            for _ in range(4):
                nursery.start_soon(one)

    with recorded(tmp_path, policy=POLICY):
        trio.run(agent)
    assert (ran, came) == ([5], [5] * 4)


def test_where_the_first_one_fails_another_one_is_made(tmp_path):
    shop = Shop(fails=[TimeoutError("busy"), TimeoutError("busy")])
    with recorded(tmp_path, policy=POLICY) as session:
        came = threads(lambda: shop.pay(5), 4)
    assert shop.ran == [5, 5, 5]
    assert sorted(map(type, came), key=str) == [TimeoutError, TimeoutError, dict, dict]
    assert sorted(verdicts(session.session)) == [ALLOWED] * 3 + [SKIPPED]


def test_in_tasks_too(tmp_path):
    shop = Shop(fails=[ValueError("busy")])

    async def agent():
        return await asyncio.gather(*[shop.pay_async(5) for _ in range(3)], return_exceptions=True)

    live, again, _ = record_and_replay(tmp_path, lambda: asyncio.run(agent()), POLICY)
    assert shop.ran == [5, 5]
    assert [repr(one) for one in live] == [repr(one) for one in again] == ["ValueError('busy')"] + ["{'paid': 5}"] * 2


def test_a_call_that_was_cancelled_is_made_again(tmp_path):
    shop = Shop()

    async def agent():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(shop.pay_async(5), 0.01)
        return await asyncio.wait_for(shop.pay_async(5), 5)

    with recorded(tmp_path, policy=POLICY):
        assert asyncio.run(agent()) == {"paid": 5}
    assert shop.ran == [5, 5]


def test_a_wait_that_is_cancelled_ends_and_the_first_call_goes_on(tmp_path):
    shop = Shop(takes=0.3)

    async def agent():
        first = asyncio.create_task(shop.pay_async(5))
        await asyncio.sleep(0.01)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(shop.pay_async(5), 0.02)
        return await first

    with recorded(tmp_path, policy=POLICY) as session:
        assert asyncio.run(agent()) == {"paid": 5}
        assert [exchange.outcome.type for exchange in session.session.exchanges[1:]] == ["Cancelled"]
    assert shop.ran == [5]


def test_who_waits_is_stopped_with_the_session(tmp_path):
    @pytest_oao.tool
    def pay(amount):
        time.sleep(0.1)
        return forbidden()

    @pytest_oao.tool
    def forbidden():
        raise AssertionError

    with (
        pytest.raises(PolicyViolation),
        recorded(tmp_path, policy=Policy(idempotent=["pay"], denied_tools=["forbidden"])),
    ):
        came = threads(lambda: pay(5), 3)
        assert [type(one) for one in came] == [PolicyViolation] * 3


def test_who_waits_as_a_task_is_stopped_with_the_session(tmp_path):
    policy = Policy(idempotent=["pay_async"], denied_tools=["forbidden"])

    @pytest_oao.tool
    async def pay_async(amount):
        await asyncio.sleep(0.05)
        return forbidden()

    @pytest_oao.tool
    def forbidden():
        raise AssertionError

    async def one():
        with pytest.raises(PolicyViolation):
            await pay_async(5)

    async def agent():
        await asyncio.wait_for(asyncio.gather(one(), one(), one()), 10)

    with pytest.raises(PolicyViolation), recorded(tmp_path, policy=policy):
        asyncio.run(agent())


def test_who_waits_when_the_session_ends_is_not_forgotten(tmp_path):
    shop, came = Shop(takes=0.5), []

    def run():
        try:
            came.append(shop.pay(5))
        except EscapedCall as error:
            came.append(error)

    with recorded(tmp_path, policy=POLICY):
        strands = [threading.Thread(target=run, daemon=True) for _ in range(2)]
        for strand in strands:
            strand.start()
        time.sleep(0.1)
    for strand in strands:
        strand.join(10)
        assert not strand.is_alive()
    assert shop.ran == [5]
    assert sorted(map(type, came), key=str) == [dict, EscapedCall]


def test_a_tool_that_calls_itself_does_not_wait_for_itself(tmp_path):
    ran = []

    @pytest_oao.tool
    def pay(amount):
        ran.append(amount)
        return pay(amount) if len(ran) < 3 else amount

    with recorded(tmp_path, policy=POLICY):
        assert pay(5) == 5
    assert ran == [5, 5, 5]


def test_two_tools_that_call_each_other_do_not_wait_for_each_other(tmp_path):
    both, deep = threading.Barrier(2), threading.local()

    def calls(other):
        if getattr(deep, "is_inner", False):
            return 1
        both.wait(5)  # now each is being made
        deep.is_inner = True
        return other() + 1

    @pytest_oao.tool
    def pay():
        return calls(paid)

    @pytest_oao.tool
    def paid():
        return calls(pay)

    works = [pay, paid]
    with recorded(tmp_path, policy=POLICY):
        came = threads(lambda: works.pop()(), 2)  # noqa: PLW0108 - each thread takes one
    assert set(came) <= {2, 3}, "a call inside was made, or had the result of one that was over by then"


def test_a_thread_that_runs_an_event_loop_is_not_blocked(tmp_path):
    """The first call is a task of that loop: blocked, it would never be over."""
    ran = []

    def answer(amount):
        ran.append("sync")
        return amount

    async def slowly(amount):
        ran.append("async")
        await asyncio.sleep(0.05)
        return amount

    sync, tasked = pytest_oao.tool(name="pay")(answer), pytest_oao.tool(name="pay")(slowly)

    async def agent():
        first = asyncio.create_task(tasked(5))
        await asyncio.sleep(0)
        return sync(5), await first

    with recorded(tmp_path, policy=POLICY):
        assert asyncio.run(agent()) == (5, 5)
    assert ran == ["async", "sync"]


def test_what_comes_piece_by_piece_is_given_again_once_it_was_whole(tmp_path):
    shop = Shop()

    def agent():
        first = next(iter(shop.paid(1)))
        return [first, list(shop.paid(1)), list(shop.paid(1))]

    with recorded(tmp_path, policy=POLICY) as session:
        assert agent() == [1, [1, 2], [1, 2]]
    assert shop.ran == [1, 1], "the first was left, the second is whole"
    with pytest_oao.replay(session.cassette, policy=POLICY):
        assert agent() == [1, [1, 2], [1, 2]]


def test_a_generator_that_nobody_reads_on_keeps_nobody_waiting(tmp_path):
    shop = Shop()
    with recorded(tmp_path, policy=POLICY):
        left = shop.paid(1)
        next(left)
        assert threads(lambda: list(shop.paid(1)), 1) == [[1, 2]]
        left.close()


def test_the_result_answers_the_call_that_it_is_given_to():
    def asked(number):
        return Call("execute_tool", "pay", attributes={"gen_ai.tool.call.id": number})

    body = json.dumps({"content": "call_1 paid", "tool_call_id": "call_1"}, separators=(",", ":")).encode()
    first = Repeated(1, Returned(Body(body)), "call_1")
    assert first.answer_to(asked("call_2")).body.json() == {"content": "call_1 paid", "tool_call_id": "call_2"}
    assert first.answer_to(Call("execute_tool", "pay")).body.data == body


class TestFirstResults:
    def test_the_first_success_stays_the_first(self):
        firsts = FirstResults()
        assert firsts.of("a") is None
        pending = firsts.of("a")
        assert isinstance(pending, Pending)
        assert firsts.of("b") is None
        firsts.succeeded("a", Repeated(1, Returned()))
        firsts.succeeded("a", Repeated(2, Returned()))
        assert firsts.of("a").seq == 1

    def test_after_a_failure_the_next_one_is_the_first(self):
        firsts = FirstResults()
        assert firsts.of("a") is None
        pending = firsts.of("a")
        firsts.failed("a")
        pending.wait()
        assert firsts.of("a") is None
        assert firsts.of("a") is not pending


def test_an_equal_call_of_another_object_is_another_call(tmp_path):
    class Account:
        def __init__(self, owner):
            self.owner = owner

        @pytest_oao.tool
        def withdraw(self, amount):
            return f"{self.owner}: {amount}"

    class Box:
        def __init__(self, content):
            self.content = content

        def take(self):
            return self.content

    alice, bob = Account("alice"), Account("bob")
    one, two = pytest_oao.wrap(Box(1)), pytest_oao.wrap(Box(2))
    with recorded(tmp_path, policy=Policy(idempotent=["withdraw", "Box.take"])) as running:
        assert [alice.withdraw(5), bob.withdraw(5), alice.withdraw(5)] == ["alice: 5", "bob: 5", "alice: 5"]
        assert [one.take(), two.take(), two.take()] == [1, 2, 2]
    said = [[verdict.said for verdict in exchange.verdicts] for exchange in running.session.exchanges]
    assert said == [["allowed"], ["allowed"], ["skipped"], ["allowed"], ["allowed"], ["skipped"]]
