"""What agents do with the SDKs of Google, Mistral, Cohere and Amazon, and with litellm: each scenario is a managed test.

Copied into a project of its own and run there twice, by test_sdks.py: recorded, and then replayed without a server and
without keys. A scenario whose SDK is not installed is skipped.
"""

import asyncio
import json
import os
from pathlib import Path

import pytest

URL = os.environ["OAO_TEST_SERVER"]
RESULTS = Path(os.environ["OAO_TEST_RESULTS"])
REPLAYS = RESULTS.name == "replayed"
BACK_OFF = 2.0
"""Seconds that SDKs wait between two attempts, at least."""

pytestmark = pytest.mark.oao


@pytest.fixture
def seen(request):
    values = []
    yield values.append
    if not values:  # skipped, or failed before it saw anything
        return
    RESULTS.joinpath(f"{request.node.name.replace('/', '-')}.json").write_text(json.dumps(values))


@pytest.fixture
def told(oao):
    """What the calls so far say, in the words of no provider."""

    def told():
        return [
            {
                "kind": call.kind,
                "target": call.target,
                "status": call.status,
                "text": call.reply.text,
                "reasoning": call.reply.reasoning,
                "asked": [(one.id, one.name, one.arguments) for one in call.reply.tool_calls],
                "attributes": {name: value for name, value in call.attributes.items() if "server" not in name},
            }
            for call in oao.calls
        ]

    return told


class Unhurried:
    """Measures a wait: taken while recording, skipped in replay."""

    def __enter__(self):
        self.started = os.times().elapsed

    def __exit__(self, kind, *_):
        if kind is None:
            waited = os.times().elapsed - self.started
            assert waited < BACK_OFF / 2 if REPLAYS else waited >= BACK_OFF


def search(q: str) -> str:
    """Search for something."""
    return f"nothing about {q}"


def dump(model):
    told = model.model_dump(mode="json")
    response = told.get("sdk_http_response") or {}
    if headers := response.get("headers"):  # how an answer travelled is not kept
        travel = {"transfer-encoding", "content-length"}
        response["headers"] = {name: value for name, value in headers.items() if name.lower() not in travel}
    return told


# --- google-genai ---------------------------------------------------------------------------------------------------


def genai():
    return pytest.importorskip("google.genai")


CLIENTS = []
"""Kept, since a client of google-genai that nobody holds is closed, though its `models` are held."""


def gemini(**options):
    options = {"base_url": URL, **options}
    CLIENTS.append(genai().Client(http_options=genai().types.HttpOptions(**options)))
    return CLIENTS[-1]


def gemini_on_httpx(**options):
    """Return a client whose asynchronous side is on httpx too: it takes aiohttp where that is installed."""
    module = next((name for name in ("httpx2", "httpx") if getattr(genai()._api_client, name, None)), "httpx")
    return gemini(httpx_async_client=__import__(module).AsyncClient(), **options)


def patient():
    return genai().types.HttpRetryOptions(attempts=3, initial_delay=BACK_OFF, http_status_codes=[503])


def test_gemini(seen, told):
    answer = gemini().models.generate_content(
        model="gemini-test",
        contents="hello",
        config={"temperature": 0.5, "max_output_tokens": 9, "system_instruction": "Be brief."},
    )
    seen(dump(answer))
    (call,) = told()
    assert call["kind"] == "chat"
    assert call["target"] == "POST /models/gemini-test:generateContent"
    assert call["text"] == answer.text
    assert call["reasoning"].startswith("thinking")
    attributes = call["attributes"]
    assert attributes["gen_ai.request.model"] == "gemini-test"
    assert attributes["gen_ai.request.max_tokens"] == 9
    assert attributes["gen_ai.usage.output_tokens"] == 7
    assert attributes["gen_ai.response.finish_reasons"] == ["STOP"]
    seen(call)


def test_gemini_stream(seen, told):
    stream = gemini().models.generate_content_stream(model="gemini-test", contents="hello")
    chunks = [dump(chunk) for chunk in stream]
    seen(chunks)
    (call,) = told()
    assert len(chunks) == 4
    assert call["text"].startswith("so answer ")
    assert call["attributes"]["gen_ai.request.stream"] is True
    seen(call)


def test_gemini_stream_stopped_early(seen):
    stream = gemini().models.generate_content_stream(model="gemini-test", contents="hello")
    seen(dump(next(iter(stream))))
    stream.close()


