"""Agents that talk over websockets. `python websocket_agents.py record|replay PATH URL AGENT [VARIANT]` prints its log.

The names of the library's are bound here before a session begins, as they are in most programs.
"""

import asyncio
import importlib
import json
import os
import ssl
import sys
import threading
from functools import partial

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect as connect_threads

import pytest_oao

WAIT = 0.05


def threads(url, variant):
    """All that a client of threads can do."""
    log = []
    options = {"additional_headers": {"X-Request-Id": "r-1", "Authorization": "Bearer sk-very-secret-0123456789"}}
    with connect_threads(f"{url}/chat?b=2&a=1", subprotocols=["chat.v2"], **options) as ws:
        log += [ws.subprotocol, ws.response.status_code, ws.state.name]
        log += frames(ws, variant) + fragments(ws)
        ws.send("leave")
        log += [said(ws.recv), said(partial(ws.send, "too late")), ws.close_code, ws.close_reason, ws.state.name]
    for refusing in (f"{url}/forbidden", "ws://127.0.0.1:1/"):
        log.append(said(partial(connect_threads, refusing)))
    with connect_threads(f"{url}/chat") as ws:
        ws.send("break")
        log.append(said(ws.recv))
    return log


def frames(ws, variant):
    log = []
    ws.send("hello" if variant != "changed" else "hullo")
    log.append(ws.recv())
    if variant == "extra":
        ws.send("once more")
    if variant == "swapped":
        log.append(ws.recv(timeout=5))
    ws.send(b"\x00\x01\xfe\xff" * 4)
    if variant != "swapped":
        log.append(ws.recv().hex())
    if variant == "extra recv":
        ws.recv()
    return log


def fragments(ws):
    log = []
    ws.send(word for word in ("many ", "pieces ", "one message"))
    log.append(ws.recv(decode=False).decode())
    try:
        ws.recv(timeout=WAIT)
    except TimeoutError as error:
        log.append(str(error))
    ws.send("pieces")
    log += [list(ws.recv_streaming()), ws.ping().wait(5)]
    ws.send("last")
    return [*log, next(iter(ws))]


def said(call):
    """Return what a call raises, as far as an agent may look at it."""
    try:
        return call()
    except ConnectionClosed as error:
        return [type(error).__name__, str(error)]
    except InvalidStatus as error:
        return ["InvalidStatus", str(error), error.response.status_code, error.response.body.decode()]
    except OSError as error:
        return [type(error).__name__, error.errno]


def tasks(url, variant):
    return asyncio.run(in_tasks(url, variant))


async def in_tasks(url, variant):
    """All that a client of tasks can do."""
    log = await beside(url, variant)
    async with connect(f"{url}/chat") as ws, connect(f"{url}/chat") as other:
        await other.send("to the other")
        await ws.send("to this")
        log += [await ws.recv(), await other.recv(), *await in_pieces(ws)]
        await ws.send("leave")
        await ws.wait_closed()
        log.append(await asaid(ws.recv()))
    log += [await asaid(connect(f"{url}/forbidden")), await asaid(connect("ws://127.0.0.1:1/"))]
    return log


async def beside(url, variant):
    """Receive in a task of its own, which must not run ahead of the sender."""
    heard, sent, news = [], [None], asyncio.Event()

    async def receive(ws):
        async for frame in ws:
            heard.append([sent[-1], frame])
            news.set()

    async with connect(f"{url}/chat", subprotocols=["chat.v2"]) as ws:
        receiver = asyncio.create_task(receive(ws))
        for number in [0, 2, 1, 3] if variant == "swapped" else range(4):
            sent.append(number)
            await ws.send(f"number {number}" + ("!" if (variant, number) == ("changed", 2) else ""))
            await news.wait()
            news.clear()
        if variant == "extra":
            await ws.send("once more")
        alive = await (await ws.ping()) < 5
        await ws.close(reason="done")
        await receiver
    return [ws.subprotocol, ws.response.status_code, alive, heard, ws.close_code, ws.close_reason]


async def in_pieces(ws):
    log = []
    try:
        await asyncio.wait_for(ws.recv(), WAIT)
    except TimeoutError:
        log.append("timed out")
    waiting = asyncio.create_task(ws.recv())
    await asyncio.sleep(WAIT)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    async def pieces():
        for word in ("one ", "two"):
            yield word

    await ws.send(pieces())
    log.append(await ws.recv())
    await ws.send("pieces")
    return [*log, [piece async for piece in ws.recv_streaming()]]


