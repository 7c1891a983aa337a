import asyncio
import contextlib
import io
import time

import pytest

import pytest_oao
from pytest_oao.errors import Diverged, EscapedCall
from pytest_oao.model.outcomes import Streamed

aiohttp = pytest.importorskip("aiohttp")

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture
def record(tmp_path):
    def run(agent, **options):
        with pytest_oao.record(tmp_path, **options) as running:
            asyncio.run(agent())
        return running.cassette, pytest_oao.load(running.cassette).exchanges

    return run


async def posts(url, *values):
    async with aiohttp.ClientSession() as session:
        return [await (await session.post(f"{url}/echo", json={"value": value})).json() for value in values]


def test_two_calls_swapped_diverge(http_server, record):
    cassette, _ = record(lambda: posts(http_server.url, 1, 2))
    with pytest.raises(Diverged, match="calls reordered"), pytest_oao.replay(cassette):
        asyncio.run(posts(http_server.url, 2, 1))


def test_another_body_diverges_whatever_the_agent_catches(http_server, record):
    async def ask(text):
        async def pieces():
            yield text

        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                with contextlib.suppress(Exception):
                    await session.post(f"{http_server.url}/echo", data=pieces())

    cassette, _ = record(lambda: ask(b"a"))
    with pytest.raises(Diverged, match="request changed"), pytest_oao.replay(cassette):
        asyncio.run(ask(b"b"))


def test_a_session_with_open_connections_is_recorded_replayed_and_free_again(http_server, tmp_path):
    async def agent():
        async with aiohttp.ClientSession() as session:

            async def ask():
                async with session.get(f"{http_server.url}/thing") as reply:
                    return await reply.json()

            await ask()
            with pytest_oao.record(tmp_path) as running:
                recorded = await ask()
            assert len(pytest_oao.load(running.cassette).exchanges) == 1
            live = http_server.count()
            with pytest_oao.replay(running.cassette):
                assert await ask() == recorded
            assert http_server.count() == live
            assert await ask() != recorded

    asyncio.run(agent())


@pytest.mark.parametrize("way", ["readline", "readany", "readchunk"])
def test_a_stream_comes_as_live_and_ends_where_the_agent_ends_it(http_server, record, way):
    times = []

    async def agent(count=5):
        began = time.monotonic()
        async with aiohttp.ClientSession() as session, session.get(f"{http_server.url}/endless") as reply:
            for _ in range(count):
                await getattr(reply.content, way)()
                times.append(time.monotonic() - began)
        times.append(time.monotonic() - began)

    cassette, (exchange,) = record(agent)
    assert times[0] < 1
    assert times[-1] < 3, "the whole stream takes twenty seconds"
    assert isinstance(exchange.outcome, Streamed)
    assert exchange.outcome.end == "closed"
    http_server.stop()
    with pytest_oao.replay(cassette):
        asyncio.run(agent())
    with pytest.raises(Diverged, match="session ended late"), pytest_oao.replay(cassette):
        asyncio.run(agent(50))


def test_what_the_session_leaves_compressed_is_kept_as_it_reads(http_server, record):
    async def agent():
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            await (await session.get(f"{http_server.url}/gzip")).read()

    _, (exchange,) = record(agent)
    assert "nonce" in exchange.outcome.body.json()


def test_a_form_with_a_file_that_is_no_text_is_the_same_again(http_server, record):
    async def send():
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(bytes(range(256))), filename="f.bin")
        async with aiohttp.ClientSession() as session, session.post(f"{http_server.url}/echo", data=form) as reply:
            return (await reply.json())["got"]

    got = []

    async def agent():
        got.append(await send())

    cassette, _ = record(agent)
    assert bytes(range(256)).decode("latin-1") in got[0]
    http_server.stop()
    with pytest_oao.replay(cassette):
        asyncio.run(agent())
    assert got[0] == got[1]


def test_calls_of_concurrent_tasks_are_answered_in_their_lanes(http_server, record):
    async def agent(delay):
        async with aiohttp.ClientSession() as session:

            async def ask(number):
                await asyncio.sleep(delay(number))
                async with session.post(f"{http_server.url}/echo", json={"same": True}) as reply:
                    return number, await reply.json()

            seen.append(await asyncio.gather(*map(ask, range(6))))

    seen = []
    cassette, exchanges = record(lambda: agent(lambda number: 0.02 * number))
    assert {exchange.call.lane for exchange in exchanges} == {f"0.{number}" for number in range(6)}
    with pytest_oao.replay(cassette):
        asyncio.run(agent(lambda number: 0.02 * (6 - number)))
    assert seen[0] == seen[1]


def test_hosts_that_pass_through_are_no_calls(http_server, record):
    _, exchanges = record(lambda: posts(http_server.url, 1), passthrough_hosts=["127.0.0.1"])
    assert not exchanges


def test_a_websocket_is_no_request_and_goes_nowhere_in_replay(http_server, record):
    async def agent():
        async with aiohttp.ClientSession() as session:
            await session.ws_connect(f"{http_server.url}/ws")

    cassette, _ = record(lambda: asyncio.sleep(0))
    with pytest.raises(EscapedCall), pytest_oao.replay(cassette):
        asyncio.run(agent())
    assert http_server.count() == 0


def test_a_call_that_the_agent_cancelled_is_cancelled_again(http_server, record):
    async def agent():
        async with aiohttp.ClientSession() as session:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(session.get(f"{http_server.url}/hang"), 0.2)

    cassette, (exchange,) = record(agent)
    assert exchange.outcome.type == "Cancelled"
    with pytest_oao.replay(cassette):
        asyncio.run(agent())


def test_a_middleware_that_tries_again_makes_a_call_each_time(http_server, record):
    if not hasattr(aiohttp, "ClientHandlerType"):
        pytest.skip("this aiohttp has no middlewares")

    async def again(request, handler):
        reply = await handler(request)
        return await handler(request) if reply.status == 503 else reply

    async def agent():
        async with aiohttp.ClientSession(middlewares=[again]) as session:
            assert (await session.post(f"{http_server.url}/fail-once", data=b"aiohttp")).status == 200

    cassette, exchanges = record(agent)
    assert [exchange.outcome.head.status for exchange in exchanges] == [503, 200]
    with pytest_oao.replay(cassette):
        asyncio.run(agent())


def test_all_is_as_it_was_afterwards(http_server, record):
    owners = [aiohttp.BaseConnector, aiohttp.ClientRequest, aiohttp.ClientResponse]
    before = [dict(vars(owner)) for owner in owners]
    record(lambda: posts(http_server.url, 1))
    assert [dict(vars(owner)) for owner in owners] == before
