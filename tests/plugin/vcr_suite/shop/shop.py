import asyncio
import os
import urllib.request

import aiohttp
import httpx2
import pytest
import requests

URL = os.environ.get("SHOP_URL", "http://127.0.0.1:8765")


@pytest.mark.vcr
def test_get():
    first = httpx2.get(f"{URL}/hours?b=2&a=1&key=secret-of-the-day", headers={"authorization": "Bearer s"}).json()
    again = httpx2.get(f"{URL}/hours?key=another&a=1&b=2").json()
    assert first["path"] == again["path"] == "/hours"
    assert first["nonce"] != again["nonce"]


@pytest.mark.vcr
@pytest.mark.parametrize("what", ["tea/pot", "cup"])
def test_what(what):
    assert httpx2.get(f"{URL}/{what}").json()["path"] == f"/{what}"


@pytest.mark.vcr(serializer="json")
def test_requests():
    reply = requests.post(f"{URL}/buy", data={"what": "tea", "password": "hunter2"}, timeout=5)
    assert reply.json()["type"] == "application/x-www-form-urlencoded"
    assert reply.reason == "OK"


@pytest.mark.vcr(match_on=["method", "uri", "json_body"])
def test_json_in_another_order():
    one, other = {"what": "tea", "n": 1}, {"n": 1, "what": "tea"}
    assert httpx2.post(f"{URL}/buy", json=one).json()["nonce"]
    assert httpx2.post(f"{URL}/buy", json=other).json()["nonce"]


@pytest.mark.vcr
def test_urllib_and_gzip():
    with urllib.request.urlopen(f"{URL}/hours") as reply:
        assert reply.status == 200
    assert requests.get(f"{URL}/gzip", timeout=5).json()["nonce"]
    assert httpx2.get(f"{URL}/gzip").json()["nonce"]


@pytest.mark.vcr
def test_stream():
    with httpx2.stream("GET", f"{URL}/stream") as reply:
        assert len(list(reply.iter_lines())) > 2


@pytest.mark.vcr
def test_async():
    async def ask():
        async with httpx2.AsyncClient() as client:
            first = (await client.post(f"{URL}/buy", json={"n": 1})).json()
        async with aiohttp.ClientSession() as session, session.get(f"{URL}/hours") as reply:
            return first, await reply.json()

    first, other = asyncio.run(ask())
    assert first["got"] == '{"n":1}'
    assert other["path"] == "/hours"


@pytest.mark.vcr
class TestClass:
    def test_in_a_class(self, vcr):
        assert requests.get(f"{URL}/class", timeout=5).json()["path"] == "/class"
        assert (vcr.play_count, len(vcr)) in {(1, 1), (0, 1)}

    @pytest.mark.vcr("TestClass.test_in_a_class.yaml", allow_playback_repeats=True)
    def test_with_more_cassettes(self):
        assert {requests.get(f"{URL}/class", timeout=5).json()["nonce"] for _ in range(3)}
        assert requests.get(f"{URL}/own", timeout=5).json()["path"] == "/own"


@pytest.mark.default_cassette("named.yaml")
@pytest.mark.vcr
def test_named():
    assert requests.get(f"{URL}/named", timeout=5).json()["path"] == "/named"


def test_without_a_mark(vcr):
    assert vcr is None
