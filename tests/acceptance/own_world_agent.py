"""An agent whose every prompt tells the time, what it drew and what it read: in threads, tasks and threads of tasks."""

import asyncio
import json
import os
import random
import secrets
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import choice, shuffle
from time import monotonic, perf_counter, sleep
from uuid import uuid4

import httpx2

try:
    import numpy as np
except ImportError:
    np = None


@dataclass
class Note:
    at: datetime = field(default_factory=datetime.now)
    id: uuid.UUID = field(default_factory=uuid4)


def facts(who):
    """Return whatever differs between two runs of a process, in a world without a record."""
    items = list(range(6))
    shuffle(items)
    note = Note()
    drawn = [random.random(), choice("abcdef"), random.gauss(0, 1), random.Random().random(), items]
    if np is not None:
        drawn += [float(np.random.rand()), int(np.random.default_rng().integers(10**9))]
    return {
        "who": who,
        "time": [
            time.time(),
            str(datetime.now(UTC)),
            str(date.today()),  # noqa: DTZ011 - agents do
            time.ctime(),
            time.strftime("%X"),
            str(note.at),
        ],
        "counters": [monotonic(), perf_counter(), time.process_time(), time.monotonic_ns()],
        "drawn": drawn,
        "ids": [str(uuid4()), str(uuid.uuid1()), secrets.token_hex(4), os.urandom(4).hex(), str(note.id)],
        "mode": os.environ.get("SHOP_MODE"),
    }


def asked(who):
    """Return a request whose bytes are never the same again."""
    text = json.dumps(facts(who))
    return {"model": "gpt-test", "messages": [{"role": "user", "content": text}]}


def told(reply):
    return reply.json()["choices"][0]["message"]["content"]


def ask(who):
    sleep(random.random() / 20)
    with httpx2.Client(base_url=os.environ["MODEL_URL"]) as client:
        return told(client.post("/v1/chat/completions", json=asked(who)))


async def ask_async(client, who):
    await asyncio.sleep(random.random() / 20)
    first = told(await client.post("/v1/chat/completions", json=asked(who)))
    return [first, await asyncio.to_thread(ask, f"{who}, in a thread")]


async def ask_all():
    async with httpx2.AsyncClient(base_url=os.environ["MODEL_URL"]) as client:
        return await asyncio.gather(*(ask_async(client, f"task {number}") for number in range(3)))


def run():
    """Return all that was said, with a token and how long it took: both as recorded."""
    started = time.monotonic()
    said = [ask("first")]
    with ThreadPoolExecutor(3) as pool:
        said += pool.map(ask, [f"pool {number}" for number in range(3)])
    threads = [threading.Thread(target=lambda n=n: said.append(ask(f"thread {n}"))) for n in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    said += asyncio.run(ask_all())
    sleep(0.5)
    return {"said": said, "token": secrets.token_urlsafe(), "took": time.monotonic() - started}
