import asyncio
import contextlib

import pytest

import pytest_oao
from pytest_oao.errors import Diverged, EscapedCall

httpclient = pytest.importorskip("tornado.httpclient")

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture
def record(tmp_path):
    def run(agent, **options):
        with pytest_oao.record(tmp_path, **options) as running:
            asyncio.run(agent())
        return running.cassette, pytest_oao.load(running.cassette).exchanges

    return run


async def produced(client, url, text):
    async def produce(write):
        await write(text)

    return await client.fetch(url, method="POST", body_producer=produce)


async def fetched(client, url, text):
    return await client.fetch(url, method="POST", body=text)


@pytest.mark.parametrize("send", [fetched, produced])
def test_another_body_diverges_whatever_the_agent_catches(http_server, record, send):
    async def ask(text):
        client = httpclient.AsyncHTTPClient(force_instance=True)
        with contextlib.suppress(Exception):
            await send(client, f"{http_server.url}/echo", text)
        client.close()

    cassette, _ = record(lambda: ask(b"a"))
    with pytest.raises(Diverged, match="request changed"), pytest_oao.replay(cassette):
        asyncio.run(asyncio.wait_for(ask(b"b"), 5))


def test_calls_beyond_what_runs_at_once_are_answered_in_the_lanes_that_made_them(http_server, record):
    seen = []

    async def agent():
        client = httpclient.AsyncHTTPClient(force_instance=True, max_clients=2)

        async def ask(number):
            reply = await client.fetch(f"{http_server.url}/thing?n={number // 2}")
            return reply.body

        seen.append(await asyncio.gather(*map(ask, range(8))))
        client.close()

    cassette, exchanges = record(agent)
    assert {exchange.call.lane for exchange in exchanges} == {f"0.{number}" for number in range(8)}
    http_server.stop()
    with pytest_oao.replay(cassette):
        asyncio.run(agent())
    assert seen[0] == seen[1]


def test_what_a_callback_asks_is_a_call_of_its_own(http_server, record):
    """Whoever handles a piece of a stream may ask the world for more."""

    async def agent():
        client = httpclient.AsyncHTTPClient(force_instance=True)
        asked = []

        def ask_once(_):
            if not asked:
                asked.append(client.fetch(f"{http_server.url}/thing"))

        await client.fetch(f"{http_server.url}/stream", streaming_callback=ask_once)
        await asked[0]
        client.close()

    cassette, exchanges = record(agent)
    assert [exchange.call.target.rpartition("/")[2] for exchange in exchanges] == ["stream", "thing"]
    with pytest_oao.replay(cassette):
        asyncio.run(agent())


def test_libcurl_cannot_pass_a_body_on_piece_by_piece(http_server, record):
    pytest.importorskip("pycurl")
    from tornado.curl_httpclient import CurlAsyncHTTPClient

    async def agent():
        await CurlAsyncHTTPClient(force_instance=True).fetch(f"{http_server.url}/stream", streaming_callback=print)

    with pytest.raises(EscapedCall, match="libcurl"):
        record(agent, strict=True)


def test_libcurl_diverges_as_others_do(http_server, record):
    pytest.importorskip("pycurl")
    from tornado.curl_httpclient import CurlAsyncHTTPClient

    async def ask(text):
        await fetched(CurlAsyncHTTPClient(force_instance=True), f"{http_server.url}/echo", text)

    cassette, _ = record(lambda: ask(b"a"))
    with pytest.raises(Diverged, match="request changed"), pytest_oao.replay(cassette):
        asyncio.run(asyncio.wait_for(ask(b"b"), 5))
