"""Calls that a task cancelled while recording, made in replay where no task waits."""

import asyncio
import contextlib

import httpx2
import pytest

import pytest_oao
from pytest_oao.errors import Diverged
from pytest_oao.model.outcomes import Raised, Streamed

pytest.importorskip("requests")
pytest.importorskip("urllib3")

from test_http_client import through_requests, through_urllib, through_urllib3

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture
def record(tmp_path):
    """Run an agent recorded, and return the file and the exchanges."""

    def run(agent):
        with pytest_oao.record(tmp_path) as running:
            asyncio.run(agent)
        return running.cassette, pytest_oao.load(running.cassette).exchanges

    return run


def through_httpx(url):
    with httpx2.stream("GET", url) as reply:
        yield from reply.iter_lines()


async def cancelled(url, **options):
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.3), httpx2.AsyncClient(**options) as client, client.stream("GET", url) as reply:
            async for _ in reply.aiter_raw():
                pass


@pytest.mark.parametrize("path", ["hang", "endless"])
@pytest.mark.parametrize("lines", [through_requests, through_urllib3, through_urllib, through_httpx])
def test_what_a_task_cancelled_ends_late_where_no_task_waits(http_server, record, lines, path):
    url = f"{http_server.url}/{path}"
    cassette, (exchange,) = record(cancelled(url))
    assert isinstance(exchange.outcome, Raised if path == "hang" else Streamed)
    with pytest.raises(Diverged) as caught, pytest_oao.replay(cassette), contextlib.suppress(Exception):
        list(lines(url))
    assert caught.value.divergence.name == "session ended late"
    assert caught.value.divergence.explanation.cause.startswith("the agent cancelled this call while recording")


@pytest.mark.parametrize("lines", [through_requests, through_urllib3, through_urllib, through_httpx])
def test_what_a_task_cancelled_when_all_was_said_just_ends(record, lines):
    class Done(httpx2.AsyncByteStream):
        async def __aiter__(self):
            yield b"data: [DONE]\n\n"
            await asyncio.sleep(20)

    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Done())
    )
    cassette, (exchange,) = record(cancelled("http://model.invalid/", transport=transport))
    assert exchange.outcome.end.type == "Cancelled"
    with pytest_oao.replay(cassette):
        said = [part if isinstance(part, bytes) else part.encode() for part in lines("http://model.invalid/")]
    assert b"".join(said).strip() == b"data: [DONE]"