def test_gemini_calls_a_function(seen, told):
    chat = gemini().chats.create(model="gemini-test", config={"tools": [search]})
    seen(dump(chat.send_message("look for it")))
    asked, _ = told()
    assert asked["asked"][0][1] == "search"
    seen(told())


def test_gemini_is_asked_for_tools_by_hand(seen):
    types = genai().types
    tool = types.Tool(function_declarations=[types.FunctionDeclaration(name="search", description="d")])
    config = types.GenerateContentConfig(
        tools=[tool], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    contents = [types.Content(role="user", parts=[types.Part(text="look")])]
    client = gemini()
    for _ in range(2):
        answer = client.models.generate_content(model="gemini-test", contents=contents, config=config)
        seen(dump(answer))
        contents.append(answer.candidates[0].content)
        for call in answer.function_calls or ():
            part = types.Part.from_function_response(name=call.name, response={"result": search("x")})
            contents.append(types.Content(role="user", parts=[part]))


def test_gemini_refuses(seen, told):
    with pytest.raises(genai().errors.ClientError) as refused:
        gemini().models.generate_content(model="gemini-test", contents="REFUSE")
    seen([refused.value.code, refused.value.status, refused.value.message])
    assert told()[0]["attributes"]["error.type"] == "INVALID_ARGUMENT"


def test_gemini_tries_again(seen, told):
    client = gemini(retry_options=patient())
    with Unhurried():
        seen(dump(client.models.generate_content(model="gemini-test", contents="FAIL-ONCE sync")))
    assert [call["status"] for call in told()] == [503, 200]


def test_gemini_async(seen):
    async def run():
        client = gemini_on_httpx()
        answer = await client.aio.models.generate_content(model="gemini-test", contents="hello")
        stream = await client.aio.models.generate_content_stream(model="gemini-test", contents="hello")
        return [dump(answer), *[dump(chunk) async for chunk in stream]]

    seen(asyncio.run(run()))


def test_gemini_async_side_by_side(seen):
    async def run():
        client = gemini_on_httpx()
        asked = (client.aio.models.generate_content(model="gemini-test", contents="the same") for _ in range(4))
        return [answer.response_id for answer in await asyncio.gather(*asked)]

    seen(asyncio.run(run()))


def test_gemini_async_tries_again(seen):
    async def run():
        client = gemini_on_httpx(retry_options=patient())
        with Unhurried():
            return dump(await client.aio.models.generate_content(model="gemini-test", contents="FAIL-ONCE async"))

    seen(asyncio.run(run()))


def test_gemini_embeddings(seen, told):
    answer = gemini().models.embed_content(model="embed-test", contents=["a", "b"], config={"output_dimensionality": 2})
    seen(dump(answer))
    assert told()[0]["kind"] == "embeddings"
    seen(told())


def test_gemini_as_one_list(seen, told):
    """The stream of an agent's own client, that does not ask for SSE."""
    httpx = pytest.importorskip("httpx")
    body = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
    url = f"{URL}/v1beta/models/gemini-test:streamGenerateContent?key={os.environ['GOOGLE_API_KEY']}"
    with httpx.stream("POST", url, json=body) as answer:
        seen(json.loads(answer.read()))
    assert told()[0]["text"].startswith("so answer ")
    seen(told())


def test_gemini_on_vertex(seen, told):
    client = genai().Client(vertexai=True, project="a-project", location="us-central1", http_options={"base_url": URL})
    seen(dump(client.models.generate_content(model="gemini-test", contents="hello")))
    (call,) = told()
    assert call["target"] == "POST /models/gemini-test:generateContent"
    assert call["attributes"]["gen_ai.provider.name"] == "gcp.vertex_ai"


def test_gemini_on_aiohttp(seen, told):
    pytest.importorskip("aiohttp")

    async def run():
        client = gemini()
        assert client._api_client._use_aiohttp()
        answer = await client.aio.models.generate_content(model="gemini-test", contents="hello")
        stream = await client.aio.models.generate_content_stream(model="gemini-test", contents="hello")
        chat = client.aio.chats.create(model="gemini-test", config={"tools": [search]})
        said = [dump(answer), *[dump(chunk) async for chunk in stream], dump(await chat.send_message("look for it"))]
        await client.aio.aclose()
        return said

    seen(asyncio.run(run()))
    seen(told())
    assert [call["kind"] for call in told()] == ["chat"] * 4


def test_gemini_on_aiohttp_refuses_and_tries_again(seen, told):
    pytest.importorskip("aiohttp")

    async def run():
        client = gemini(retry_options=patient())
        with pytest.raises(genai().errors.ClientError) as refused:
            await client.aio.models.generate_content(model="gemini-test", contents="REFUSE")
        with Unhurried():
            answer = await client.aio.models.generate_content(model="gemini-test", contents="FAIL-ONCE aiohttp")
        await client.aio.aclose()
        return [refused.value.status, dump(answer)]

    seen(asyncio.run(run()))
    assert [call["status"] for call in told()] == [400, 503, 200]


# --- anthropic on Vertex --------------------------------------------------------------------------------------------


def vertex_message():
    return {"model": "claude-test", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}


def test_claude_on_vertex(seen, told):
    anthropic = pytest.importorskip("anthropic")
    pytest.importorskip("google.auth")
    client = anthropic.AnthropicVertex(project_id="a-project", region="us-east5", base_url=f"{URL}/v1")
    seen(dump(client.messages.create(**vertex_message())))
    seen(dump(client.messages.create(**vertex_message())))
    assert len(told()) == 2  # and none for the token
    assert told()[0]["attributes"]["gen_ai.provider.name"] == "gcp.vertex_ai"


def test_claude_on_vertex_async(seen):
    anthropic = pytest.importorskip("anthropic")
    pytest.importorskip("google.auth")

    async def run():
        async with anthropic.AsyncAnthropicVertex(
            project_id="a-project", region="us-east5", base_url=f"{URL}/v1"
        ) as client:
            return dump(await client.messages.create(**vertex_message()))

    seen(asyncio.run(run()))


# --- mistralai ------------------------------------------------------------------------------------------------------


def mistral(**options):
    sdk = pytest.importorskip("mistralai.client")
    return sdk.Mistral(server_url=URL, **options)


def mistral_retries():
    retries = pytest.importorskip("mistralai.client.utils").retries
    back_off = retries.BackoffStrategy(
        initial_interval=int(BACK_OFF * 1000), max_interval=9000, exponent=1.5, max_elapsed_time=60_000
    )
    return retries.RetryConfig("backoff", back_off, retry_connection_errors=False)


def say(text="hello"):
    return {"model": "mistral-test", "messages": [{"role": "user", "content": text}]}


SEARCH = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "d",
        "parameters": {"type": "object", "properties": {"q": {"type": "string"}}},
    },
}


