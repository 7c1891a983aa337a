"""However tasks and threads are scheduled, each strand of a run gets the answers that it got when it was recorded."""

import asyncio
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runtime_samples import answer, call, recording, replaying, said

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.lanes_asyncio import AsyncioLanes
from pytest_oao.adapters.lanes_threads import ThreadLanes
from pytest_oao.adapters.lanes_trio import TrioLanes
from pytest_oao.model.sessions import Ending
from pytest_oao.runtime.running import running

ASKED = st.sampled_from(["same", "same", "same", "other"])
PLANS = st.recursive(
    ASKED,
    lambda inner: st.tuples(st.integers(0, 9), st.lists(st.lists(inner, max_size=3), min_size=1, max_size=3)),
    max_leaves=12,
)
"""A step: a call, or a way to start strands and the strands."""


@pytest.fixture(scope="module", autouse=True)
def lanes():
    installation = Installation([AsyncioLanes(), ThreadLanes(), TrioLanes()])
    yield
    installation.uninstall()


class Run:
    """A program of strands that call; `answers` are by place in the program, so schedules compare."""

    def __init__(self, gateway, seed):
        self.gateway, self.chance, self.answers = gateway, random.Random(seed), {}

    def ask(self, text, place):
        admission = self.gateway.admit(call(text, self.gateway.lane.path))
        if admission.recorded is None:
            self.wait()
            outcome = answer(f"{place} {self.chance.random()}")
            self.gateway.settle(admission, outcome)
        else:
            outcome = admission.recorded.outcome
        self.answers[place] = said(outcome)

    def wait(self):
        time.sleep(self.chance.choice([0, 0, 0.0003]))

    async def await_(self):
        await anyio.sleep(self.chance.choice([0, 0, 0.0003]))

    # threads

    def strand(self, steps, place=()):
        for number, step in enumerate(steps):
            self.wait()
            here = (*place, number)
            if isinstance(step, str):
                self.ask(step, here)
            else:
                self.spawn(step[0] % 2, step[1], here)

    def spawn(self, how, strands, place):
        if how:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(self.strand, strands, [(*place, number) for number in range(len(strands))]))
            return
        threads = [
            threading.Thread(target=self.strand, args=(steps, (*place, number))) for number, steps in enumerate(strands)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    # tasks, and threads started by them

    async def astrand(self, steps, place=()):
        for number, step in enumerate(steps):
            await self.await_()
            here = (*place, number)
            if isinstance(step, str):
                self.ask(step, here)
            else:
                await self.aspawn(step[0] % 4, step[1], here)

    async def aspawn(self, how, strands, place):
        places = [(*place, number) for number in range(len(strands))]
        if how == 0:
            await asyncio.gather(*map(self.astrand, strands, places))
        elif how == 1:
            async with asyncio.TaskGroup() as group:
                for steps, here in zip(strands, places, strict=True):
                    group.create_task(self.astrand(steps, here))
        elif how == 2:
            loop = asyncio.get_running_loop()
            await asyncio.gather(
                *(
                    loop.run_in_executor(None, self.strand, steps, here)
                    for steps, here in zip(strands, places, strict=True)
                )
            )
        else:
            await self.nursery(strands, places)

    async def nursery(self, strands, places):
        async with anyio.create_task_group() as group:
            for steps, here in zip(strands, places, strict=True):
                group.start_soon(self.astrand, steps, here)


class TrioRun(Run):
    async def aspawn(self, how, strands, place):
        await self.nursery(strands, [(*place, number) for number in range(len(strands))])


def record_and_replay(kind, drive, plan, seeds):
    gateway = recording()
    with running(gateway):
        live = kind(gateway, seeds[0])
        drive(live, plan)
    recorded = gateway.session(Ending("passed"))
    for seed in seeds[1:]:
        gateway = replaying(recorded)
        with running(gateway):
            again = kind(gateway, seed)
            drive(again, plan)
        gateway.finish()
        assert again.answers == live.answers


SEEDS = st.lists(st.integers(0, 10**6), min_size=4, max_size=4)


@given(st.lists(PLANS, max_size=4), SEEDS)
@settings(deadline=None, max_examples=60)
def test_threads_and_pools(plan, seeds):
    record_and_replay(Run, Run.strand, plan, seeds)


@given(st.lists(PLANS, max_size=4), SEEDS)
@settings(deadline=None, max_examples=60)
def test_asyncio_tasks_and_executors(plan, seeds):
    record_and_replay(Run, lambda run, plan: asyncio.run(run.astrand(plan)), plan, seeds)


@given(st.lists(PLANS, max_size=4), SEEDS)
@settings(deadline=None, max_examples=25)
def test_trio_nurseries(plan, seeds):
    record_and_replay(TrioRun, lambda run, plan: anyio.run(run.astrand, plan, backend="trio"), plan, seeds)


def test_a_hundred_equal_calls_at_once():
    """The plainest case, many times: every strand asks the same, and none gets another's answer."""
    plan = [(how, [["same", "same"] for _ in range(25)]) for how in range(4)]
    record_and_replay(Run, lambda run, plan: asyncio.run(run.astrand(plan)), plan, list(range(12)))
    record_and_replay(Run, Run.strand, plan[:2], list(range(12)))


def test_tasks_with_a_context_of_their_own_are_lanes_too():
    """As LangGraph starts its nodes: `create_task(..., context=copy_context())`."""
    from contextvars import copy_context

    async def program(run):
        tasks = [
            asyncio.create_task(run.astrand(["same", "same"], (number,)), context=copy_context()) for number in range(8)
        ]
        await asyncio.gather(*tasks)

    record_and_replay(Run, lambda run, _: asyncio.run(program(run)), [], list(range(10)))
