import asyncio
import contextlib
import gzip
from dataclasses import replace

import httpx
import httpx2
import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.errors import OaoHalt
from pytest_oao.model.bodies import Body
from pytest_oao.model.outcomes import Head, Returned, Streamed

pytestmark = [
    pytest.mark.usefixtures("no_engine"),
    pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__),
]
NAMES = (b"caf\xe9.txt", "naïve☃.txt".encode(), b"plain.txt")


def asked(library):
    """Return what an agent sees of an answer with a header in each encoding that servers use."""
    headers = [(b"content-disposition", b"attachment; filename=" + name) for name in NAMES]
    transport = library.MockTransport(lambda _: library.Response(200, headers=headers, text="hi"))
    with library.Client(transport=transport) as client:
        answer = client.get("https://files.invalid/x")
    return [value for value in answer.headers.get_list("content-disposition") if answer.text]


def test_headers_beyond_ascii_are_replayed_as_they_were_read(tmp_path, library):
    with pytest_oao.record(tmp_path) as running:
        live = asked(library)
    with pytest_oao.replay(running.cassette):
        assert asked(library) == live
    shelf.save(pytest_oao.load(running.cassette), tmp_path / "it.yaml")
    with pytest_oao.replay(tmp_path / "it.yaml"):
        assert asked(library) == live


@pytest.mark.parametrize("strict", [False, True])
def test_what_hooks_change_after_the_answer_is_recorded_as_it_was(tmp_path, library, strict):
    def change(response):
        for headers in (response.headers, response.request.headers):
            headers["content-type"] = "text/changed"

    transport = library.MockTransport(lambda _: library.Response(200, headers={"content-type": "text/a"}, text="hi"))
    with (
        pytest_oao.record(tmp_path, strict=strict) as running,
        library.Client(transport=transport, event_hooks={"response": [change]}) as client,
    ):
        answer = client.post("https://files.invalid/x", content="ho", headers={"content-type": "text/b"})
    assert answer.headers["content-type"] == "text/changed"
    (exchange,) = pytest_oao.load(running.cassette).exchanges
    assert (exchange.call.body.media_type, exchange.outcome.body.media_type) == ("text/b", "text/a")
    assert ("content-type", "text/b") in exchange.call.headers
    assert ("content-type", "text/a") in exchange.outcome.head.headers


def test_an_answer_without_a_status_stops_the_run(tmp_path, library):
    with pytest_oao.record(tmp_path) as running:
        asked(library)
    session = pytest_oao.load(running.cassette)
    (exchange,) = session.exchanges
    edited = replace(exchange, outcome=replace(exchange.outcome, head=None))
    shelf.save(replace(session, exchanges=(edited,)), tmp_path / "it.yaml")
    with (
        pytest.raises(OaoHalt, match="has no HTTP status"),
        pytest_oao.replay(tmp_path / "it.yaml"),
        contextlib.suppress(BaseException),
    ):
        asked(library)


def facts(library, tmp_path, *, live):
    """Return what an agent learns of an answer beside its text, in the ways that read it."""
    seen = []

    def look(response):
        seen.append(response.is_closed)

    kept = {"event_hooks": {"response": [look]}} | ({"transport": served(library)} if live else {})
    with library.Client(**kept) as client:
        response = client.get("https://files.invalid/x")
        seen += [response.elapsed.total_seconds() >= 0, response.num_bytes_downloaded, response.text]
        with client.stream("GET", "https://files.invalid/y") as streamed:
            seen.append(b"".join(streamed.iter_raw()))
    return seen


class Wire:
    """A body as a socket gives it: not read yet."""

    def __init__(self, library):
        class Stream(library.SyncByteStream):
            def __iter__(self):
                yield b"hello"

        self.stream = Stream


def served(library):
    return library.MockTransport(lambda _: library.Response(200, stream=Wire(library).stream()))


def test_an_answer_is_read_in_replay_in_each_way_that_reads_a_live_one(tmp_path, library):
    with pytest_oao.record(tmp_path) as running:
        live = facts(library, tmp_path, live=True)
    assert live == [False, True, 5, "hello", False, b"hello"]
    with pytest_oao.replay(running.cassette):
        assert facts(library, tmp_path, live=False) == live