def test_mistral(seen, told):
    seen(dump(mistral().chat.complete(**say(), temperature=0.5)))
    (call,) = told()
    assert call["target"] == "POST /chat/completions"
    assert call["text"].startswith("answer ")
    assert call["attributes"]["gen_ai.usage.input_tokens"] == 11
    seen(call)


def test_mistral_stream(seen, told):
    with mistral().chat.stream(**say()) as stream:
        seen([dump(event) for event in stream])
    assert told()[0]["text"].startswith("answer ")


def test_mistral_calls_a_tool(seen, told):
    client, messages = mistral(), say()["messages"]
    for _ in range(2):
        answer = client.chat.complete(model="mistral-test", messages=messages, tools=[SEARCH])
        seen(dump(answer))
        message = answer.choices[0].message
        messages = [*messages, message]
        for call in message.tool_calls or ():
            messages.append({"role": "tool", "tool_call_id": call.id, "name": "search", "content": search("x")})
    assert told()[0]["asked"][0][1:] == ("search", '{"q": "x"}')


def test_mistral_refuses(seen):
    errors = pytest.importorskip("mistralai.client.errors")
    with pytest.raises(errors.SDKError) as refused:
        mistral().chat.complete(**say("REFUSE"))
    seen([refused.value.status_code, refused.value.body])


def test_mistral_tries_again(seen, told):
    client = mistral()
    with Unhurried():
        seen(dump(client.chat.complete(**say("FAIL-ONCE sync"), retries=mistral_retries())))
    assert [call["status"] for call in told()] == [503, 200]


def test_mistral_async(seen):
    async def run():
        client = mistral()
        answers = [dump(await client.chat.complete_async(**say()))]
        async with await client.chat.stream_async(**say()) as stream:
            answers += [dump(event) async for event in stream]
        with Unhurried():
            answers += [dump(await client.chat.complete_async(**say("FAIL-ONCE async"), retries=mistral_retries()))]
        return answers

    seen(asyncio.run(run()))


# --- cohere ---------------------------------------------------------------------------------------------------------


def cohere(kind="ClientV2", **options):
    return getattr(pytest.importorskip("cohere"), kind)(base_url=URL, **options)


def ask(text="hello"):
    return {"model": "command-test", "messages": [{"role": "user", "content": text}]}


