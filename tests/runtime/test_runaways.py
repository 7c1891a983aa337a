# ruff: noqa: BLE001, C417, E701, E722, PERF402, SIM105 - whoever swallows everything writes like this
"""Agents that swallow their session's halt and go on for ever: each is stopped, and nobody else is."""

import asyncio
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from runtime_samples import recording
from watchdog import LONGEST, watched

import pytest_oao
from pytest_oao.errors import OaoHalt, PolicyViolation
from pytest_oao.policy.policies import Policy
from pytest_oao.runtime.runaways import LAST, PATIENCE

pytestmark = [
    pytest.mark.usefixtures("no_engine"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore:coroutine 'act_async' was never awaited:RuntimeWarning"),
]

RAN = []


@pytest_oao.tool
def act():
    RAN.append("act")


async def act_async():
    act()


@pytest.fixture
def held(tmp_path):
    """Return what runs an agent in a session that allows three calls, and returns what that came to."""
    RAN.clear()

    @contextmanager
    def session():
        with pytest_oao.record(tmp_path, strict=True, policy=Policy(max_tool_calls=3)) as run:
            yield run

    def run(agent):
        def recorded():
            with pytest_oao.record(tmp_path, strict=True, policy=Policy(max_tool_calls=3)):
                agent()

        return watched(recorded)

    run.session = session
    run.folder = tmp_path
    return run


def swallows_all():
    while True:
        try:
            act()
        except BaseException:
            continue


def swallows_in_a_line():
    while True:
        try: act()  # fmt: skip
        except: pass  # fmt: skip


def suppresses():
    while True:
        with suppress(BaseException):
            act()


def swallows_in_a_function():
    while True:
        step()


def step():
    try:
        return act()
    except BaseException:
        return None


def goes_on_in_the_handler():
    try:
        act()
        act()
        act()
        act()
    except BaseException:
        swallows_all()


def goes_on_in_c():
    list(map(lambda _: step(), iter(int, 1)))


def makes_an_exception_of_it():
    """Frameworks do: they look for errors among the results of tasks, and overlook those that are no Exception."""
    while True:
        try:
            try:
                act()
            except BaseException as error:
                raise AttributeError("no such result") from error
        except Exception:
            continue


def in_a_generator():
    def steps():
        while True:
            try:
                yield act()
            except BaseException:
                yield None

    for _ in steps():
        pass


def never_suspends():
    async def run():
        while True:
            try:
                await act_async()
            except BaseException:
                continue

    asyncio.run(run())


def suspends():
    async def run():
        while True:
            try:
                await act_async()
            except BaseException:
                await asyncio.sleep(0)

    asyncio.run(run())


def gathers():
    async def run():
        while True:
            await asyncio.gather(act_async(), act_async(), return_exceptions=True)

    asyncio.run(run())


def gathers_and_swallows():
    async def run():
        while True:
            try:
                await asyncio.gather(act_async(), act_async(), return_exceptions=True)
            except BaseException:
                continue

    asyncio.run(run())


def groups():
    async def run():
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(act_async())
                    group.create_task(act_async())
            except BaseException:
                continue

    asyncio.run(run())


def gathers_in_a_task():
    async def inner():
        while True:
            await asyncio.gather(act_async(), return_exceptions=True)

    async def run():
        await asyncio.create_task(inner())

    asyncio.run(run())


def runs_loop_after_loop():
    while True:
        try:
            asyncio.run(act_async())
        except BaseException:
            continue


def asks_in_threads():
    async def run():
        while True:
            try:
                await asyncio.to_thread(act)
            except BaseException:
                continue

    asyncio.run(run())


def submits():
    """Nobody asks the futures."""
    with ThreadPoolExecutor(2) as pool:
        while True:
            pool.submit(act)


def pools():
    while True:
        with ThreadPoolExecutor(2) as pool:
            pool.submit(act)


def works_in_a_pool():
    with ThreadPoolExecutor(2) as pool:
        pool.submit(swallows_all)
        pool.submit(swallows_all)


def starts_threads():
    while True:
        thread = threading.Thread(target=act)
        thread.start()
        thread.join()


def loops_in_a_thread():
    thread = threading.Thread(target=swallows_all)
    thread.start()
    thread.join()


def has_nurseries():
    import trio

    async def run():
        while True:
            with suppress(BaseException):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(act_async)

    trio.run(run)


AGENTS = [
    *(swallows_all, swallows_in_a_line, suppresses, swallows_in_a_function),
    *(goes_on_in_the_handler, goes_on_in_c, makes_an_exception_of_it, in_a_generator),
    *(never_suspends, suspends, gathers, gathers_and_swallows, groups, gathers_in_a_task),
    *(runs_loop_after_loop, asks_in_threads, submits, pools, works_in_a_pool, starts_threads, loops_in_a_thread),
    has_nurseries,
]


AT_ONCE = {submits, pools, works_in_a_pool}
"""Those in which a call that is let through may be overtaken by one that breaks the rule."""


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.__name__)
def test_an_agent_that_swallows_everything_is_stopped(agent, held):
    error = held(agent)
    assert isinstance(error, PolicyViolation), error
    assert len(RAN) == 3 or (agent in AT_ONCE and len(RAN) < 3)


