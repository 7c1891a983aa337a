"""The seam of `websockets`, against a server in this process: what is refused, what waits, what is nobody's affair."""

import asyncio
import contextlib
import json
import os
import threading
import time
from pathlib import Path

import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.errors import Diverged, EscapedCall
from pytest_oao.runtime import overruns

client = pytest.importorskip("websockets.sync.client")
tasks = pytest.importorskip("websockets.asyncio.client")
server = pytest.importorskip("websockets.sync.server")
exceptions = pytest.importorskip("websockets.exceptions")
VERSION = tuple(map(int, pytest.importorskip("websockets.version").version.split(".")[:1]))
pytestmark = pytest.mark.usefixtures("no_engine")


def echo(ws):
    with contextlib.suppress(exceptions.ConnectionClosed):
        for message in ws:
            if message != "silence":
                ws.send(message)


@pytest.fixture(scope="module")
def url():
    serving = server.serve(echo, "127.0.0.1", 0, max_size=None)
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield f"ws://127.0.0.1:{serving.socket.getsockname()[1]}/echo"
    serving.shutdown()
    thread.join()


@pytest.fixture
def record(tmp_path):
    def run(agent, *args, **options):
        with pytest_oao.record(tmp_path, **options) as session:
            agent(*args)
        return session.cassette

    return run


@pytest.fixture
def hasty(monkeypatch):
    """Have a wait for what never comes end soon."""
    for module in ("websocket_turns", "websocket_task_frames"):
        monkeypatch.setattr(f"pytest_oao.adapters.{module}.SLACK", 0.3)
    monkeypatch.setattr(overruns, "SLACK", 0.3)


def diverged(cassette, agent, *args, **options):
    with pytest.raises(Diverged) as caught, pytest_oao.replay(cassette, **options):
        agent(*args)
    return caught.value.divergence


def say(url, *messages):
    with client.connect(url) as ws:
        heard = []
        for message in messages:
            ws.send(message)
            heard.append(ws.recv())
    return heard


def test_nothing_is_patched_before_and_after():
    own = client.connect, client.ClientConnection.recv, tasks.ClientConnection.recv
    assert {"websockets"} == {Path(one.__code__.co_filename).parent.parent.name for one in own}
    assert not hasattr(client.connect, "__signature__")


def test_the_function_that_connects_looks_as_before(record, url):
    from inspect import signature

    before = signature(client.connect)
    with pytest_oao.record(record(lambda: None).parent):
        assert signature(client.connect) == before
        assert client.connect.__name__ == "connect"


def test_frames_of_equal_connections_do_not_swap(record, url):
    def agent():
        with client.connect(url) as one, client.connect(url) as other:
            one.send("1")
            other.send("2")
            return other.recv(), one.recv()

    cassette = record(agent)
    with pytest_oao.replay(cassette):
        assert agent() == ("2", "1")

    def crossed():
        with client.connect(url) as one, client.connect(url) as other:
            one.send("1")
            other.send("2")
            one.recv()
            other.recv()

    assert diverged(cassette, crossed).name == "calls reordered"


def test_ids_may_differ_and_stand_for_the_recorded_ones(record, url):
    def agent(name):
        say(url, json.dumps({"event_id": f"event_{name}", "b": 1}), json.dumps({"again": f"event_{name}"}))

    cassette = record(agent, "a1b2c3d4e5f6")
    with pytest_oao.replay(cassette):
        agent("0f9e8d7c6b5a")


def test_a_frame_s_type_is_compared(record, url):
    cassette = record(say, url, "a")
    assert diverged(cassette, say, url, b"a").name == "request changed"


def test_a_cassette_keeps_frames_of_audio_in_blobs(record, url, tmp_path):
    audio = [os.urandom(20_000) for _ in range(20)]
    session = pytest_oao.load(record(say, url, *audio, b"\0" * 900_000))
    shelf.save(session, tmp_path / "c" / "one.yaml")
    assert (tmp_path / "c" / "one.yaml").stat().st_size < 40_000
    with pytest_oao.replay(tmp_path / "c" / "one.yaml"):
        assert say(url, *audio, b"\0" * 900_000) == [*audio, b"\0" * 900_000]