def test_cohere(seen, told):
    seen(dump(cohere().chat(**ask(), p=0.5)))
    (call,) = told()
    assert (call["kind"], call["target"]) == ("chat", "POST /v2/chat")
    assert call["text"].startswith("answer ")
    assert call["attributes"]["gen_ai.usage.input_tokens"] == 11
    seen(call)


def test_cohere_stream(seen, told):
    seen([dump(event) for event in cohere().chat_stream(**ask())])
    assert told()[0]["text"].startswith("answer")
    seen(told())


def test_cohere_calls_a_tool(seen, told):
    client, messages = cohere(), ask()["messages"]
    for _ in range(2):
        answer = client.chat(model="command-test", messages=messages, tools=[SEARCH])
        seen(dump(answer))
        messages = [*messages, answer.message]
        for call in answer.message.tool_calls or ():
            document = {"type": "document", "document": {"data": search("x")}}
            messages.append({"role": "tool", "tool_call_id": call.id, "content": [document]})
    assert told()[0]["asked"][0][1:] == ("search", '{"q": "x"}')
    assert told()[0]["reasoning"] == "I will search."


def test_cohere_refuses(seen):
    sdk = pytest.importorskip("cohere")
    with pytest.raises(sdk.BadRequestError) as refused:
        cohere().chat(**ask("REFUSE"))
    seen([refused.value.status_code, refused.value.body])


def test_cohere_tries_again(seen, told):
    client = cohere()
    seen(dump(client.chat(**ask("FAIL-ONCE"), request_options={"max_retries": 2})))
    assert [call["status"] for call in told()] == [503, 200]


def test_cohere_embeddings(seen, told):
    answer = cohere().embed(
        model="embed-test", texts=["a", "b"], input_type="search_document", embedding_types=["float"]
    )
    seen(dump(answer))
    assert told()[0]["kind"] == "embeddings"


def test_cohere_async(seen):
    async def run():
        client = cohere("AsyncClientV2")
        answers = [dump(await client.chat(**ask()))]
        return answers + [dump(event) async for event in client.chat_stream(**ask())]

    seen(asyncio.run(run()))


# --- boto3 ----------------------------------------------------------------------------------------------------------


def bedrock(**config):
    pytest.importorskip("boto3")
    import boto3
    from botocore.config import Config

    return boto3.client("bedrock-runtime", region_name="us-east-1", endpoint_url=URL, config=Config(**config))


def converse(text="hello", **more):
    messages = [{"role": "user", "content": [{"text": text}]}]
    return {"modelId": "amazon.nova-test-v1:0", "messages": messages, **more}


TOOLS = {"tools": [{"toolSpec": {"name": "search", "description": "d", "inputSchema": {"json": {"type": "object"}}}}]}


def plain(answer):
    """Return an answer without what says how it travelled."""
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def test_bedrock(seen, told):
    answer = bedrock().converse(**converse(system=[{"text": "Be brief."}], inferenceConfig={"maxTokens": 9}))
    seen(plain(answer))
    seen(answer["ResponseMetadata"]["HTTPStatusCode"])
    (call,) = told()
    assert (call["kind"], call["target"]) == ("chat", "POST /model/amazon.nova-test-v1:0/converse")
    assert call["text"] == answer["output"]["message"]["content"][0]["text"]
    attributes = call["attributes"]
    assert attributes["gen_ai.provider.name"] == "aws.bedrock"
    assert attributes["gen_ai.request.model"] == "amazon.nova-test-v1:0"
    assert attributes["gen_ai.request.max_tokens"] == 9
    assert attributes["gen_ai.usage.input_tokens"] == 11
    seen(call)


def test_bedrock_stream(seen, told):
    events = list(bedrock().converse_stream(**converse())["stream"])
    seen(events)
    (call,) = told()
    assert call["text"] == "".join(one["contentBlockDelta"]["delta"]["text"] for one in events[1:4])
    assert call["attributes"]["gen_ai.request.stream"] is True
    seen(call)


def test_bedrock_stream_stopped_early(seen):
    stream = bedrock().converse_stream(**converse())["stream"]
    seen(next(iter(stream)))
    stream.close()


def test_bedrock_calls_a_tool(seen, told):
    client, messages = bedrock(), converse()["messages"]
    for _ in range(2):
        answer = client.converse(modelId="m", messages=messages, toolConfig=TOOLS)
        seen(plain(answer))
        message = answer["output"]["message"]
        asked = [block["toolUse"] for block in message["content"] if "toolUse" in block]
        results = [
            {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"text": search(call["input"]["q"])}]}}
            for call in asked
        ]
        messages = [*messages, message, *([{"role": "user", "content": results}] if results else [])]
    assert told()[0]["asked"][0][1:] == ("search", '{"q": "x"}')


