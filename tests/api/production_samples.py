"""Programs in production, small: their model is in memory, or another process."""

import asyncio
import json
import threading
from functools import cache
from pathlib import Path

import httpx2
import openai

from pytest_oao.cassette.journal_reading import parse_journal


class Model(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Answers each question with itself."""

    def handle_request(self, request):
        request.read()
        question = json.loads(request.content)["messages"][-1]["content"]
        message = {"role": "assistant", "content": f"you said {question}"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        told = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        return httpx2.Response(200, json=told)

    async def handle_async_request(self, request):
        await request.aread()
        await asyncio.sleep(0.001)
        return self.handle_request(request)


@cache
def client(kind, http):
    """Return an SDK's client on that model; to make one takes long."""
    transport = http(transport=Model())
    return kind(base_url="http://model.invalid/v1", api_key="k", max_retries=0, http_client=transport)


def ask(question):
    """Ask with an SDK."""
    messages = [{"role": "user", "content": question}]
    answer = client(openai.OpenAI, httpx2.Client).chat.completions.create(model="m", messages=messages)
    return answer.choices[0].message.content


async def aask(question):
    messages = [{"role": "user", "content": question}]
    chat = client(openai.AsyncOpenAI, httpx2.AsyncClient).chat
    return (await chat.completions.create(model="m", messages=messages)).choices[0].message.content


def asked(session):
    return [exchange.call.body.json()["messages"][-1]["content"] for exchange in session.exchanges]


def journals(folder):
    """Read every journal in a folder, whole or not, but for those of processes that were killed before a line was."""
    paths = [path for path in sorted(Path(folder).glob("*.oao.jsonl")) if path.stat().st_size]
    return [parse_journal(path.read_bytes(), str(path)).session for path in paths]


def in_threads(*works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
