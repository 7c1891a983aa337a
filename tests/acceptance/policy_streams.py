"""How HTTP clients read a model's answer that never ends: each keeps it, and takes no notice of what stops it."""

import asyncio
import json
import urllib.request
from functools import partial

BODY = {"model": "scripted", "messages": [{"role": "user", "content": "Tidy up."}], "stream": True}


def read(chunks):
    try:
        for _ in chunks:
            pass
    except BaseException as error:  # noqa: BLE001 - so do agents
        return error


async def read_async(chunks):
    try:
        async for _ in chunks:
            pass
    except BaseException as error:  # noqa: BLE001 - so do agents
        return error


def httpx(url, kept, library="httpx"):
    client = __import__(library).Client()
    response = client.send(client.build_request("POST", url, json=BODY), stream=True)
    kept += [client, response, read(response.iter_bytes())]


def httpx_async(url, kept, library="httpx"):
    async def run():
        client = __import__(library).AsyncClient()
        response = await client.send(client.build_request("POST", url, json=BODY), stream=True)
        kept.extend([client, response, await read_async(response.aiter_bytes())])

    asyncio.run(run())


def httpx2(url, kept):
    httpx(url, kept, "httpx2")


def httpx2_async(url, kept):
    httpx_async(url, kept, "httpx2")


def requests(url, kept):
    import requests

    session = requests.Session()
    response = session.post(url, json=BODY, stream=True)
    kept += [session, response, read(response.iter_lines())]


def urllib3(url, kept):
    import urllib3

    pool = urllib3.PoolManager()
    response = pool.request("POST", url, json=BODY, preload_content=False)
    kept += [pool, response, read(response.stream(100))]


def standard(url, kept):
    response = urllib.request.urlopen(urllib.request.Request(url, json.dumps(BODY).encode()))
    kept += [response, read(iter(partial(response.read, 100), b""))]


def aiohttp(url, kept):
    import aiohttp

    async def run():
        session = aiohttp.ClientSession()
        response = await session.post(url, json=BODY)
        kept.extend([response, await read_async(response.content.iter_any())])
        await session.close()

    asyncio.run(run())


CLIENTS = [httpx, httpx_async, httpx2, httpx2_async, requests, urllib3, standard, aiohttp]
