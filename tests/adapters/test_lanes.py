import asyncio
import concurrent.futures
import random
import socket
import socketserver
import threading
import time
import weakref
from contextvars import copy_context

import anyio
import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.lanes_asyncio import AsyncioLanes
from pytest_oao.adapters.lanes_threads import ThreadLanes
from pytest_oao.adapters.lanes_trio import TrioLanes
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.running import running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture
def gateway(tmp_path):
    installation = Installation([AsyncioLanes(), ThreadLanes(), TrioLanes()])
    with running(Gateway(Header("x"), Recorder(), Scribe(Redactor(), Project(tmp_path)))) as gateway:
        yield gateway
    installation.uninstall()


class Notes:
    """Which piece of work ran in which lane."""

    def __init__(self, gateway):
        self.gateway, self.lanes = gateway, {}

    def note(self, name):
        time.sleep(random.random() / 200)
        self.lanes[name] = self.gateway.lane.path

    async def anote(self, name):
        await anyio.sleep(random.random() / 200)
        self.lanes[name] = self.gateway.lane.path


@pytest.fixture
def notes(gateway):
    return Notes(gateway)


def test_the_main_strand_is_lane_0(notes):
    notes.note("here")
    asyncio.run(notes.anote("in asyncio.run"))
    assert notes.lanes == {"here": "0", "in asyncio.run": "0"}


def test_gather_and_task_groups_number_their_tasks_as_they_are_created(notes):
    async def nested():
        async with asyncio.TaskGroup() as group:
            for name in "xy":
                group.create_task(notes.anote(name))

    async def run():
        await asyncio.gather(notes.anote("a"), nested(), notes.anote("b"))
        await asyncio.create_task(notes.anote("c"))

    asyncio.run(run())
    assert notes.lanes == {"a": "0.0", "x": "0.1.0", "y": "0.1.1", "b": "0.2", "c": "0.3"}


def test_wait_for_is_no_lane_of_its_own_in_any_python(notes):
    async def run():
        await asyncio.wait_for(notes.anote("a"), 5)
        await asyncio.gather(notes.anote("b"))

    asyncio.run(run())
    assert notes.lanes == {"a": "0", "b": "0.0"}


def test_what_runs_inside_wait_for_starts_lanes_in_any_python(notes):
    async def work():
        await asyncio.create_task(notes.anote("a"))

    asyncio.run(asyncio.wait_for(work(), 5))
    assert notes.lanes == {"a": "0.0"}


def test_a_task_with_a_context_of_its_own_is_a_lane(notes):
    async def run():
        first = asyncio.create_task(notes.anote("a"), context=copy_context())
        await asyncio.gather(first, asyncio.create_task(notes.anote("b"), context=copy_context()))
        async with asyncio.TaskGroup() as group:
            group.create_task(notes.anote("c"), context=copy_context())

    asyncio.run(run())
    assert notes.lanes == {"a": "0.0", "b": "0.1", "c": "0.2"}


def test_a_runner_goes_on_in_the_same_strand(notes):
    with asyncio.Runner() as runner:
        runner.run(notes.anote("a"))
        runner.run(notes.anote("b"), context=copy_context())
    assert notes.lanes == {"a": "0", "b": "0"}


def test_uvloop(notes):
    uvloop = pytest.importorskip("uvloop")

    async def run():
        await notes.anote("main")
        await asyncio.create_task(notes.anote("a"))
        await asyncio.gather(notes.anote("b"), asyncio.wait_for(notes.anote("c"), 5))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
    assert notes.lanes == {"main": "0", "a": "0.0", "b": "0.1", "c": "0.2"}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio_task_groups(notes, backend):
    async def run():
        async with anyio.create_task_group() as group:
            for name in "ab":
                group.start_soon(notes.anote, name)
        await anyio.to_thread.run_sync(notes.note, "thread")
        async with anyio.create_task_group() as group:
            group.start_soon(notes.anote, "c")

    anyio.run(run, backend=backend)
    assert notes.lanes == {"a": "0.0", "b": "0.1", "thread": "0", "c": "0.2"}


def test_threads_are_numbered_where_they_start(notes):
    class Own(threading.Thread):
        def run(self):
            notes.note("subclass")

    threads = [threading.Thread(target=notes.note, args=(name,)) for name in "ab"] + [Own()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes.lanes == {"a": "0.0", "b": "0.1", "subclass": "0.2"}


def test_a_thread_s_own_run_is_run_and_stays(notes):
    thread = threading.Thread()
    thread.run = own = lambda: notes.note("own")
    thread.start()
    thread.join()
    assert notes.lanes == {"own": "0.0"}
    assert thread.run is own


def test_a_thread_that_is_over_is_gone_without_garbage_collection(notes):
    thread = threading.Thread(target=notes.note, args=("a",))
    thread.start()
    thread.join()
    gone = weakref.ref(thread)
    del thread
    assert gone() is None


def test_the_work_of_pools_is_numbered_and_their_threads_are_not(notes):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(notes.note, "abcd"))
    threading.Thread(target=notes.note, args=("after",)).start()
    time.sleep(0.05)
    assert notes.lanes == {"a": "0.0", "b": "0.1", "c": "0.2", "d": "0.3", "after": "0.4"}


def test_run_in_executor_and_to_thread(notes):
    async def run():
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(None, notes.note, name) for name in "ab"))
        await asyncio.gather(*(asyncio.to_thread(notes.note, name) for name in "cd"))

    asyncio.run(run())
    assert notes.lanes["a"] != notes.lanes["b"]
    assert (notes.lanes["c"], notes.lanes["d"]) == ("0.2", "0.3")


