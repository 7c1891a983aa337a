"""What agents do with HTTP clients that are not on httpx: each scenario returns what the agent sees of the answers.

`python http_clients.py record|replay FOLDER URL [SCENARIO …]` runs them, each as a session of its own, and prints what
they saw as JSON.
"""

import asyncio
import json
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest_oao

SCENARIOS = {}
CLOSED_PORT = "http://127.0.0.1:9"


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def told(error):
    """Return what an agent sees of an exception, and of those that it came from; addresses in memory aside."""
    chain = []
    while error is not None:
        chain.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return chain


def raised(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is, replay raises the same
        return [type(error).__name__, str(error).partition("object at")[0].partition("Connection(host")[0]]
    return "nothing"


@scenario
def urllib_calls(url):
    request = urllib.request.Request(f"{url}/echo", json.dumps({"a": 1}).encode(), {"Content-Type": "application/json"})
    seen = []
    with urllib.request.urlopen(request) as reply:
        seen += [reply.status, reply.read().decode(), reply.headers["content-type"]]
    with urllib.request.urlopen(f"{url}/old") as reply:
        seen.append(reply.read().decode())
    with urllib.request.urlopen(f"{url}/redirect") as reply:
        seen += [reply.geturl().removeprefix(url), reply.read().decode()]
    with urllib.request.urlopen(f"{url}/stream") as reply:
        seen += [line.decode() for line in reply]
    for path in ("/status/404", "/drop"):
        try:
            urllib.request.urlopen(url + path)
        except urllib.error.HTTPError as error:
            seen += [error.code, error.read().decode()]
        except OSError as error:
            seen += told(error)
    try:
        urllib.request.urlopen(f"{CLOSED_PORT}/x")
    except urllib.error.URLError as error:
        seen += [type(error).__name__, str(error), type(error.reason).__name__, error.reason.errno]
    return seen


@scenario
def requests_calls(url):
    import requests

    seen = []
    with requests.Session() as session:
        for method, path, more in [
            ("GET", "/thing?b=2&a=1", {}),
            ("POST", "/echo", {"json": {"deep": [1, 2]}}),
            ("POST", "/echo", {"data": {"form": "ä"}}),
            ("POST", "/echo", {"data": iter([b"in ", b"pieces"])}),
            ("POST", "/echo", {"files": {"file": ("f.txt", b"content")}}),
            ("GET", "/gzip", {}),
            ("GET", "/deflate", {}),
            ("HEAD", "/thing", {}),
            ("DELETE", "/empty", {}),
            ("GET", "/status/503", {}),
            ("GET", "/bytes/300000", {}),
            ("GET", "/redirect", {}),
            ("POST", "/login", {"data": b"x"}),
        ]:
            reply = session.request(method, url + path, **more)
            history = [one.status_code for one in reply.history]
            seen += [reply.status_code, reply.reason, reply.content.hex()[:600], history, reply.ok]
    return seen


@scenario
def requests_same_call_again(url):
    import requests

    return [requests.post(f"{url}/echo", json={"q": "the same"}).json() for _ in range(3)]


@scenario
def requests_stream(url):
    import requests

    seen = []
    for path in ("/stream", "/gzip-stream"):
        with requests.get(url + path, stream=True) as reply:
            seen += [line.decode() for line in reply.iter_lines(chunk_size=1)]
    with requests.get(f"{url}/endless", stream=True) as reply:
        lines = reply.iter_lines(chunk_size=1)
        seen += [next(lines).decode() for _ in range(3)]
    return seen


@scenario
def requests_failures(url):
    import requests

    seen = []
    for path, more in [("/drop", {}), ("/hang", {"timeout": 0.3}), ("/cut-stream", {}), ("/cut", {})]:
        try:
            requests.get(url + path, **more)
        except requests.RequestException as error:
            seen += told(error)
    try:
        requests.get(f"{CLOSED_PORT}/x")
    except requests.ConnectionError as error:
        seen += [*told(error), type(error.args[0].reason).__name__, str(error.args[0].reason).partition(": ")[2]]
    return seen


@scenario
def requests_in_threads(url):
    import requests

    def ask(number):
        return requests.post(f"{url}/echo", json={"number": number}).json()

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(ask, range(8)))


