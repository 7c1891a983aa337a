"""Calls of HTTP clients that a replay is to make for real, or to make and compare."""

import asyncio

import pytest

import pytest_oao
from pytest_oao.errors import Diverged

pytestmark = pytest.mark.usefixtures("no_engine")


def through_requests(url):
    requests = pytest.importorskip("requests")
    return requests.get(url).text


def through_aiohttp(url):
    aiohttp = pytest.importorskip("aiohttp")

    async def get():
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            return await reply.text()

    return asyncio.run(get())


def through_tornado(url):
    httpclient = pytest.importorskip("tornado.httpclient")

    async def get():
        client = httpclient.AsyncHTTPClient(force_instance=True)
        try:
            return (await asyncio.wait_for(client.fetch(url), 10)).body.decode()
        finally:
            client.close()

    return asyncio.run(get())


@pytest.mark.parametrize("get", [through_requests, through_aiohttp, through_tornado])
def test_a_kind_that_is_live_goes_out_and_one_that_is_verified_is_compared(http_server, tmp_path, get):
    with pytest_oao.record(tmp_path) as running:
        recorded = get(f"{http_server.url}/thing")
    with pytest_oao.replay(running.cassette, kinds={"http": "live"}):
        assert get(f"{http_server.url}/thing") != recorded
    with (
        pytest.raises(Diverged, match="outcome changed"),
        pytest_oao.replay(running.cassette, kinds={"http": "verify"}),
    ):
        get(f"{http_server.url}/thing")
    assert http_server.count() == 3
