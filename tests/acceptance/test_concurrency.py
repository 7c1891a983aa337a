"""Agents that fan out, recorded once against a model server and replayed under a thousand schedules: the same log.

Every strand asks the same, and no two answers are equal; so an answer that reaches another strand shows.
"""

import asyncio
import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import anyio
import httpx2
import pytest

import pytest_oao
from pytest_oao.errors import Diverged

pytestmark = pytest.mark.usefixtures("no_engine")

STRANDS = range(4)
SCHEDULES = 1000


class Agent:
    """Asks a model, in strands; `heard` is by the strand's place in the program, so that schedules compare."""

    def __init__(self, url, chance):
        self.url, self.chance, self.heard = f"{url}/v1/chat/completions", chance, {}

    def request(self, question, *before):
        messages = [{"role": "user", "content": question}, *({"role": "assistant", "content": one} for one in before)]
        return {"model": "gpt-test", "messages": messages}

    # threads

    def talk(self, *place):
        """Ask the same as every other strand, and then what depends on the answer."""
        answers = []
        for turn in range(2):
            self.wait()
            with self.client() as client:
                reply = client.post(self.url, json=self.request("the same", *answers)).json()
            answers.append(reply["choices"][0]["message"]["content"])
            self.heard[*place, turn] = answers[-1]
        return answers

    def client(self):
        return httpx2.Client()

    def wait(self):
        """Let others go first, or not; no `sleep`, which need not take time in a replay."""
        threading.Event().wait(self.chance.choice(DELAYS))

    # tasks

    async def atalk(self, *place):
        answers = []
        for turn in range(2):
            await self.await_()
            async with httpx2.AsyncClient() as client:
                reply = (await client.post(self.url, json=self.request("the same", *answers))).json()
            answers.append(reply["choices"][0]["message"]["content"])
            self.heard[*place, turn] = answers[-1]
        return answers

    async def await_(self):
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=self.chance.choice(DELAYS))


DELAYS = (0, 0, 0.0002, 0.001)


def gathered(agent):
    async def run():
        await asyncio.gather(*map(agent.atalk, STRANDS))

    asyncio.run(run())


def in_a_task_group(agent):
    async def run():
        async with asyncio.TaskGroup() as group:
            for place in STRANDS:
                group.create_task(agent.atalk(place))

    asyncio.run(run())


def in_an_anyio_task_group(agent):
    async def run():
        async with anyio.create_task_group() as group:
            for place in STRANDS:
                group.start_soon(agent.atalk, place)

    anyio.run(run)


def as_completed(agent):
    async def run():
        for done in asyncio.as_completed([agent.atalk(place) for place in STRANDS]):
            await done
        await agent.atalk("at the end")

    asyncio.run(run())


def in_a_pool(agent):
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(agent.talk, STRANDS))


def in_threads(agent):
    threads = [threading.Thread(target=agent.talk, args=(place,)) for place in STRANDS]
    for thread in threads:
        thread.start()
    agent.talk("meanwhile")
    for thread in threads:
        thread.join()


def in_executors(agent):
    async def run():
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(None, agent.talk, place) for place in STRANDS))
        await asyncio.gather(*(asyncio.to_thread(agent.talk, "again", place) for place in STRANDS[:2]))

    asyncio.run(run())


def nested(agent):
    """Tasks that start tasks, threads and pools, and a thread with a loop of its own."""

    async def both(place):
        await asyncio.gather(agent.atalk(place, "task"), asyncio.to_thread(agent.talk, place, "thread"))

    async def group(place):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(both(place))
            await agent.atalk(place, "beside")

    def pool():
        with ThreadPoolExecutor(2) as inner:
            list(inner.map(partial(agent.talk, "pool"), STRANDS[:2]))

    async def run():
        loop = asyncio.get_running_loop()
        await asyncio.gather(
            group(0), loop.run_in_executor(None, pool), asyncio.to_thread(lambda: asyncio.run(group("loop")))
        )

    asyncio.run(run())


def parallel_functions(agent):
    pytest_oao.parallel(*(partial(agent.talk, place) for place in STRANDS), limit=3)


def parallel_coroutines(agent):
    async def run():
        inner = pytest_oao.parallel(agent.atalk("inner", 0), partial(agent.talk, "inner", 1))
        await pytest_oao.parallel(*(agent.atalk(place) for place in STRANDS), inner, limit=4)

    asyncio.run(run())


SHAPES = (
    *(gathered, in_a_task_group, in_an_anyio_task_group, as_completed, in_a_pool),
    *(in_threads, in_executors, nested, parallel_functions, parallel_coroutines),
)


def log(session):
    """Return what was asked and answered, lane by lane."""
    lanes = defaultdict(list)
    for one in sorted(session.exchanges, key=lambda one: one.seq):
        lanes[one.call.lane].append((one.call.target, one.call.body.sha256, one.outcome.body.sha256))
    return lanes


@contextmanager
def quick_switches():
    """Have Python change threads a hundred times as often."""
    import sys

    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 100)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@pytest.fixture
def recorded(model_server, tmp_path):
    def record(shape):
        agent = Agent(model_server.url, random.Random(0))
        with pytest_oao.record(tmp_path) as session:
            shape(agent)
        model_server.stop()
        assert len(set(agent.heard.values())) == len(agent.heard)
        return agent, session.cassette

    return record


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_log_however_strands_are_scheduled(shape, recorded):
    agent, cassette = recorded(shape)
    kept = log(pytest_oao.load(cassette))
    assert len(kept) >= len(STRANDS)
    with quick_switches():
        for seed in range(SCHEDULES // len(SHAPES)):
            again = Agent(agent.url.removesuffix("/v1/chat/completions"), random.Random(seed))
            with pytest_oao.replay(cassette) as session:
                shape(again)
            assert again.heard == agent.heard, seed
            assert log(session.session) == kept, seed


@pytest.mark.parametrize("shape", [gathered, in_a_pool])
def test_a_strand_more_or_less_is_told(shape, recorded, monkeypatch):
    agent, cassette = recorded(shape)
    for strands, name in ((range(5), "extra call|calls reordered"), (range(3), "call missing")):
        monkeypatch.setitem(shape.__globals__, "STRANDS", strands)
        with pytest.raises(Diverged) as caught, pytest_oao.replay(cassette):
            shape(Agent(agent.url.removesuffix("/v1/chat/completions"), random.Random(1)))
        assert caught.value.divergence.name in name.split("|")
