"""An application that a test serves in memory is a part of what is tested: its calls are recorded, not those to it."""

import pytest

TEST_CLIENT = """
from starlette.testclient import TestClient

def ask(path):
    with TestClient(asgi) as client:
        return client.get(path).text
"""
ASGI = """
import asyncio, httpx2

async def aask(path):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(asgi), base_url="http://app") as client:
        return (await client.get(path)).text

def ask(path):
    return asyncio.run(aask(path))
"""
WSGI = """
import httpx2

def ask(path):
    with httpx2.Client(transport=httpx2.WSGITransport(wsgi), base_url="http://app") as client:
        return client.get(path).text
"""
LITESTAR = """
import httpx2

class Client:
    app = staticmethod(wsgi)

class Served(httpx2.BaseTransport):
    client = Client()

    def handle_request(self, request):
        return httpx2.WSGITransport(self.client.app).handle_request(request)

def ask(path):
    with httpx2.Client(transport=Served(), base_url="http://app") as client:
        return client.get(path).text
"""
AGENT = """
import pytest
from my_agent import answer

async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": answer("asked " + scope["path"]).encode()})

def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [answer("asked " + environ["PATH_INFO"]).encode()]
"""
TEST = """
@pytest.mark.oao
def test_it():
    assert ask("/lamp").startswith("answer")
"""


@pytest.mark.parametrize("client", [TEST_CLIENT, ASGI, WSGI, LITESTAR], ids=["TestClient", "ASGI", "WSGI", "Litestar"])
def test_its_calls_are_recorded_and_a_change_of_it_is_found(light, client):
    if client is TEST_CLIENT:
        pytest.importorskip("starlette.testclient")
    light.write(test_app=AGENT + client + TEST)
    light.record().stdout.fnmatch_lines(["*test_it.yaml (1 call)*"])
    light.server.stop()
    light.replay("test_app.py").assert_outcomes(passed=1)
    light.edit("test_app.py", '"asked "', '"wondered, asked "')
    done = light.replay("test_app.py")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*request changed*call 1 of 1*"])