def test_a_connection_from_before_the_session_is_refused(record, url):
    with client.connect(url) as ws:
        with pytest.raises(EscapedCall, match="opened before the session"):
            record(lambda: ws.send("a"), strict=True)
        with pytest.raises(EscapedCall, match=r"oao_passthrough_hosts = 127\.0\.0\.1"):
            record(lambda: ws.recv(0), strict=True)


def test_hosts_of_the_test_s_own_are_left_alone(tmp_path, url):
    with client.connect(url) as before, pytest_oao.record(tmp_path, passthrough_hosts=["127.0.0.1"]) as session:
        before.send("a")
        assert before.recv() == "a"
        assert say(url, "b") == ["b"]
        assert list(session.calls) == []


def test_a_connection_goes_on_after_the_session(tmp_path, url):
    with pytest_oao.record(tmp_path):
        ws = client.connect(url)
    ws.send("a")
    assert ws.recv() == "a"
    ws.close()


def test_a_replayed_connection_is_dead_after_the_session(record, url):
    cassette = record(say, url, "a")
    with pytest_oao.replay(cassette):
        ws = client.connect(url)
        ws.send("a")
        ws.recv()
        ws.close()
    with pytest.raises(exceptions.ConnectionClosed):
        ws.recv()


@pytest.mark.skipif(VERSION < (15,), reason="threads send no pings of their own before")
def test_what_the_library_starts_is_no_strand_of_the_agent(tmp_path, url):
    def agent():
        lanes = []
        with client.connect(url, ping_interval=0.01) as ws:
            time.sleep(0.05)
            thread = threading.Thread(target=lambda: (ws.send("a"), ws.recv()))
            thread.start()
            thread.join()
        asyncio.run(in_tasks())
        return lanes

    async def in_tasks():
        async with tasks.connect(url, ping_interval=0.01) as ws:
            await asyncio.sleep(0.05)
            await asyncio.create_task(ws.send("b"))

    with pytest_oao.record(tmp_path) as session:
        agent()
        lanes = [call.lane for call in session.calls if call.target.startswith("send")]
    assert lanes == ["0.0", "0.1"]
    with pytest_oao.replay(session.cassette):
        agent()


def test_a_server_of_the_same_loop_is_no_strand_of_the_agent(tmp_path):
    serve = pytest.importorskip("websockets.asyncio.server").serve

    async def answer(ws):
        async for message in ws:
            await ws.send(message)

    async def ask(port):
        async with tasks.connect(f"ws://127.0.0.1:{port}/") as ws:
            await ws.send("a")
            return await ws.recv()

    async def agent():
        async with serve(answer, "127.0.0.1", 0) as serving:
            port = serving.sockets[0].getsockname()[1]
            return await ask(port), *await asyncio.gather(ask(port), ask(port))

    with pytest_oao.record(tmp_path) as session:
        assert asyncio.run(agent()) == ("a", "a", "a")
    with pytest_oao.replay(session.cassette):
        assert asyncio.run(agent()) == ("a", "a", "a")


# the order of what is sent and received


def receiver_beside(url, wait, *, sends=True):
    """A receiver in a task of its own; `wait` is awaited before each frame is sent."""

    async def run():
        heard = []
        async with tasks.connect(url) as ws:

            async def receive():
                for _ in range(3):
                    frame = await ws.recv()
                    heard.append((told[-1:], frame))

            told = []
            receiver = asyncio.create_task(receive())
            for word in "abc" if sends else "ab":
                await wait()
                told.append(word)
                await ws.send(word)
            await receiver
        return heard

    return asyncio.run(run())


def slowly():
    return asyncio.sleep(0.05)


def test_a_receiver_does_not_run_ahead_of_the_sender(record, url):
    cassette = record(receiver_beside, url, slowly)
    for wait in (slowly, lambda: asyncio.sleep(0)):
        with pytest_oao.replay(cassette):
            heard = receiver_beside(url, wait)
        assert [word for _, word in heard] == ["a", "b", "c"]
        assert all(told == [word] for told, word in heard)


