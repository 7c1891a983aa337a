"""Streams that pass a recording, read as OpenAI's SDK reads them: to `[DONE]`, and then what is left, by another reader."""

import asyncio
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter, sleep

import httpx
import openai
import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.model.outcomes import Raised
from pytest_oao.runtime.overruns import SLACK

SAID = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\n'


class Lingering(BaseHTTPRequestHandler):
    """Says all, and ends its answer a little later, as servers do behind a proxy."""

    protocol_version = "HTTP/1.1"
    connections = set()

    def do_POST(self):
        self.connections.add(self.client_address)
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for chunk in (SAID, b"data: [DONE]\n\n", b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.flush()
            sleep(0.03)

    def log_message(self, *_):
        pass


@pytest.fixture
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Lingering)
    Lingering.connections.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


async def chat(url, times=3):
    said = 0
    async with openai.AsyncOpenAI(base_url=url, api_key="x", max_retries=0) as client:
        for _ in range(times):
            messages = [{"role": "user", "content": "hi"}]
            async for _ in await client.chat.completions.create(model="m", messages=messages, stream=True):
                said += 1
    return said


@pytest.mark.usefixtures("no_engine")
def test_a_stream_is_read_to_its_end_by_whoever_reads_what_is_left(url, tmp_path):
    with pytest_oao.record(tmp_path, strict=True) as session:
        assert asyncio.run(chat(url)) == 3
    ends = [one.outcome.end for one in pytest_oao.load(session.cassette).exchanges]
    assert (ends, len(Lingering.connections)) == (["complete"] * 3, 1)


@pytest.mark.usefixtures("no_engine")
def test_a_stream_that_was_cancelled_when_all_was_said_just_ends_in_a_replay(url, tmp_path):
    with pytest_oao.record(tmp_path, strict=True) as session:
        asyncio.run(chat(url, 1))
    recorded = pytest_oao.load(session.cassette)
    (one,) = recorded.exchanges
    cancelled = replace(one.outcome, end=Raised("Cancelled", ""))
    shelf.save(replace(recorded, exchanges=(replace(one, outcome=cancelled),)), tmp_path / "cut.yaml")
    began = perf_counter()
    with pytest_oao.replay(tmp_path / "cut.yaml"):
        assert asyncio.run(read(url)) == SAID + b"data: [DONE]\n\n"
    assert perf_counter() - began < SLACK


async def read(url):
    """Read an answer to its end, as SDKs do not."""
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    async with httpx.AsyncClient() as client, client.stream("POST", f"{url}/chat/completions", json=asked) as response:
        return await response.aread()