@scenario
def urllib3_calls(url):
    import urllib3

    seen = []
    with urllib3.PoolManager() as pool:
        reply = (
            pool.request("POST", f"{url}/echo", json={"a": "b"})
            if urllib3.__version__ >= "2"
            else pool.request("POST", f"{url}/echo", body=b'{"a": "b"}')
        )
        seen += [reply.status, reply.data.decode()]
        reply = pool.request("POST", f"{url}/echo", fields={"file": ("f.txt", b"content")})
        seen += [reply.status, reply.data.decode()]
        reply = pool.request("GET", f"{url}/stream", preload_content=False)
        seen += [part.decode() for part in reply.stream(64)]
        reply.release_conn()
        reply = pool.request("GET", f"{url}/gzip", preload_content=False)
        seen.append(reply.read().decode())
        reply.release_conn()
        seen += [raised(lambda: pool.request("GET", f"{CLOSED_PORT}/x", retries=False))[0]]
        seen += [raised(lambda: pool.request("GET", f"{url}/hang", timeout=0.2, retries=False))[0]]
    return seen


@scenario
def urllib3_retries(url):
    import urllib3

    retry = urllib3.Retry(3, status_forcelist=[503], allowed_methods=None, backoff_factor=0.2)
    begun = time.monotonic()
    with urllib3.PoolManager(retries=retry) as pool:
        reply = pool.request("POST", f"{url}/fail-once", body=b"urllib3")
        refused = raised(lambda: pool.request("GET", f"{CLOSED_PORT}/x"))
    SPENT["urllib3_retries"] = time.monotonic() - begun
    return [reply.status, reply.data.decode(), len(reply.retries.history), refused[0]]


SPENT = {}
"""Seconds that scenarios with a back-off took."""


def bedrock(url, **more):
    import boto3
    from botocore.config import Config

    return boto3.client("bedrock-runtime", endpoint_url=url, config=Config(**more))


BODY = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
MODEL = "anthropic.claude-x-v1:0"


@scenario
def bedrock_invoke(url):
    client = bedrock(url)
    replies = [client.invoke_model(modelId=MODEL, body=json.dumps(BODY)) for _ in range(2)]
    return [[reply["ResponseMetadata"]["HTTPStatusCode"], json.loads(reply["body"].read())] for reply in replies]


@scenario
def bedrock_stream(url):
    reply = bedrock(url).invoke_model_with_response_stream(modelId=MODEL, body=json.dumps(BODY))
    return [json.loads(event["chunk"]["bytes"]) for event in reply["body"]]


@scenario
def bedrock_refused(url):
    client = bedrock(CLOSED_PORT, retries={"total_max_attempts": 3, "mode": "standard"})
    begun = time.monotonic()
    seen = raised(lambda: client.invoke_model(modelId=MODEL, body=json.dumps(BODY)))
    SPENT["bedrock_refused"] = time.monotonic() - begun
    return seen


@scenario
def s3_put(url):
    """A request that waits for `100 Continue`."""
    import boto3
    from botocore.config import Config

    client = boto3.client("s3", endpoint_url=url, config=Config(s3={"addressing_style": "path"}))
    reply = client.put_object(Bucket="bucket", Key="key", Body=b"content" * 100)
    return [reply["ResponseMetadata"]["HTTPStatusCode"], reply["ETag"]]


@scenario
def httplib2_calls(url):
    import httplib2

    http = httplib2.Http()
    seen = []
    for method, path, body in [
        ("GET", "/gzip", None),
        ("POST", "/echo", "text"),
        ("GET", "/redirect", None),
        ("GET", "/status/500", None),
    ]:
        reply, content = http.request(url + path, method, body=body)
        seen += [reply.status, content.decode()]
    return [*seen, raised(lambda: http.request(f"{CLOSED_PORT}/x"))]


@scenario
def aiohttp_calls(url):
    return asyncio.run(_aiohttp_calls(url))