@pytest.mark.usefixtures("hasty")
def test_a_frame_that_waits_for_one_that_is_not_sent_ends_in_a_divergence(record, url):
    cassette = record(receiver_beside, url, slowly)
    began = time.monotonic()
    difference = diverged(cassette, lambda: receiver_beside(url, slowly, sends=False))
    assert time.monotonic() - began < 5
    assert difference.name == "call missing"
    assert difference.expected.call.body.data == b"c"
    assert "has sent 2, and waits" in difference.explanation.cause


def test_threads_wait_for_each_other_too(record, url):
    def agent(pause):
        heard = []
        with client.connect(url) as ws:

            def receive():
                heard.extend(ws.recv() for _ in range(3))

            thread = threading.Thread(target=receive)
            thread.start()
            for word in "abc":
                time.sleep(pause)
                ws.send(word)
            thread.join()
        return heard

    cassette = record(agent, 0.02)
    for pause in (0.02, 0):
        with pytest_oao.replay(cassette):
            assert agent(pause) == ["a", "b", "c"]


def stopped_receiver(url, pause):
    """Stops its receiver as soon as it has closed: in replay as much must have been received by then."""

    async def run():
        heard = []
        ws = await tasks.connect(url)

        async def receive():
            while True:
                heard.append(await ws.recv())

        receiver = asyncio.create_task(receive())
        for word in "abc":
            await ws.send(word)
            await asyncio.sleep(pause)
        await ws.close()
        receiver.cancel()
        return heard

    return asyncio.run(run())


def test_a_receiver_that_is_stopped_has_received_as_much(record, url):
    cassette = record(stopped_receiver, url, 0.03)
    for pause in (0.03, 0):
        with pytest_oao.replay(cassette):
            assert stopped_receiver(url, pause) == ["a", "b", "c"]


def waits_in_vain(url, seconds):
    async def run():
        async with tasks.connect(url) as ws:
            await ws.send("silence")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ws.recv(), seconds)

    asyncio.run(run())


@pytest.mark.usefixtures("hasty")
def test_a_wait_that_was_given_up_must_be_given_up_again(record, url):
    cassette = record(waits_in_vain, url, 0.05)
    with pytest_oao.replay(cassette):
        waits_in_vain(url, 0.05)
    difference = diverged(cassette, waits_in_vain, url, 60)
    assert difference.name == "session ended late"
    assert "waits on" in difference.explanation.cause


@pytest.mark.usefixtures("hasty")
def test_a_wait_that_was_never_answered_ends(record, url):
    def agent(*, again):
        ws = client.connect(url)
        ws.send("a")
        ws.recv()
        if again:
            ws.recv()

    cassette = record(lambda: agent(again=False))
    began = time.monotonic()
    assert diverged(cassette, lambda: agent(again=True)).name == "extra call"
    assert time.monotonic() - began < 5


def test_any_order(record, url):
    async def both(order):
        async with tasks.connect(url) as ws:
            await asyncio.gather(*(ws.send(word) for word in order))
            return sorted([await ws.recv(), await ws.recv()])

    cassette = record(lambda: asyncio.run(both("ab")))
    with pytest_oao.replay(cassette, order="any"):
        assert asyncio.run(both("ba")) == ["a", "b"]


def test_frames_are_redacted_before_they_are_written(record, url):
    key = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"
    cassette = record(say, url, json.dumps({"api_key": key}))
    assert key not in cassette.read_text()
    with pytest_oao.replay(cassette):
        assert key not in say(url, json.dumps({"api_key": key}))[0]


def test_a_live_connection_among_recorded_calls(record, url):
    cassette = record(say, url, "a")
    with pytest_oao.replay(cassette, kinds={"websocket": "live"}):
        assert say(url, "b") == ["b"]
    with pytest_oao.replay(cassette, kinds={"websocket": "verify"}):
        assert say(url, "a") == ["a"]


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_websocket_of_another_library_stops_the_recording(library, tmp_path):
    httpx = pytest.importorskip(library)
    switching = httpx.MockTransport(lambda _: httpx.Response(101, headers={"upgrade": "websocket"}))
    with pytest.raises(EscapedCall, match="became a websocket"), pytest_oao.record(tmp_path, strict=True):
        httpx.Client(transport=switching).get("https://api.example.com/ws")
