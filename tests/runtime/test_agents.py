"""Agents with a name: whose calls are whose, in threads, tasks, records and policies."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from policed_samples import LISTED, Model, answer, record_and_replay, recorded

import pytest_oao
from pytest_oao.cassette import loading, shelf
from pytest_oao.errors import PolicyViolation
from pytest_oao.policy.policies import Policy
from pytest_oao.runtime.spending import judged

POLICY = Policy(agents={"intern": Policy(denied_tools=["pay"], allowed_models=["small"])})
NAME = "gen_ai.agent.name"


@pytest_oao.tool
def pay(amount):
    return amount


@pytest_oao.tool
async def pay_async(amount):
    await asyncio.sleep(0)
    return amount


def names(session):
    return [exchange.call.attributes.get(NAME) for exchange in session.exchanges]


def test_the_record_says_whose_call_it_is_and_a_replay_does_not_care(tmp_path):
    served = Model(answer())

    def agent():
        with pytest_oao.agent("ann"):
            pay(1)
            served.ask("hi")
            with pytest_oao.agent("bob"):
                pay(2)
            pay(3)
        pay(4)
        return served.ask("ho")["model"]

    _, _, record = record_and_replay(tmp_path, agent, Policy())
    assert names(record) == ["ann", "ann", "bob", "ann", None, None]
    assert record.exchanges[1].call.attributes["gen_ai.request.model"] == "gpt"
    assert record.exchanges[1].usage.input_tokens == 10
    shelf.save(record, tmp_path / "a.yaml")
    assert names(loading.load(tmp_path / "a.yaml")) == names(record)

    def nameless():
        for amount in (1, 2, 3, 4):
            pay(amount)
            if amount in {1, 4}:
                served.ask("hi" if amount == 1 else "ho")

    with pytest_oao.replay(tmp_path / "a.yaml"):
        nameless()


def run_in_a_thread(work):
    strand = threading.Thread(target=work)
    strand.start()
    strand.join()


def run_in_a_pool(work):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


@pytest.mark.parametrize("run", [lambda work: work(), run_in_a_thread, run_in_a_pool])
def test_strands_that_are_started_inside_are_that_agent_s(tmp_path, run):
    def agent():
        with pytest_oao.agent("ann"):
            run(lambda: pay(1))
        run(lambda: pay(2))

    _, _, record = record_and_replay(tmp_path, agent, Policy())
    assert names(record) == ["ann", None]


def test_tasks_side_by_side_keep_their_names(tmp_path):
    async def one(name):
        with pytest_oao.agent(name):
            await asyncio.sleep(0.01)
            await pay_async(name)
            await asyncio.gather(pay_async([name]), pay_async([[name]]))
        await pay_async("after")

    async def agent():
        await asyncio.gather(one("ann"), one("bob"))

    _, _, record = record_and_replay(tmp_path, lambda: asyncio.run(agent()), Policy())
    for exchange in record.exchanges:
        amount = json.dumps(exchange.call.body.json()["amount"]).strip('[]"')
        assert exchange.call.attributes.get(NAME) == (amount if amount != "after" else None)


def test_lanes_are_numbered_as_without(tmp_path):
    def agent(named):
        run_in_a_thread(lambda: pay(1))
        with pytest_oao.agent("ann") if named else threading.Lock():
            run_in_a_thread(lambda: pay(2))
        run_in_a_thread(lambda: pay(3))

    lanes = []
    for named in (True, False):
        with recorded(tmp_path) as session:
            agent(named)
        lanes.append([exchange.call.lane for exchange in pytest_oao.load(session.cassette).exchanges])
    assert lanes[0] == lanes[1]


def test_what_its_tools_do_is_that_agent_s_too(tmp_path):
    @pytest_oao.tool
    def outer():
        return pay(5)

    def agent():
        with pytest_oao.agent("intern"):
            outer()

    with pytest.raises(PolicyViolation) as stopped, recorded(tmp_path, policy=POLICY):
        agent()
    assert stopped.value.violation.call.target == "pay"
    with recorded(tmp_path) as session:
        agent()
    assert judged(pytest_oao.load(session.cassette), POLICY, LISTED).number == 2
    with pytest.raises(PolicyViolation), pytest_oao.replay(session.cassette, policy=POLICY):
        agent()


def test_its_policy_holds_for_it_alone(tmp_path):
    served = Model(answer())
    with recorded(tmp_path, policy=POLICY):
        pay(1)
        served.ask()
        with pytest_oao.agent("boss"):
            pay(2)
    for broken in (lambda: pay(3), served.ask):
        with pytest.raises(PolicyViolation), recorded(tmp_path, policy=POLICY), pytest_oao.agent("intern"):
            broken()


def test_a_session_may_begin_inside(tmp_path):
    with pytest_oao.agent("ann"), recorded(tmp_path) as session:
        pay(1)
        run_in_a_thread(lambda: pay(2))
    assert names(pytest_oao.load(session.cassette)) == ["ann", "ann"]
    with recorded(tmp_path) as session:
        pay(3)
    assert names(pytest_oao.load(session.cassette)) == [None]


def test_without_a_session_it_does_nothing():
    with pytest_oao.agent("ann"):
        assert pay(1) == 1


def test_it_may_end_in_another_context_than_it_began_in(tmp_path):
    """As fixtures of asyncio do."""

    async def fixture():
        with pytest_oao.agent("ann"):
            yield
            await pay_async(1)

    async def agent():
        steps = fixture()
        await asyncio.create_task(anext(steps))
        with pytest.raises(StopAsyncIteration):
            await asyncio.create_task(anext(steps))

    with recorded(tmp_path):
        asyncio.run(agent())