async def _aiohttp_calls(url):
    import aiohttp

    async def pieces():
        yield b"in "
        yield b"pieces"

    seen = []
    form = aiohttp.FormData()
    form.add_field("file", b"content", filename="f.txt", content_type="text/plain")
    async with aiohttp.ClientSession() as session:
        for method, path, more in [
            ("GET", "/thing?b=2", {"params": {"a": "1"}}),
            ("POST", "/echo", {"json": {"deep": [1, 2]}}),
            ("POST", "/echo", {"data": {"form": "ä"}}),
            ("POST", "/echo", {"data": b"asked first", "expect100": True}),
            ("POST", "/echo", {"data": pieces()}),
            ("POST", "/echo", {"data": form}),
            ("GET", "/gzip", {}),
            ("HEAD", "/thing", {}),
            ("DELETE", "/empty", {}),
            ("GET", "/status/503", {}),
            ("GET", "/bytes/3000000", {}),
            ("GET", "/redirect", {}),
            ("POST", "/login", {"data": b"x"}),
            ("GET", "/old", {}),
        ]:
            async with session.request(method, url + path, **more) as reply:
                history = [one.status for one in reply.history]
                seen += [reply.status, reply.reason, (await reply.read()).hex()[:600], history, reply.ok]
        async with session.post(f"{url}/echo", json={"q": 1}) as reply:
            seen += [await reply.json(), reply.content_type, str(reply.url).removeprefix(url)]
        async with session.get(f"{url}/old") as reply:
            try:
                await reply.json()
            except aiohttp.ContentTypeError as error:
                seen.append(error.status)
        try:
            await session.get(f"{url}/status/404", raise_for_status=True)
        except aiohttp.ClientResponseError as error:
            seen += [error.status, error.message]
    return seen


@scenario
def aiohttp_streams(url):
    return asyncio.run(_aiohttp_streams(url))


async def _aiohttp_streams(url):
    import aiohttp

    seen = []
    async with aiohttp.ClientSession() as session:
        for path in ("/stream", "/gzip-stream"):
            async with session.get(url + path) as reply:
                seen += [line.decode() async for line in reply.content]
        async with session.post(f"{url}/stream", json={}) as reply:
            seen.append(b"".join([part async for part in reply.content.iter_any()]).decode())
        async with session.get(f"{url}/stream") as reply:
            seen += [[part.decode(), end] async for part, end in reply.content.iter_chunks()]
        async with session.get(f"{url}/endless") as reply:
            seen += [(await reply.content.readline()).decode() for _ in range(5)]
        async with session.get(f"{url}/endless") as reply:
            seen.append(reply.status)
    return seen


@scenario
def aiohttp_failures(url):
    return asyncio.run(_aiohttp_failures(url))


async def _aiohttp_failures(url):
    import aiohttp

    seen = []
    async with aiohttp.ClientSession() as session:
        for address, more in [
            (f"{url}/drop", {}),
            (f"{CLOSED_PORT}/x", {}),
            (f"{url}/cut", {}),
            (f"{url}/cut-stream", {}),
            (f"{url}/hang", {"timeout": aiohttp.ClientTimeout(total=0.3)}),
            (f"{url}/hang", {"timeout": aiohttp.ClientTimeout(sock_read=0.3)}),
        ]:
            try:
                async with session.get(address, **more) as reply:
                    await reply.read()
            except (TimeoutError, aiohttp.ClientError) as error:
                seen += [type(error).__name__, str(error), getattr(error, "errno", None)]
        try:
            await asyncio.wait_for(session.get(f"{url}/hang"), 0.3)
        except TimeoutError as error:
            seen.append(type(error).__name__)
    return seen


@scenario
def aiohttp_gather(url):
    return asyncio.run(_aiohttp_gather(url))