async def asaid(awaitable):
    task = asyncio.ensure_future(_result(awaitable))
    await asyncio.wait([task])
    return said(task.result)


async def _result(awaitable):
    return await awaitable


def reconnects(url, variant):
    """A client that connects again when it is cut off, after a while that a replay need not wait."""

    async def run():
        log = []
        async for ws in connect(f"{url}/chat"):
            try:
                await ws.send("break" if not log else "hello")
                log.append(await ws.recv())
            except ConnectionClosedError as error:
                log.append(str(error))
            else:
                return log
        return log

    return asyncio.run(run())


def background(url, variant):
    """Tasks and threads that are stopped while they wait, as clients of real-time APIs are."""

    async def run():
        heard = []
        ws = await connect(f"{url}/chat")

        async def receive():
            while True:
                heard.append(await ws.recv())

        receiver = asyncio.create_task(receive())
        for number in range(3):
            await ws.send(f"number {number}")
            await asyncio.sleep(0.03)
        await ws.send("silence")
        receiver.cancel()
        await ws.close()
        return heard

    heard, stop = [], threading.Event()
    with connect_threads(f"{url}/chat") as ws:

        def poll():
            while not stop.is_set():
                try:
                    heard.append(ws.recv(timeout=0.01))
                except TimeoutError:
                    continue

        thread = threading.Thread(target=poll)
        thread.start()
        ws.send("a")
        ws.send("b")
        while len(heard) < 2:
            stop.wait(0.005)
        stop.set()
        thread.join()
    return [asyncio.run(run()), heard]


def openai_sync(url, variant):
    import openai

    log = []
    with openai.OpenAI(**settings(url)) as client:
        realtime = client.beta.realtime if variant == "beta" else client.realtime
        with realtime.connect(model="gpt-realtime") as connection:
            log.append(connection.recv().type)
            for turn in range(2):
                say(connection, f"turn {turn}")
                for event in connection:
                    log.append(event.to_dict())
                    if event.type == "response.done":
                        break
    return log


def settings(url):
    key = "sk-secret-of-the-agent-1234"
    return {"base_url": f"{url}/v1".replace("ws", "http"), "websocket_base_url": f"{url}/v1", "api_key": key}


def openai_beta(url, variant):
    return [openai_sync(url, "beta"), openai_async(url, "beta")]


def say(connection, text):
    content = [{"type": "input_text", "text": text}]
    connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})
    connection.response.create()


def openai_async(url, variant):
    import openai

    async def run():
        log, done = [], asyncio.Event()
        async with openai.AsyncOpenAI(**settings(url)) as client:
            realtime = client.beta.realtime if variant == "beta" else client.realtime
            async with realtime.connect(model="gpt-realtime") as connection:

                async def receive():
                    async for event in connection:
                        log.append(event.to_dict())
                        if event.type == "response.done":
                            done.set()

                receiver = asyncio.create_task(receive())
                for number in range(3):
                    await connection.input_audio_buffer.append(audio="AAEC" * 100 + str(number) * 4)
                await connection.response.create()
                await done.wait()
                receiver.cancel()
        return log

    return asyncio.run(run())


def encrypted(url, variant):
    """Over TLS, in threads and in tasks; in replay there is no certificate."""

    async def run():
        async with connect(f"{url}/chat", ssl=context()) as ws:
            await ws.send("b")
            return await ws.recv()

    with connect_threads(f"{url}/chat", ssl=context()) as ws:
        ws.send("a")
        return [ws.recv(), asyncio.run(run())]


def context():
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))


def gemini(url, variant):
    from google import genai

    async def run():
        client = genai.Client(api_key="k", http_options={"base_url": url.replace("ws", "http")})
        async with client.aio.live.connect(model="gemini-live") as session:
            await session.send_client_content(turns={"parts": [{"text": "hi"}]})
            return [message.model_dump(mode="json") async for message in session.receive()]

    return asyncio.run(run())


def main(mode, path, url, agent, variant=""):
    session = pytest_oao.record(path) if mode == "record" else pytest_oao.replay(path)
    importlib.import_module("openai") if agent.startswith("openai") else None
    with session as running:
        log = globals()[agent](url, variant)
    print(json.dumps({"log": log, "cassette": str(running.cassette)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
