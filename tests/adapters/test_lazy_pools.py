import asyncio
import copy
import sys
import weakref
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
        assert pool(client).oao_made is None

        async def run():
            async with library.AsyncClient() as client:
                pass
            return client

        assert pool(asyncio.run(run())).oao_made is None


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
    assert pool(first).oao_made.connections
    first.close()
    assert not pool(first).oao_made.connections

    async def run():
        async with later:
            return await later.get(f"{model_server.url}/count")

    assert asyncio.run(run()).status_code == 200


def test_one_is_made_however_many_threads_are_the_first(library, model_server):
    with session():
        client = library.Client()
    own, made = vars(pool(client)), []
    make = own["_oao_make"]
    own["_oao_make"] = lambda: made.append(make()) or made[-1]
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: client.get(f"{model_server.url}/count").status_code, range(8))
        assert list(answers) == [200] * 8
    assert len(made) == 1
    client.close()


def test_what_is_done_to_it_stays_done(library, model_server):
    class Counting:
        def __init__(self, pool):
            self.pool, self.count = pool, 0

        def handle_request(self, request):
            self.count += 1
            return self.pool.handle_request(request)

    with session():
        client = library.Client()
    pool(client)._retries = 7
    counting = client._transport._pool = Counting(pool(client))
    for _ in range(3):
        client.get(f"{model_server.url}/count")
    assert counting.count == 3
    assert counting.pool.oao_made._retries == 7
    counting.pool.close()


@pytest.mark.parametrize("options", [{"bogus": 1}, {"proxy": "ftp://127.0.0.1"}])
def test_what_cannot_be_made_is_refused_at_once(library, options):
    with pytest.raises((TypeError, ValueError)) as live:
        library.HTTPTransport(**options)
    with session(), pytest.raises(live.type):
        library.HTTPTransport(**options)


def test_it_is_copied_unmade_and_goes_without_garbage_collection(library):
    with session():
        transport = library.HTTPTransport()
    with pytest.raises(TypeError):  # as any pool: it has a lock
        copy.deepcopy(transport)
    assert copy.copy(transport._pool).oao_made is None
    gone = weakref.ref(transport)
    del transport
    assert gone() is None


class Kept:
    def __init__(self, library):
        class Transport(library.HTTPTransport):
            def __init__(self, **options):
                self.retries, self._pool = 3, None

        self.transport = Transport


class Inherited:
    def __init__(self, library):
        self.transport = type("Fake", (library.BaseTransport,), {})


@pytest.mark.parametrize("other", [Kept, Inherited])
def test_another_transport_is_left_alone(library, monkeypatch, other):
    transport = other(library).transport
    monkeypatch.setattr(library, "HTTPTransport", transport)
    begin = transport.__init__
    installation = Installation([type("Another", (LazyPools,), {"name": "another"})()])
    assert transport.__init__ is begin
    installation.uninstall()


def test_an_alias_of_a_library_is_left_to_that_library(library, monkeypatch):
    begin, alias = library.HTTPTransport.__init__, "httpx" if library.__name__ == "httpx2" else "httpx2"
    adapter = type("Aliased", (LazyPools,), {"name": f"aliased {alias}"})()
    monkeypatch.delitem(sys.modules, alias, raising=False)
    before = Installation([adapter])
    monkeypatch.setitem(sys.modules, alias, library)
    after = Installation([adapter])
    assert library.HTTPTransport.__init__ is not begin
    after.uninstall()
    before.uninstall()
    assert library.HTTPTransport.__init__ is begin
