import asyncio
import contextvars
import functools
import gc
import threading
import time
import warnings

import pytest

import pytest_oao
from pytest_oao import parallel
from pytest_oao.errors import OaoHalt


class Clock:
    """Pieces of work that take a while, and notes of what was done."""

    def __init__(self):
        self.done, self.at_once, self.most = [], 0, 0

    def work(self, name, seconds=0.0, error=None):
        self.begin()
        time.sleep(seconds)
        return self.end(name, error)

    async def awork(self, name, seconds=0.0, error=None):
        self.begin()
        await asyncio.sleep(seconds)
        return self.end(name, error)

    def begin(self):
        self.at_once += 1
        self.most = max(self.most, self.at_once)

    def end(self, name, error):
        self.at_once -= 1
        self.done.append(name)
        if error is not None:
            raise error
        return name


@pytest.fixture
def clock():
    return Clock()


def test_functions_run_at_once_and_their_results_keep_the_order(clock):
    wall = threading.Barrier(3)
    work = [functools.partial(wall.wait, 5), functools.partial(wall.wait, 5), lambda: (wall.wait(5), "c")[1]]
    assert parallel(*work)[2] == "c"
    assert parallel(*(functools.partial(clock.work, name, 0.3 / name) for name in (1, 2, 3))) == [1, 2, 3]
    assert clock.done == [3, 2, 1]


def test_coroutines_and_async_functions_run_at_once_and_keep_the_order(clock):
    async def plain():
        return "plain"

    async def run():
        wall = asyncio.Barrier(2)
        assert sorted(await parallel(wall.wait(), wall.wait)) == [0, 1]
        return await parallel(clock.awork(1, 0.03), plain, functools.partial(clock.awork, 3))

    assert asyncio.run(run()) == [1, "plain", 3]
    assert clock.done == [3, 1]


def test_functions_among_coroutines_run_in_threads(clock):
    async def run():
        return await parallel(threading.current_thread, clock.awork("task"), lambda: clock.work("thread", 0.02))

    thread, *rest = asyncio.run(run())
    assert thread is not threading.current_thread()
    assert rest == ["task", "thread"]


def test_objects_that_are_called_asynchronously_are_async_functions():
    class Agent:
        async def __call__(self):
            return "said"

    assert asyncio.run(parallel(Agent())) == ["said"]


def test_no_work_has_no_results_whoever_asks():
    async def run():
        return await parallel()

    assert parallel() == []
    assert asyncio.run(run()) == []


@pytest.mark.parametrize("limit", [1, 2])
def test_a_limit(clock, limit):
    assert parallel(*(functools.partial(clock.work, name, 0.005) for name in range(6)), limit=limit) == [*range(6)]
    assert clock.most == limit
    assert asyncio.run(parallel(*(clock.awork(name, 0.005) for name in range(6)), limit=limit)) == [*range(6)]
    assert clock.most == limit


def test_the_first_error_in_order_is_raised_when_all_are_done(clock):
    errors = [None, ValueError("late"), None, KeyError("early")]
    work = [functools.partial(clock.work, name, 0.05 / name, errors[name]) for name in (1, 2, 3)]
    with pytest.raises(ValueError, match="late") as caught:
        parallel(*work)
    assert sorted(clock.done) == [1, 2, 3]
    assert caught.value.__notes__ == ["argument 3 of parallel() failed as well: KeyError: 'early'"]


def test_the_first_error_of_tasks_too(clock):
    async def run():
        await parallel(clock.awork(1, 0.05), clock.awork(2, 0.03, ValueError("late")), clock.awork(3, 0, KeyError("x")))

    with pytest.raises(ValueError, match="late") as caught:
        asyncio.run(run())
    assert clock.done == [3, 2, 1]
    assert "KeyError: 'x'" in caught.value.__notes__[0]


def test_a_halt_wins_over_errors_and_stops_the_other_tasks(clock):
    with pytest.raises(OaoHalt, match="stop"):
        parallel(lambda: clock.work(1, 0, ValueError()), lambda: clock.work(2, 0.01, OaoHalt("stop")))

    async def run():
        await parallel(clock.awork("slow", 60), clock.awork("halt", 0, OaoHalt("stop")))

    with pytest.raises(OaoHalt, match="stop"):
        asyncio.run(run())
    assert "slow" not in clock.done


def test_who_cancels_it_cancels_all(clock):
    async def run():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(parallel(clock.awork(1, 60), clock.awork(2, 60)), 0.02)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())
    assert clock.done == []


def test_a_loop_does_not_wait_for_a_thread_when_it_is_cancelled():
    released = threading.Event()

    async def run():
        waiting = asyncio.create_task(parallel(released.wait, asyncio.sleep(60)))
        await asyncio.sleep(0.02)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        released.set()

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 5


def test_a_piece_that_was_cancelled_has_failed():
    async def stopped():
        raise asyncio.CancelledError

    async def run():
        with pytest.raises(asyncio.CancelledError):
            await parallel(stopped(), asyncio.sleep(0))

    asyncio.run(run())


def test_a_function_around_a_coroutine_is_told():
    async def answer():
        return 1

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TypeError, match="give it to parallel"):
            parallel(lambda: answer())  # noqa: PLW0108 - that is the mistake
        with pytest.raises(TypeError, match="3 is neither"):
            parallel(answer(), 3)
        with pytest.raises(ValueError, match="limit=0"):
            parallel(answer(), limit=0)
        gc.collect()


def test_threads_see_the_context_of_the_caller():
    language = contextvars.ContextVar("language", default="en")
    language.set("de")
    assert parallel(language.get, language.get) == ["de", "de"]


def test_trio(clock):
    trio = pytest.importorskip("trio")

    async def work(name, seconds, error=None):
        clock.begin()
        await trio.sleep(seconds)
        return clock.end(name, error)

    async def run():
        assert await parallel(work(1, 0.02), lambda: "thread", work(3, 0), limit=2) == [1, "thread", 3]
        with pytest.raises(ValueError, match="late"):
            await parallel(work(1, 0.02, ValueError("late")), work(2, 0, KeyError()))
        with pytest.raises(OaoHalt):
            await parallel(work(1, 60), work(2, 0, OaoHalt("stop")))

    trio.run(run)
    assert 60 not in clock.done


@pytest.mark.usefixtures("no_engine")
def test_each_piece_has_a_lane_in_the_order_of_the_arguments(tmp_path):
    lanes = {}

    @pytest_oao.tool
    def note(name):
        time.sleep(0.01 / (len(lanes) + 1))
        lanes[name] = True

    async def anote(name):
        await asyncio.sleep(0)
        note(name)

    def agent():
        parallel(*(functools.partial(note, name) for name in "abc"))
        asyncio.run(parallel(anote("d"), functools.partial(note, "e"), functools.partial(anote, "f")))

    with pytest_oao.record(tmp_path) as session:
        agent()
    kept = {call.request["name"]: call.lane for call in session.calls}
    assert kept == {"a": "0.0", "b": "0.1", "c": "0.2", "d": "0.3", "e": "0.4.0", "f": "0.5"}
    with pytest_oao.replay(session.cassette):
        agent()
