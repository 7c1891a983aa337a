"""What a replayed call costs over the same SDK on an in-memory transport (the floor), per shape, in CPU time."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import openai
import pytest_oao
import workload

TARGETS = {"small": 1.08, "20 KB": 1.03, "stream": 1.03, "async": 1.08}


class Canned(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Answers the n-th request with the n-th body."""

    def __init__(self, shape):
        self.shape, self.number = shape, 0

    def handle_request(self, request):
        request.read()
        number, self.number = self.number, self.number + 1
        if self.shape == "stream":
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Chunks(list(workload.stream(number % 8))))
        return httpx2.Response(200, headers={"content-type": "application/json"}, content=workload.completion(number))

    async def handle_async_request(self, request):
        await request.aread()
        return self.handle_request(request)


class Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, chunks):
        self.chunks = chunks

    def __iter__(self):
        return iter(self.chunks)

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk


def client(transport=None):
    options = {"http_client": httpx2.Client(transport=transport)} if transport else {}
    return openai.OpenAI(base_url="http://bench.invalid/v1", api_key="sk-bench", max_retries=0, **options)


def aclient(transport=None):
    options = {"http_client": httpx2.AsyncClient(transport=transport)} if transport else {}
    return openai.AsyncOpenAI(base_url="http://bench.invalid/v1", api_key="sk-bench", max_retries=0, **options)


def drive(agent, shape, requests):
    started = time.process_time()
    for request in requests:
        answer = agent.chat.completions.create(**request)
        if shape == "stream":
            for _ in answer:
                pass
    return time.process_time() - started


def adrive(agent, requests):
    async def run():
        started = time.process_time()
        for request in requests:
            await agent.chat.completions.create(**request)
        return time.process_time() - started

    return asyncio.run(run())


class Prepared(Canned):
    """The floor: bodies made beforehand, nothing matched."""

    def __init__(self, shape, count):
        super().__init__(shape)
        self.bodies = [list(workload.stream(n % 8)) if shape == "stream" else workload.completion(n) for n in range(count)]

    def handle_request(self, request):
        request.read()
        body, self.number = self.bodies[self.number % len(self.bodies)], self.number + 1
        if self.shape == "stream":
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Chunks(body))
        return httpx2.Response(200, headers={"content-type": "application/json"}, content=body)

    async def handle_async_request(self, request):
        await request.aread()
        return self.handle_request(request)


def cassette(folder, shape, count):
    with pytest_oao.record(folder) as session:
        agent = client(Canned(shape))
        drive(agent, shape, [workload.request(shape, number) for number in range(count)])
    path = folder / f"{shape}.yaml"
    pytest_oao.cassette.shelf.save(pytest_oao.load(session.cassette), path)
    return path


def measure(shape, count, rounds):
    import pytest_oao.cassette.shelf  # noqa: F401 - what the plugin does when it records

    asynchronous, kind = shape == "async", "small" if shape == "async" else shape
    with tempfile.TemporaryDirectory() as folder:
        path = cassette(Path(folder), kind, count)
        requests = [workload.request(kind, number) for number in range(count)]
        floors, ours = [], []
        for _ in range(rounds):
            floor = aclient(Prepared(kind, count)) if asynchronous else client(Prepared(kind, count))
            floors.append(adrive(floor, requests) if asynchronous else drive(floor, kind, requests))
            with pytest_oao.replay(path):
                agent = aclient() if asynchronous else client()
                ours.append(adrive(agent, requests) if asynchronous else drive(agent, kind, requests))
    ratio = statistics.median(mine / floor for mine, floor in zip(ours, floors, strict=True))
    extra = statistics.median(mine - floor for mine, floor in zip(ours, floors, strict=True)) / count * 1e6
    return ratio, extra, statistics.median(floors) / count * 1e6


def main(rounds=9):
    for shape, count in (("small", 100), ("async", 100), ("20 KB", 40), ("stream", 20)):
        ratio, extra, floor = measure(shape, count, rounds)
        print(f"replay {shape:7} {ratio:6.3f} x floor   {extra:7.0f} µs extra over {floor:7.0f} µs   target {TARGETS[shape]}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
