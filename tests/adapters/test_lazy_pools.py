import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import SimpleNamespace

import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.lazy_pools import LazyPool, LazyPools
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture(params=["httpx", "httpx2"])
def library(request):
    return import_module(request.param)


@pytest.fixture(autouse=True)
def adapters(library):
    installation = Installation([LazyPools()])
    yield
    installation.uninstall()


def session(sink=None):
    return running(Gateway(Header("x"), Recorder(), Scribe(Redactor(), Project("nowhere"), sink)))


def pool(client):
    return client._transport._pool


def test_a_client_of_a_replay_makes_none_and_closes_none(library):
    with session():
        with library.Client() as client:
            pass
        assert pool(client)._made is None

        async def run():
            async with library.AsyncClient() as client:
                pass
            return client

        assert pool(asyncio.run(run()))._made is None


@pytest.mark.parametrize("where", ["no session", "a recording"])
def test_elsewhere_it_is_made_at_once(library, where):
    if where == "no session":
        assert not isinstance(pool(library.Client()), LazyPool)
        return
    with session(sink=SimpleNamespace()):
        assert not isinstance(pool(library.Client()), LazyPool)
        assert not isinstance(pool(library.AsyncClient()), LazyPool)


def test_what_connects_makes_it_whenever_that_is(library, model_server):
    with session():
        first, later = library.Client(), library.AsyncClient()
        assert first.get(f"{model_server.url}/count").status_code == 200
    assert not isinstance(pool(first), LazyPool)
    first.close()

    async def run():
        async with later:
            return await later.get(f"{model_server.url}/count")

    assert asyncio.run(run()).status_code == 200


def test_one_is_made_however_many_threads_are_the_first(library, model_server):
    with session():
        client = library.Client()
    made, begin = [], pool(client)._make

    def make():
        made.append(begin())
        return made[-1]

    pool(client)._make = make
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: client.get(f"{model_server.url}/count").status_code, range(8))
        assert list(answers) == [200] * 8
    assert len(made) == 1
    client.close()


def test_a_generation_that_keeps_more_is_left_alone(library, monkeypatch):
    class Transport(library.HTTPTransport):
        def __init__(self, **options):
            self.retries, self._pool = 3, None

    monkeypatch.setattr(library, "HTTPTransport", Transport)
    begin = Transport.__init__
    installation = Installation([type("Another", (LazyPools,), {"name": "another"})()])
    assert Transport.__init__ is begin
    installation.uninstall()