def test_what_a_performed_call_starts_takes_no_number(notes):
    async def run():
        with perform():
            await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(time.sleep, 0))
        await asyncio.gather(notes.anote("a"))

    asyncio.run(run())
    assert notes.lanes == {"a": "0.0"}


def test_a_thread_without_our_context_still_reaches_the_session(gateway):
    import _thread

    done = threading.Event()
    seen = []

    def work():
        seen.append(gateway.lane.path)
        done.set()

    _thread.start_new_thread(work, ())
    assert done.wait(5)
    assert seen == ["0"]


def test_after_the_session_nothing_is_patched_any_more():
    assert "oao" not in asyncio.BaseEventLoop.create_task.__module__
    assert "oao" not in threading.Thread.start.__module__


def test_as_completed_makes_its_tasks_in_the_order_given(notes):
    async def run():
        for done in asyncio.as_completed([notes.anote(name) for name in "abcdef"]):
            await done

    asyncio.run(run())
    assert notes.lanes == {name: f"0.{number}" for number, name in enumerate("abcdef")}


def test_what_only_waits_takes_no_number(notes):
    async def main():
        event, queue = asyncio.Event(), asyncio.Queue()
        for waiting in (event.wait(), queue.get(), asyncio.Lock().acquire(), asyncio.sleep(0)):
            asyncio.create_task(waiting).cancel()
        await asyncio.create_task(notes.anote("work"))

    asyncio.run(main())
    assert notes.lanes == {"work": "0.0"}


def test_what_the_garbage_collector_closes_takes_no_number(notes):
    class Client:
        """As the clients of openai and anthropic do."""

        def __del__(self):
            asyncio.get_running_loop().create_task(asyncio.sleep(0))

    async def numbers():
        yield 1
        yield 2

    async def run():
        client, left = Client(), numbers()
        await anext(left)
        del client, left
        await asyncio.sleep(0.01)
        await asyncio.gather(notes.anote("a"))

    asyncio.run(run())
    assert notes.lanes == {"a": "0.0"}


def test_work_in_a_copied_context_has_a_lane_of_its_own(notes):
    def parallel(start):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for number in range(4):
                start(pool, f"{start.__name__} {number}")

    def copied(pool, name):
        pool.submit(copy_context().run, notes.note, name)

    def twice(pool, name):
        pool.submit(copy_context().run, copy_context().run, notes.note, name)

    def wrapped(pool, name):
        context = copy_context()
        pool.submit(lambda: context.run(notes.note, name))

    def thread(_, name):
        started = threading.Thread(target=copy_context().run, args=(notes.note, name))
        started.start()
        started.join()

    def looped(pool, name):
        pool.submit(copy_context().run, lambda: asyncio.run(notes.anote(name)))

    for start in (copied, twice, wrapped, thread, looped):
        parallel(start)
    names = [f"{start.__name__} {number}" for start in (copied, twice, wrapped, thread, looped) for number in range(4)]
    assert notes.lanes == {name: f"0.{place}" for place, name in enumerate(names)}


def test_work_that_work_in_a_copied_context_gives_on_in_copies_has_a_lane_of_its_own(notes):
    def each_in_a_copy(pool, names):
        contexts = [copy_context() for _ in names]
        list(pool.map(lambda name: contexts.pop().run(notes.note, name), names))

    def node():
        notes.note("node")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            each_in_a_copy(pool, ["a", "b"])
        thread = threading.Thread(target=copy_context().run, args=(each_in_a_copy, outer, ["c"]))
        thread.start()
        thread.join()

    with concurrent.futures.ThreadPoolExecutor(2) as outer:
        outer.submit(copy_context().run, node).result()
    assert notes.lanes == {"node": "0.0", "a": "0.0.0", "b": "0.0.1", "c": "0.0.2.0"}


def test_to_thread_goes_on_in_the_strand_of_its_task(notes):
    async def run():
        await asyncio.to_thread(notes.note, "one")
        await asyncio.gather(asyncio.to_thread(notes.note, "two"), asyncio.to_thread(notes.note, "three"))

    asyncio.run(run())
    assert notes.lanes == {"one": "0", "two": "0.1", "three": "0.2"}


def test_a_loop_in_a_thread_keeps_apart_what_others_give_it(notes):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        for name in ("a", "b"):
            asyncio.run_coroutine_threadsafe(notes.anote(name), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert notes.lanes == {"a": "0.1", "b": "0.2"}


def test_what_a_server_starts_for_those_who_connect_is_numbered_apart(notes):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            notes.note("handler")

    async def answer(reader, writer):
        await asyncio.gather(notes.anote("in the server"))
        writer.close()

    async def run():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        await asyncio.sleep(0.05)
        writer.close()
        await asyncio.create_task(notes.anote("task"))
        server.close()

    with perform():  # this test's own connections are no host calls
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    socket.create_connection(server.server_address).close()
    server.handle_request()
    server.server_close()
    thread = threading.Thread(target=notes.note, args=("thread",))
    thread.start()
    thread.join()
    asyncio.run(run())
    time.sleep(0.02)
    lanes = dict(notes.lanes)
    assert lanes["thread"] == "0.0"
    assert lanes["handler"] == "0.s0"
    assert ".s" in lanes["in the server"]
    assert lanes["task"].removeprefix("0.").isdigit()
