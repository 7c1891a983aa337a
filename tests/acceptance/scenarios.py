"""What agents do with the openai and anthropic SDKs: each scenario is a managed test that writes down what it saw.

Copied into a project of its own and run there twice, by test_matrix.py: recorded, and then replayed without a server.
"""

import asyncio
import concurrent.futures
import io
import json
import os
import threading
import time
from pathlib import Path

import anthropic
import openai
import pytest

URL = os.environ["OAO_TEST_SERVER"]
RESULTS = Path(os.environ["OAO_TEST_RESULTS"])
MAJOR = int(openai.__version__.split(".")[0])
ANTHROPIC = tuple(int(part) for part in anthropic.__version__.split(".")[:2])

pytestmark = pytest.mark.oao


@pytest.fixture(autouse=True)
def started():
    return time.perf_counter()


@pytest.fixture
def seen(request):
    values = []
    yield values.append
    if not values:  # skipped, or failed before it saw anything
        return
    RESULTS.joinpath(f"{request.node.name}.json").write_text(json.dumps(values))


def client(**options):
    return openai.OpenAI(base_url=f"{URL}/v1", **{"max_retries": 0, **options})


def aclient(**options):
    return openai.AsyncOpenAI(base_url=f"{URL}/v1", **{"max_retries": 0, **options})


def claude(**options):
    return anthropic.Anthropic(base_url=URL, **{"max_retries": 0, **options})


def aclaude(**options):
    return anthropic.AsyncAnthropic(base_url=URL, **{"max_retries": 0, **options})


def ask(text="hello", **more):
    return {"model": "gpt-test", "messages": [{"role": "user", "content": text}], **more}


def say(text="hello", **more):
    return {"model": "claude-test", "max_tokens": 10, "messages": [{"role": "user", "content": text}], **more}


def library():
    return __import__("httpx2" if MAJOR >= 3 else "httpx")


def dump(model):
    return model.model_dump(mode="json")


def test_chat(seen):
    seen(dump(client().chat.completions.create(**ask())))


def test_chat_with_custom_client_of_its_own(seen):
    http = openai.DefaultHttpxClient(headers={"x-team": "a"})
    seen(dump(client(http_client=http).chat.completions.create(**ask())))


def test_chat_async(seen):
    seen(dump(asyncio.run(aclient().chat.completions.create(**ask()))))


def test_chat_stream(seen):
    seen([dump(chunk) for chunk in client().chat.completions.create(**ask(stream=True))])


def test_chat_stream_async(seen):
    async def run():
        stream = await aclient().chat.completions.create(**ask(stream=True))
        return [dump(chunk) async for chunk in stream]

    seen(asyncio.run(run()))


def test_chat_stream_helper(seen):
    with client().chat.completions.stream(**ask()) as stream:
        for event in stream:
            seen(event.type)
        seen(dump(stream.get_final_completion()))


def test_stream_closed_early(seen):
    stream = client().chat.completions.create(**ask(stream=True))
    for number, chunk in enumerate(stream):
        seen(dump(chunk))
        if number == 1:
            break
    stream.close()


def test_stream_closed_early_async(seen):
    async def run():
        async with await aclient().chat.completions.create(**ask(stream=True)) as stream:
            async for chunk in stream:
                return dump(chunk)
        return None

    seen(asyncio.run(run()))


def test_stream_compressed(seen):
    seen([dump(chunk) for chunk in client().chat.completions.create(**ask("GZIP", stream=True))])


def test_stream_cut_by_the_server(seen):
    with pytest.raises(Exception) as caught:
        for chunk in client().chat.completions.create(**ask("CUT", stream=True)):
            seen(dump(chunk))
    seen([type(caught.value).__module__.split(".")[0], type(caught.value).__name__, str(caught.value)])


def test_stream_cut_by_the_server_async(seen):
    async def run():
        with pytest.raises(Exception) as caught:
            async for chunk in await aclient().chat.completions.create(**ask("CUT", stream=True)):
                seen(dump(chunk))
        return [type(caught.value).__name__, str(caught.value)]

    seen(asyncio.run(run()))


def test_responses(seen):
    seen(dump(client().responses.create(model="gpt-test", input="hello")))


def test_responses_stream(seen):
    seen([dump(event) for event in client().responses.create(model="gpt-test", input="hello", stream=True)])