def test_the_function_that_began_the_session_is_stopped_inside_it_only(held):
    after = []

    def run():
        with suppress(PolicyViolation), held.session():
            while True:
                try:
                    act()
                except BaseException:
                    continue
        for number in range(1000):
            after.append(number)

    assert watched(run) is None
    assert len(after) == 1000


def test_whoever_called_the_function_is_left_alone(held):
    served = []

    def serve():
        for _ in range(3):
            try:
                with pytest_oao.record(held.folder, policy=Policy(max_tool_calls=3)):
                    swallows_all()
            except PolicyViolation:
                served.append(sys.gettrace())

    assert watched(serve) is None
    assert served == [None] * 3


def test_what_is_held_is_let_go_of(held):
    lock, begun, ended = threading.Lock(), [], []

    def agent():
        while True:
            try:
                with lock:
                    begun.append(1)
                    try:
                        act()
                    finally:
                        ended.append(1)
            except BaseException:
                continue

    assert isinstance(held(agent), PolicyViolation)
    assert (len(begun), len(ended)) == (4 + PATIENCE, 4 + PATIENCE)
    assert not lock.locked()


def test_a_strand_that_goes_on_while_it_handles_the_error_is_stopped_later(held):
    asked = []

    def ask(_):
        asked.append(1)
        try:
            return act()
        except BaseException:
            return None

    assert isinstance(held(lambda: list(map(ask, iter(int, 1)))), PolicyViolation)
    assert len(asked) == 4 + LAST


def test_tasks_of_others_on_the_same_loop_are_left_alone(held):
    ticks, ends = [], []

    async def clock(over):
        while not over.is_set():
            ticks.append(sys.exc_info()[0])
            await asyncio.sleep(0)

    async def handle():
        with held.session():
            while True:
                try:
                    await asyncio.gather(act_async(), return_exceptions=True)
                except BaseException:
                    await asyncio.sleep(0)

    async def serve():
        over = asyncio.Event()
        bystander = asyncio.create_task(clock(over))
        with suppress(PolicyViolation):
            await asyncio.create_task(handle())
        before = len(ticks)
        await asyncio.sleep(0.01)
        assert len(ticks) > before
        over.set()
        await bystander
        ends.append(sys.gettrace())

    assert watched(lambda: asyncio.run(serve())) is None
    assert ends == [None]


def test_threads_of_others_are_left_alone(held):
    over, refused, traced = threading.Event(), [], []

    def work():
        """A worker from before the session, which its calls are those of while there is no other."""
        while not over.is_set():
            try:
                act()
            except PolicyViolation:
                refused.append(1)
            traced.append(sys.gettrace())

    bystander = threading.Thread(target=work, daemon=True)
    bystander.start()
    try:
        assert isinstance(held(lambda: wait_for(lambda: len(refused) > 5 * LAST)), PolicyViolation)
    finally:
        over.set()
        bystander.join(LONGEST)
    assert not any(traced)


def wait_for(holds):
    while not holds():
        threading.Event().wait(0.001)


def test_a_debugger_has_its_thread_back(held):
    def debugger(*_):
        return None

    def run():
        sys.settrace(debugger)
        try:
            with suppress(PolicyViolation), held.session():
                swallows_all()
            traced.append(sys.gettrace())
        finally:
            sys.settrace(None)

    traced = []
    assert watched(run) is None
    assert traced == [debugger]


def test_the_traceback_does_not_grow(held):
    error = held(goes_on_in_the_handler)
    assert len(traceback.extract_tb(error.__traceback__)) < 3 * LAST


def test_an_agent_that_lets_the_halt_through_is_not_traced(held):
    traced = []

    async def run():
        async def one():
            try:
                act()
            finally:
                traced.append(sys.gettrace())

        await asyncio.gather(*(one() for _ in range(5 * LAST)), return_exceptions=True)

    assert isinstance(held(lambda: asyncio.run(run())), PolicyViolation)
    assert traced == [None] * 5 * LAST


def test_a_test_that_drives_a_gateway_of_its_own_is_left_alone():
    gateway = recording()
    gateway.halt(OaoHalt("no more"))
    refused = 0
    for _ in range(3 * LAST):
        try:
            gateway.require_unhalted()
        except OaoHalt:
            refused += 1
    assert refused == 3 * LAST


def test_the_main_thread_of_a_script_is_stopped_at_module_level(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import pytest_oao\n"
        "act = pytest_oao.tool(lambda: print('ran'))\n"
        "try:\n"
        "    with pytest_oao.record('.', policy=pytest_oao.Policy(max_tool_calls=3)):\n"
        "        while True:\n"
        "            try:\n"
        "                act()\n"
        "            except BaseException:\n"
        "                pass\n"
        "finally:\n"
        "    print('ended')\n"
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["ran"] * 3 + ["ended"]
    assert "policy-violation" in done.stderr
