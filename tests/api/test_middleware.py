"""Web apps whose requests are recorded: one session each, hundreds at once, through real SDKs and real servers."""

import asyncio
import io
import json
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.util import setup_testing_defaults

import httpx2
import openai
import pytest
from production_samples import aask, ask, asked, journals

import pytest_oao

pytestmark = pytest.mark.usefixtures("no_engine", "taken_out")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sessions"


async def call(app, path, scope_type="http"):
    """Make a request of an ASGI app, and return what it sent."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": scope_type, "path": path, "method": "GET", "headers": []}
    await app(scope, receive, send)
    return b"".join(message.get("body", b"") for message in sent).decode()


async def chat(scope, receive, send):
    """Ask a model twice, at once and in a thread, and stream what it said."""
    name = scope["path"]
    if name == "/health":
        said = ["fine"]
    else:
        said = await asyncio.gather(aask(f"{name} task"), asyncio.to_thread(ask, f"{name} thread"))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for one in said:
        await send({"type": "http.response.body", "body": one.encode(), "more_body": True})
    if name == "/broken":
        raise KeyError(name)
    await send(
        {"type": "http.response.body", "body": scope["oao.session"].id.encode() if "oao.session" in scope else b""}
    )


class TestASGI:
    def test_two_hundred_requests_at_once_are_two_hundred_sessions(self, folder, model_server):
        shared = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=4))  # the server's queue is short
        clients = openai.AsyncOpenAI(base_url=f"{model_server.url}/v1", api_key="k", max_retries=0, http_client=shared)

        async def app(scope, receive, send):
            for number in range(2):
                messages = [{"role": "user", "content": f"{scope['path']} {number}"}]
                answer = await clients.chat.completions.create(model="m", messages=messages)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            body = f"{scope['oao.session'].id} {answer.choices[0].message.content}"
            await send({"type": "http.response.body", "body": body.encode()})

        recorder = pytest_oao.record(folder, task=lambda scope: scope["path"])
        served = pytest_oao.RecordASGI(app, recorder)

        async def all_of_them():
            return await asyncio.gather(*[call(served, f"/{number}") for number in range(200)])

        answers = asyncio.run(all_of_them())
        assert recorder.flush(20)
        assert recorder.counts.recorded == 200
        for number, answer in enumerate(answers):
            name, _, said = answer.partition(" ")
            session = pytest_oao.load(folder / f"{name}.oao.jsonl")
            assert asked(session) == [f"/{number} 0", f"/{number} 1"]
            assert session.exchanges[1].outcome.body.json()["choices"][0]["message"]["content"] == said
            assert session.header.metadata == {"task": f"/{number}"}

    def test_what_makes_no_call_is_no_session_and_lifespan_passes(self, folder):
        recorder = pytest_oao.record(folder)
        app = pytest_oao.RecordASGI(chat, recorder)
        assert asyncio.run(call(app, "/health")).startswith("fine")
        heard = []

        async def lifespan(scope, receive, send):
            heard.append("oao.session" in scope)

        asyncio.run(call(pytest_oao.RecordASGI(lifespan, recorder), "/", "lifespan"))
        asyncio.run(call(pytest_oao.RecordASGI(lifespan, recorder), "/", "websocket"))
        assert heard == [False, True]
        assert recorder.flush()
        assert not folder.exists()

    def test_what_the_app_raises_is_raised(self, folder):
        recorder = pytest_oao.record(folder)
        with pytest.raises(KeyError):
            asyncio.run(call(pytest_oao.RecordASGI(chat, recorder), "/broken"))
        assert recorder.flush()
        (session,) = journals(folder)
        assert session.ending.status == "failed"
        assert sorted(asked(session)) == ["/broken task", "/broken thread"]

    def test_starlette_takes_it_as_its_own(self, folder):
        starlette = pytest.importorskip("starlette.applications")
        from starlette.background import BackgroundTask
        from starlette.responses import PlainTextResponse, StreamingResponse
        from starlette.routing import Route
        from starlette.testclient import TestClient

        def sync(request):
            return PlainTextResponse(ask("sync"), background=BackgroundTask(ask, "in the background"))

        async def stream(request):
            async def words():
                yield await aask("first word")
                yield await aask("second word")

            return StreamingResponse(words())

        recorder = pytest_oao.record(folder)
        app = starlette.Starlette(routes=[Route("/sync", sync), Route("/stream", stream)])
        app.add_middleware(pytest_oao.RecordASGI, recorder=recorder)
        with TestClient(app) as client:
            assert client.get("/sync").text == "you said sync"
            assert client.get("/stream").text == "you said first wordyou said second word"
        assert recorder.flush()
        assert sorted(map(asked, journals(folder))) == [["first word", "second word"], ["sync", "in the background"]]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class TestWSGI:
    def test_requests_in_threads_of_a_server_each_have_their_own(self, folder):
        def app(environ, start_response):
            name = environ["PATH_INFO"]
            start_response("200 OK", [("content-type", "text/plain")])
            yield ask(f"{name} first").encode()
            yield ask(f"{name} second").encode()

        recorder = pytest_oao.record(folder, task=lambda environ: environ["PATH_INFO"])
        with make_server(
            "127.0.0.1", 0, pytest_oao.RecordWSGI(app, recorder), server_class=Threads, handler_class=Quiet
        ) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

            def get(number):
                with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{number}") as reply:
                    return reply.read().decode()

            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(get, range(40)))
            server.shutdown()
        assert answers == [f"you said /{number} firstyou said /{number} second" for number in range(40)]
        assert recorder.flush()
        found = {session.header.metadata["task"]: asked(session) for session in journals(folder)}
        assert found == {f"/{number}": [f"/{number} first", f"/{number} second"] for number in range(40)}

    def serve(self, app, recorder):
        environ = {}
        setup_testing_defaults(environ)
        body = pytest_oao.RecordWSGI(app, recorder)(environ, lambda *_: None)
        return environ, body

    def test_a_list_stays_the_list_that_it_is(self, folder):
        recorder = pytest_oao.record(folder)
        answer = [b"one"]

        def app(environ, start_response):
            ask("one")
            return answer

        environ, body = self.serve(app, recorder)
        assert body is answer
        assert recorder.flush()
        (session,) = journals(folder)
        assert session.header.id == environ["oao.session"].id

    def test_the_session_ends_when_the_response_is_closed(self, folder):
        recorder = pytest_oao.record(folder)

        class Body(io.BytesIO):
            def close(self):
                ask("closing")
                super().close()

        def app(environ, start_response):
            return Body(b"a\nb\n")

        _, body = self.serve(app, recorder)
        assert ask("whoever sends it") == "you said whoever sends it"
        assert list(body) == [b"a\n", b"b\n"]
        body.close()
        assert recorder.flush()
        (session,) = journals(folder)
        assert asked(session) == ["closing"]
        assert session.complete

    @pytest.mark.parametrize("when", ["at once", "later"])
    def test_what_the_app_raises_is_raised(self, folder, when):
        recorder = pytest_oao.record(folder)

        def later():
            yield ask("one").encode()
            raise KeyError

        def app(environ, start_response):
            if when == "later":
                return later()
            ask("one")
            raise KeyError

        with pytest.raises(KeyError):
            _, body = self.serve(app, recorder)
            try:
                list(body)
            finally:
                body.close()
        assert recorder.flush()
        (session,) = journals(folder)
        assert (session.ending.status, asked(session)) == ("failed", ["one"])


def test_what_a_session_is_of_may_be_json(folder):
    recorder = pytest_oao.record(folder, task=lambda scope: json.loads("[1]"))
    asyncio.run(call(pytest_oao.RecordASGI(chat, recorder), "/a"))
    assert recorder.flush()
    assert journals(folder)[0].header.metadata == {"task": [1]}


@pytest.mark.parametrize("task", [lambda scope: scope["nope"], lambda scope: {1, 2}])
@pytest.mark.parametrize("policy", [None, pytest_oao.Policy(max_model_calls=2)])
def test_what_a_session_is_of_may_fail_and_the_request_is_served(folder, task, policy):
    recorder = pytest_oao.record(folder, task=task, policy=policy)
    app = pytest_oao.RecordASGI(chat, recorder)
    assert asyncio.run(call(app, "/a")).startswith("you said /a task")
    assert recorder.flush()
    assert (recorder.counts.dropped, recorder.counts.recorded, folder.exists()) == (1, 0, False)


def test_and_a_policy_holds_it_all_the_same(folder):
    recorder = pytest_oao.record(folder, task=lambda scope: scope["nope"], policy=pytest_oao.Policy(max_model_calls=1))
    with pytest.raises(pytest_oao.PolicyViolation):
        asyncio.run(call(pytest_oao.RecordASGI(chat, recorder), "/a"))
    assert recorder.counts.dropped == 1