def sent(library, at):
    """Send a compressed body, whose bytes hold the time."""
    body = gzip.compress(b'{"api_key": "a-secret-of-ours-4711", "n": 1}', mtime=at)
    with library.Client(transport=served(library)) as client:
        return client.post("https://traces.invalid/x", content=body, headers={"content-encoding": "gzip"}).text


def test_a_compressed_request_is_compared_and_searched_for_secrets_as_what_it_says(tmp_path, library):
    with pytest_oao.record(tmp_path) as running:
        assert sent(library, 1) == "hello"
    (exchange,) = pytest_oao.load(running.cassette).exchanges
    assert exchange.call.body.json() == {"api_key": "~redacted-field~", "n": 1}
    with pytest_oao.replay(running.cassette):
        assert sent(library, 2) == "hello"


def test_what_only_calls_itself_compressed_is_kept_as_it_is(tmp_path, library):
    with pytest_oao.record(tmp_path) as running, library.Client(transport=served(library)) as client:
        client.post("https://traces.invalid/x", content=b"plain", headers={"content-encoding": "gzip"})
    (exchange,) = pytest_oao.load(running.cassette).exchanges
    assert exchange.call.body.data == b"plain"


@pytest.mark.parametrize("unread", [True, False])
def test_an_answer_reaches_the_agent_and_the_record_has_it_as_it_came(tmp_path, library, unread):
    made, got = [], []

    def answer(_):
        body = {"stream": Wire(library).stream()} if unread else {"content": b"hello"}
        made.append(library.Response(203, headers={"x-request-id": "as it came"}, **body))
        return made[-1]

    def meddle(response):
        got.append(response)
        response.status_code, response.headers["x-request-id"] = 200, "not as it came"

    with pytest_oao.record(tmp_path) as running:
        hooks = {"response": [meddle]}
        with library.Client(transport=library.MockTransport(answer), event_hooks=hooks) as client:
            assert client.get("https://files.invalid/x").text == "hello"
    (exchange,) = pytest_oao.load(running.cassette).exchanges
    assert (exchange.outcome.head.status, dict(exchange.outcome.head.headers)) == (203, {"x-request-id": "as it came"})
    assert exchange.outcome.body.data == b"hello"
    assert got[0] is made[0], "it is the transport's own, whatever else it carries"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_transport_may_read_the_answer_itself(tmp_path, library, asynchronous):
    packed = gzip.compress(b"hello")

    class Once(library.SyncByteStream, library.AsyncByteStream):
        """As a socket: what is read is gone."""

        chunks = [packed[:9], packed[9:]]

        def __iter__(self):
            while self.chunks:
                yield self.chunks.pop(0)

        async def __aiter__(self):
            for chunk in self:
                yield chunk

    def answer(_):
        return library.Response(200, headers={"content-encoding": "gzip"}, stream=Once())

    class Reading(library.MockTransport):
        def handle_request(self, request):
            response = super().handle_request(request)
            response.read()
            return response

        async def handle_async_request(self, request):
            response = await super().handle_async_request(request)
            await response.aread()
            return response

    async def ask():
        async with library.AsyncClient(transport=Reading(answer)) as client:
            return await client.get("https://files.invalid/x")

    with pytest_oao.record(tmp_path) as running:
        if asynchronous:
            got = asyncio.run(ask())
        else:
            with library.Client(transport=Reading(answer)) as client:
                got = client.get("https://files.invalid/x")
    (exchange,) = pytest_oao.load(running.cassette).exchanges
    assert got.text == "hello"
    assert exchange.outcome == Returned(Body(b"hello"), Head(200, ()))
    assert got.headers["content-encoding"] == "gzip"


def test_a_transport_may_close_the_answer_unread(tmp_path, library):
    class Closing(library.MockTransport):
        def handle_request(self, request):
            response = super().handle_request(request)
            response.close()
            return response

    transport = Closing(lambda _: library.Response(200, stream=Wire(library).stream()))
    with (
        pytest_oao.record(tmp_path) as running,
        library.Client(transport=transport) as client,
        client.stream("GET", "https://files.invalid/x") as response,
        pytest.raises(library.StreamClosed),
    ):
        response.read()
    (exchange,) = pytest_oao.load(running.cassette).exchanges
    assert exchange.outcome == Streamed(Body(), Head(200, ()), end="closed")