def test_responses_stream_helper(seen):
    with client().responses.stream(model="gpt-test", input="hello") as stream:
        seen([event.type for event in stream])
        seen(stream.get_final_response().output_text)


def test_embeddings(seen, oao):
    seen(dump(client().embeddings.create(model="e", input="x")))
    assert oao.calls[0].kind == "embeddings"


def test_raw_response(seen):
    raw = client().chat.completions.with_raw_response.create(**ask())
    seen([raw.status_code, raw.headers["x-request-id"], raw.http_version, dump(raw.parse())])


def test_streaming_response(seen):
    with client().chat.completions.with_streaming_response.create(**ask()) as response:
        seen([response.headers.get("content-type"), "".join(response.iter_text())])


def test_binary_body(seen):
    speech = client().audio.speech.create(model="tts", voice="alloy", input="hello")
    seen(speech.content.hex())


def test_binary_body_streamed(seen):
    with client().audio.speech.with_streaming_response.create(model="tts", voice="alloy", input="hi") as response:
        seen(b"".join(response.iter_bytes(512)).hex())


def test_file_content(seen):
    seen(client().files.content("file-1").content.hex())


def test_retries_are_calls_of_their_own(seen, oao):
    seen(dump(client(max_retries=2).chat.completions.create(**ask("FAIL-ONCE sync"))))
    assert [call.status for call in oao.calls] == [500, 200]


def test_retries_async(seen, oao):
    seen(dump(asyncio.run(aclient(max_retries=2).chat.completions.create(**ask("FAIL-ONCE async")))))
    assert [call.status for call in oao.calls] == [500, 200]


def test_pages(seen):
    seen([model.owned_by for model in client().models.list()])


def test_pages_of_anthropic(seen):
    seen([dump(model) for model in claude().models.list()])


def test_upload(seen):
    seen(client().files.create(file=("notes.txt", io.BytesIO(b"some notes \x00\xff")), purpose="assistants").id)


def test_upload_async(seen):
    async def run():
        return await aclient().files.create(file=("notes.txt", b"some notes"), purpose="assistants")

    seen(asyncio.run(run()).id)


def test_azure(seen, oao):
    azure = openai.AzureOpenAI(azure_endpoint=URL, api_version="2026-01-01", max_retries=0)
    seen(dump(azure.chat.completions.create(**ask())))
    assert oao.calls[0].kind == "chat"


def test_error_status(seen):
    with pytest.raises(openai.NotFoundError) as caught:
        client().chat.completions.create(**ask("REFUSE"))
    seen([str(caught.value), caught.value.code, caught.value.request_id])


def test_connection_dropped(seen):
    with pytest.raises(openai.APIConnectionError) as caught:
        client().chat.completions.create(**ask("DROP"))
    cause = caught.value.__cause__
    seen([type(cause).__module__, type(cause).__name__, str(cause)])


def test_connection_dropped_async(seen):
    with pytest.raises(anthropic.APIConnectionError) as caught:
        asyncio.run(aclaude().messages.create(**say("DROP")))
    seen([type(caught.value.__cause__).__name__])


def test_timeout(seen):
    with pytest.raises(openai.APITimeoutError) as caught:
        client(timeout=0.3).chat.completions.create(**ask("HANG"))
    seen(type(caught.value.__cause__).__name__)


def test_cancelled_by_the_agent(seen):
    async def run():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(aclient().chat.completions.create(**ask("HANG")), 0.3)
        return "timed out"

    seen(asyncio.run(run()))


@pytest.mark.parametrize("packing", ["GZIP", "BROTLI", "ZSTD"])
def test_compressed(seen, packing):
    known = {"GZIP": "gzip", "BROTLI": "br", "ZSTD": "zstd"}[packing]
    if known not in library()._decoders.SUPPORTED_DECODERS:
        pytest.skip(f"{library().__name__} cannot unpack {known} here")
    headers = {"accept-encoding": "gzip, br, zstd"}
    seen(dump(client(default_headers=headers).chat.completions.create(**ask(packing))))


def test_message(seen, oao):
    seen(dump(claude().messages.create(**say())))
    assert oao.calls("chat")[0].usage.input_tokens == 12


def test_message_async(seen):
    seen(dump(asyncio.run(aclaude().messages.create(**say()))))


def test_message_stream(seen):
    seen([dump(event) for event in claude().messages.create(**say(stream=True))])