def test_bedrock_streams_a_tool_call(seen, told):
    seen(list(bedrock().converse_stream(**converse(toolConfig=TOOLS))["stream"]))
    assert told()[0]["asked"][0][1:] == ("search", '{"q": "x"}')


def test_bedrock_refuses(seen, told):
    client = bedrock()
    with pytest.raises(client.exceptions.ValidationException) as refused:
        client.converse(**converse("REFUSE"))
    seen([refused.value.response["Error"], str(refused.value)])
    assert told()[0]["status"] == 400


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_bedrock_tries_again(seen, told, mode):
    client = bedrock(retries={"mode": mode, "max_attempts": 3})
    seen(plain(client.converse(**converse(f"FAIL-ONCE {mode}"))))
    assert [call["status"] for call in told()] == [503, 200]


def test_bedrock_in_threads(seen):
    from concurrent.futures import ThreadPoolExecutor

    client = bedrock()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.converse(**converse("the same")), range(4)))
    seen([plain(answer) for answer in answers])


def test_claude_on_bedrock_by_boto3(seen, told):
    body = {"anthropic_version": "bedrock-2023-05-31", **{k: v for k, v in vertex_message().items() if k != "model"}}
    answer = bedrock().invoke_model(modelId="anthropic.claude-test-v1:0", body=json.dumps(body))
    seen(json.loads(answer["body"].read()))
    assert told()[0]["text"].startswith("answer ")


# --- litellm --------------------------------------------------------------------------------------------------------

LITELLM = {
    "openai/test": {"api_base": f"{URL}/v1"},
    "mistral/mistral-test": {"api_base": f"{URL}/v1"},
    "gemini/gemini-test": {"api_base": f"{URL}/v1beta"},
    "cohere_chat/command-test": {"api_base": f"{URL}/v2/chat"},
    "anthropic/claude-test": {"api_base": URL},
    "bedrock/converse/nova-test": {"api_base": f"{URL}/model/nova-test", "aws_region_name": "us-east-1"},
}


def litellm():
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    return pytest.importorskip("litellm")


def lite(model, text="hello", **more):
    return {"model": model, **LITELLM[model], "messages": [{"role": "user", "content": text}], **more}


def comparable(answer):
    """Return an answer without what litellm makes up anew each time: its own ids and the time."""
    return {"choices": dump(answer)["choices"], "usage": dump(answer).get("usage")}


@pytest.mark.parametrize("model", LITELLM)
def test_litellm(seen, told, model):
    seen(comparable(litellm().completion(**lite(model))))
    seen(told())
    assert [call["kind"] for call in told()] == ["chat"]
    assert told()[0]["text"].startswith("answer ")


@pytest.mark.parametrize("model", ["openai/test", "gemini/gemini-test"])
def test_litellm_stream(seen, model):
    seen([chunk.choices[0].delta.content for chunk in litellm().completion(**lite(model, stream=True))])


def test_litellm_calls_a_tool(seen, told):
    answer = litellm().completion(**lite("gemini/gemini-test", tools=[SEARCH]))
    seen([call.function.name for call in answer.choices[0].message.tool_calls])
    seen([call.function.arguments for call in answer.choices[0].message.tool_calls])
    seen(told()[0]["asked"])


def test_litellm_refuses(seen):
    sdk = litellm()
    with pytest.raises(sdk.exceptions.BadRequestError) as refused:
        sdk.completion(**lite("openai/test", "REFUSE"))
    seen([refused.value.status_code])


def test_litellm_tries_again(seen, told):
    seen(comparable(litellm().completion(**lite("openai/test", "FAIL-ONCE sync", num_retries=2))))
    assert [call["status"] for call in told()] == [503, 200]


@pytest.mark.parametrize("model", ["openai/test", "gemini/gemini-test", "mistral/mistral-test"])
def test_litellm_async(seen, told, model):
    async def run():
        return comparable(await litellm().acompletion(**lite(model)))

    seen(asyncio.run(run()))
    assert len(told()) == 1  # it passes httpx and aiohttp


def test_litellm_async_stream(seen):
    async def run():
        stream = await litellm().acompletion(**lite("openai/test", stream=True))
        return [chunk.choices[0].delta.content async for chunk in stream]

    seen(asyncio.run(run()))
