"""The floor: the same SDK over an in-memory transport that holds the answers ready and compares nothing."""

import asyncio
import time
from functools import cache

import httpx2
import openai
import workload

JSON, SSE = {"content-type": "application/json"}, {"content-type": "text/event-stream"}
VARIETY = 16
"""Different answers that a transport gives in turn."""


class Ready(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Gives the answers of a shape in turn; `unread` ones, as a socket's transport gives them."""

    def __init__(self, shape, *, unread=False):
        self.answers, self.number, self.unread = answers(shape), 0, unread

    def handle_request(self, request):
        request.read()
        answer, self.number = self.answers[self.number % VARIETY], self.number + 1
        if isinstance(answer, bytes):
            if self.unread:
                return httpx2.Response(200, headers=JSON, stream=Chunks([answer]))
            return httpx2.Response(200, headers=JSON, content=answer)
        return httpx2.Response(200, headers=SSE, stream=Chunks(answer))

    async def handle_async_request(self, request):
        await request.aread()
        return self.handle_request(request)


class Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A stream that is in memory."""

    def __init__(self, chunks):
        self.chunks = chunks

    def __iter__(self):
        return iter(self.chunks)

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk


@cache
def answers(shape):
    make = (lambda number: list(workload.stream(number))) if shape == "stream" else workload.completion
    return [make(number) for number in range(VARIETY)]


def client(transport=None):
    """Return an SDK client, on its own transport or on the one given."""
    return openai.OpenAI(**_options(httpx2.Client(transport=transport) if transport else None))


def async_client(transport=None):
    return openai.AsyncOpenAI(**_options(httpx2.AsyncClient(transport=transport) if transport else None))


def _options(http_client):
    return {"base_url": "http://bench.invalid/v1", "api_key": "sk-bench", "max_retries": 0, "http_client": http_client}


def drive(agent, requests):
    """Make the calls, read each answer to its end; return the CPU seconds of each."""
    spent = []
    for request in requests:
        started = time.process_time()
        answer = agent.chat.completions.create(**request)
        if request.get("stream"):
            for _ in answer:
                pass
        spent.append(time.process_time() - started)
    return spent


def drive_async(agent, requests):
    async def run():
        spent = []
        for request in requests:
            started = time.process_time()
            await agent.chat.completions.create(**request)
            spent.append(time.process_time() - started)
        return spent

    return asyncio.run(run())