def test_message_stream_helper(seen):
    with claude().messages.stream(**say()) as stream:
        seen(list(stream.text_stream))
        seen(dump(stream.get_final_message()))


def test_message_stream_helper_async(seen):
    async def run():
        async with aclaude().messages.stream(**say()) as stream:
            return [text async for text in stream.text_stream]

    seen(asyncio.run(run()))


def test_message_raw_response(seen):
    raw = claude().messages.with_raw_response.create(**say())
    seen([raw.headers["x-request-id"], dump(raw.parse())])


def test_message_retry(seen, oao):
    seen(dump(claude(max_retries=2).messages.create(**say("FAIL-ONCE"))))
    assert len(oao.calls) == 2


def test_bedrock(seen, oao):
    pytest.importorskip("botocore")
    bedrock = anthropic.AnthropicBedrock(base_url=URL, aws_region="us-east-1", max_retries=0)
    seen(dump(bedrock.messages.create(**say())))
    assert oao.calls[0].kind == "chat"


def test_tools_in_two_turns(seen):
    tools = [{"type": "function", "function": {"name": "search", "parameters": {"type": "object", "properties": {}}}}]
    messages = [{"role": "user", "content": "look it up"}]
    agent = client()
    first = agent.chat.completions.create(model="gpt-test", messages=messages, tools=tools).choices[0].message
    messages += [
        first.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "found"},
    ]
    seen(dump(agent.chat.completions.create(model="gpt-test", messages=messages, tools=tools)))


def test_gather(seen):
    async def run():
        agent = aclient()
        answers = await asyncio.gather(*(agent.chat.completions.create(**ask("the same")) for _ in range(5)))
        return [answer.id for answer in answers]

    seen(asyncio.run(run()))


def test_task_group(seen):
    async def run():
        agent = aclient()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(agent.chat.completions.create(**ask("the same"))) for _ in range(5)]
        return [task.result().id for task in tasks]

    seen(asyncio.run(run()))


def test_threads(seen):
    agent, ids = client(), {}

    def work(number):
        ids[number] = agent.chat.completions.create(**ask("the same")).id

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen([ids[number] for number in range(4)])


def test_pool(seen):
    agent = client()
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        seen([answer.id for answer in pool.map(lambda _: agent.chat.completions.create(**ask("the same")), range(6))])


def test_run_in_executor(seen):
    async def run():
        agent, loop = client(), asyncio.get_running_loop()
        work = [
            loop.run_in_executor(None, lambda: agent.chat.completions.create(**ask("the same")).id) for _ in range(4)
        ]
        return await asyncio.gather(*work)

    seen(asyncio.run(run()))


def test_to_thread(seen):
    async def run():
        agent = client()
        work = (asyncio.to_thread(agent.chat.completions.create, **ask("the same")) for _ in range(4))
        return [answer.id for answer in await asyncio.gather(*work)]

    seen(asyncio.run(run()))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio(seen, backend):
    anyio = pytest.importorskip("anyio")
    pytest.importorskip(backend)

    async def run():
        agent, ids = aclient(), {}

        async def work(number):
            ids[number] = (await agent.chat.completions.create(**ask("the same"))).id

        async with anyio.create_task_group() as group:
            for number in range(4):
                group.start_soon(work, number)
        return [ids[number] for number in range(4)]

    seen(anyio.run(run, backend=backend))


def test_aiohttp_client(seen):
    pytest.importorskip("aiohttp")
    if not hasattr(openai, "DefaultAioHttpClient"):
        pytest.skip("this openai has no aiohttp client")

    async def run():
        try:
            http = openai.DefaultAioHttpClient()
        except RuntimeError as error:
            pytest.skip(str(error))
        async with aclient(http_client=http) as agent:
            return dump(await agent.chat.completions.create(**ask()))

    seen(asyncio.run(run()))


def test_custom_transport(seen):
    class Own(library().BaseTransport):
        def handle_request(self, request):
            body = {
                "id": f"own-{time.time_ns()}",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [],
            }
            return library().Response(200, json=body)

    agent = openai.OpenAI(base_url="http://own.invalid/v1", http_client=library().Client(transport=Own()))
    seen(agent.chat.completions.create(**ask()).id)


def test_plain_http(seen, oao):
    seen(library().get(f"{URL}/files/plain?b=2&a=1").json())
    assert oao.calls[0].kind == "http"