async def _aiohttp_gather(url):
    import aiohttp

    async with aiohttp.ClientSession() as session:

        async def ask(number):
            await asyncio.sleep(0.01 * (7 - number))
            async with session.post(f"{url}/echo", json={"same": number // 2}) as reply:
                return await reply.json()

        return await asyncio.gather(*map(ask, range(8)))


@scenario
def tornado_calls(url):
    return asyncio.run(_tornado_calls(url))


async def _tornado_calls(url):
    from tornado.httpclient import AsyncHTTPClient, HTTPClientError

    client = AsyncHTTPClient(force_instance=True)
    seen = []
    for path, more in [
        ("/thing?a=1", {}),
        ("/echo", {"method": "POST", "body": b"text"}),
        ("/gzip", {}),
        ("/redirect", {}),
        ("/thing", {"method": "HEAD"}),
        ("/empty", {"method": "DELETE"}),
    ]:
        reply = await client.fetch(url + path, **more)
        seen += [reply.code, reply.reason, reply.body.decode(), reply.effective_url.removeprefix(url)]
    try:
        await client.fetch(f"{url}/status/500")
    except HTTPClientError as error:
        seen += [error.code, error.response.body.decode()]
    client.close()
    return seen


@scenario
def tornado_streams(url):
    return asyncio.run(_tornado_streams(url))


async def _tornado_streams(url):
    from tornado.httpclient import AsyncHTTPClient

    async def produce(write):
        await write(b"in ")
        await write(b"pieces")

    client = AsyncHTTPClient(force_instance=True)
    heads, parts = [], []
    await client.fetch(
        f"{url}/stream", streaming_callback=lambda part: parts.append(part.decode()), header_callback=heads.append
    )
    reply = await client.fetch(f"{url}/echo", method="POST", body_producer=produce, headers={"Content-Type": "x/y"})
    client.close()
    return [parts, heads[0], json.loads(reply.body)]


@scenario
def tornado_failures(url):
    return asyncio.run(_tornado_failures(url))


async def _tornado_failures(url):
    from tornado.httpclient import AsyncHTTPClient

    client = AsyncHTTPClient(force_instance=True)
    seen = []
    for address, more in [
        (f"{CLOSED_PORT}/x", {}),
        (f"{url}/drop", {}),
        (f"{url}/hang", {"request_timeout": 0.3}),
    ]:
        try:
            await client.fetch(address, **more)
        except Exception as error:  # noqa: BLE001 - the same
            seen += [type(error).__name__, str(error)]
    client.close()
    return seen


@scenario
def tornado_on_libcurl(url):
    return asyncio.run(_tornado_on_libcurl(url))


async def _tornado_on_libcurl(url):
    from tornado.curl_httpclient import CurlAsyncHTTPClient

    client = CurlAsyncHTTPClient(force_instance=True)
    seen = []
    for path, more in [
        ("/thing?a=1", {}),
        ("/echo", {"method": "POST", "body": b"text"}),
        ("/gzip", {}),
        ("/redirect", {}),
    ]:
        reply = await client.fetch(url + path, **more)
        seen += [reply.code, reply.reason, reply.body.decode()]
    for address in (f"{url}/status/500", f"{CLOSED_PORT}/x"):
        try:
            await client.fetch(address)
        except Exception as error:  # noqa: BLE001 - the same
            seen += [type(error).__name__, str(error), getattr(error, "errno", None)]
    client.close()
    return seen


@scenario
def openai_on_aiohttp(url):
    """aiohttp below httpx: one call, not two."""
    return asyncio.run(_asked_on_aiohttp(url))


async def _asked_on_aiohttp(url):
    import openai

    async with openai.AsyncOpenAI(
        base_url=url, api_key="k", http_client=openai.DefaultAioHttpClient(), max_retries=0
    ) as client:
        return await client.post("/echo", body={"q": 1}, cast_to=object)


def main(mode, folder, url, names):
    seen = {}
    for name in names:
        cassette = Path(folder) / name
        if mode == "record":
            with pytest_oao.record(cassette) as running:
                seen[name] = SCENARIOS[name](url)
            running.cassette.rename(cassette / "session.oao.jsonl")
        else:
            with pytest_oao.replay(cassette / "session.oao.jsonl"):
                seen[name] = SCENARIOS[name](url)
    print(json.dumps({"seen": seen, "spent": SPENT}))


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:] or list(SCENARIOS))
