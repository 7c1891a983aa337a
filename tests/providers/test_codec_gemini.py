"""What the codec of Gemini writes is what Google's SDK wants, strictly, and what its client reads."""

import asyncio
import base64
import json

import pytest
from codec_answers import ANSWERS, CALL
from codec_recordings import translated

from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.providers.codecs import CODECS, codec_for
from pytest_oao.providers.failure_statuses import status_of
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.sse import parse

genai = pytest.importorskip("google.genai")
errors = pytest.importorskip("google.genai.errors")
httpx = pytest.importorskip("httpx2")

CODEC = CODECS["gemini.generate_content"]
ASKED = ModelRequest(model="gemini-2.5-flash")
QUESTION = {"model": "gemini-2.5-flash", "contents": "How is the weather?"}


def strict(value):
    """Return Google's model of an answer, which takes no field that it does not know."""
    return genai.types.GenerateContentResponse.model_validate(value)


def events_of(stream):
    return [loads(data) for _, data in parse(stream)]


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_strictly_what_the_model_wants(name):
    answer = ANSWERS[name]
    assert strict(CODEC.write_response(answer, ASKED))
    assert all(map(strict, events_of(b"".join(CODEC.write_stream(answer, ASKED)))))


def test_every_recorded_answer_is_strictly_what_the_model_wants():
    tried = 0
    for recording, endpoint in translated():
        if codec_for(f"POST {endpoint}") is not CODEC or recording.status >= 400:
            continue
        answer = CODEC.read_response(recording.data, recording.media_type)
        assert strict(CODEC.write_response(answer, ASKED)), recording.source
        assert all(map(strict, events_of(b"".join(CODEC.write_stream(answer, ASKED))))), recording.source
        tried += 1
    assert tried == 12


def served(answer, *, failure=None):
    """Return what is asked, and a client that is answered in Gemini's words, streamed where it asks for that."""
    asked = []

    def handle(request):
        codec = codec_for(f"{request.method} {request.url.path}")
        if failure is not None:
            return httpx.Response(status_of(failure), json=codec.write_failure(failure))
        asked.append(codec.read_request(json.loads(request.content), request.url.path + "?alt=sse"))
        if asked[-1].stream:
            content = b"".join(codec.write_stream(answer, asked[-1]))
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=content)
        return httpx.Response(200, json=codec.write_response(answer, asked[-1]))

    async def handle_awaited(request):
        return handle(request)

    options = genai.types.HttpOptions(
        httpx_client=httpx.Client(transport=httpx.MockTransport(handle)),
        httpx_async_client=httpx.AsyncClient(transport=httpx.MockTransport(handle_awaited)),
    )
    return asked, genai.Client(api_key="none", http_options=options)


def said(answer, *kinds):
    return "".join(part["content"] for part in answer.choices[0].parts if part["type"] in kinds)


def calls(answer):
    return [(part["name"], part["arguments"]) for part in answer.choices[0].parts if part["type"] == "tool_call"]


def check(chunks, answer):
    contents = [one.candidates[0].content for one in chunks]
    parts = [part for content in contents for part in (content.parts if content else ())]
    assert "".join(part.text for part in parts if part.text and not part.thought) == said(answer, "text", "refusal")
    assert "".join(part.text for part in parts if part.text and part.thought) == said(answer, "reasoning")
    asked = [part.function_call for part in parts if part.function_call]
    assert [(one.name, one.args) for one in asked] == calls(answer)
    last = chunks[-1]
    told = last.usage_metadata
    assert told.prompt_token_count == (answer.usage.input_tokens or 0)
    answered = (told.candidates_token_count or 0) + (told.thoughts_token_count or 0)
    assert answered == (answer.usage.output_tokens or 0)
    assert last.model_version == (answer.model or "gemini-2.5-flash")
    assert last.response_id
    assert last.candidates[0].finish_reason


@pytest.mark.parametrize("name", ANSWERS)
def test_the_client_reads_what_the_answer_says(name):
    answer = ANSWERS[name]
    asked, client = served(answer)
    check([client.models.generate_content(**QUESTION)], answer)
    check(list(client.models.generate_content_stream(**QUESTION)), answer)
    assert [(one.model, one.stream) for one in asked] == [("gemini-2.5-flash", False), ("gemini-2.5-flash", True)]

    async def ask():
        check([await client.aio.models.generate_content(**QUESTION)], answer)
        check([chunk async for chunk in await client.aio.models.generate_content_stream(**QUESTION)], answer)

    asyncio.run(ask())


@pytest.mark.parametrize(("signature", "kept"), [("not base64!", None), (base64.b64encode(b"s").decode(), b"s")])
def test_a_signature_is_given_to_gemini_only_where_it_could_be_its_own(signature, kept):
    part = {**CALL, "signature": signature}
    _, client = served(ModelResponse(choices=(Message("assistant", (part,), "tool_call"),)))
    (found,) = client.models.generate_content(**QUESTION).candidates[0].content.parts
    assert found.thought_signature == kept


def test_thoughts_are_counted_apart():
    _, client = served(ModelResponse(choices=ANSWERS["text"].choices, usage=Usage(42, 10, 5, None, 3)))
    told = client.models.generate_content(**QUESTION).usage_metadata
    assert (told.prompt_token_count, told.cached_content_token_count) == (42, 5)
    assert (told.candidates_token_count, told.thoughts_token_count, told.total_token_count) == (7, 3, 52)


def test_a_chat_goes_on_with_what_was_answered():
    asked, client = served(ANSWERS["parallel tools"])
    chat = client.chats.create(model="gemini-2.5-flash")
    chat.send_message("How is the weather?")
    chat.send_message("And now?")
    assert [message.role for message in asked[-1].messages] == ["user", "assistant", "user"]
    assert [part["type"] for part in asked[-1].messages[1].parts] == ["text", "tool_call", "tool_call"]
    assert asked[-1].messages[1].parts[1]["id"] == "c1"


@pytest.mark.parametrize(("kind", "code"), [("ClientError", 500), ("RESOURCE_EXHAUSTED", 429), ("NotFoundError", 404)])
def test_a_failure_is_raised_as_the_sdk_raises_it(kind, code):
    _, client = served(None, failure=ModelFailure(type=kind, message="no"))
    with pytest.raises(errors.APIError) as raised:
        client.models.generate_content(**QUESTION)
    assert raised.value.code == code
    assert raised.value.message == "no"
