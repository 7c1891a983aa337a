"""The official SDKs' clients, asking in each of their ways, get from a codec what the neutral answer says."""

import asyncio
import json

import pytest
from codec_answers import ANSWERS, CALL
from codec_clients import anthropic_client, async_anthropic_client, async_openai_client, openai_client
from pydantic import BaseModel

from pytest_oao.model.conversations import Message, ModelFailure, ModelResponse
from pytest_oao.model.exchanges import Usage

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")

QUESTION = [{"role": "user", "content": "How is the weather?"}]
CHAT = {"model": "m", "messages": QUESTION}
MESSAGES = {"model": "m", "messages": QUESTION, "max_tokens": 99}
WITH_USAGE = {"stream_options": {"include_usage": True}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


class Forecast(BaseModel):
    city: str
    sunny: bool


FORECAST = '{"city": "Zürich", "sunny": true}'
FORMATTED = ModelResponse(choices=(Message("assistant", ({"type": "text", "content": FORECAST},), "stop"),))


@pytest.fixture(params=ANSWERS)
def answer(request):
    return ANSWERS[request.param]


def said(answer, *kinds):
    return "".join(part["content"] for part in answer.choices[0].parts if part["type"] in kinds)


def asked(answer):
    return [(part["name"], part["arguments"]) for part in answer.choices[0].parts if part["type"] == "tool_call"]


def check_chat(completion, answer):
    message = completion.choices[0].message
    assert (message.content or "") == said(answer, "text")
    assert (message.refusal or "") == said(answer, "refusal")
    calls = message.tool_calls or []
    assert [(one.function.name, json.loads(one.function.arguments)) for one in calls] == asked(answer)
    assert len({one.id for one in calls}) == len(calls)
    assert (completion.choices[0].finish_reason == "tool_calls") == bool(calls)
    assert completion.usage.prompt_tokens == (answer.usage.input_tokens or 0)
    assert completion.usage.completion_tokens == (answer.usage.output_tokens or 0)
    assert completion.id.startswith(answer.id or "chatcmpl-")
    assert completion.model == (answer.model or "m")


def check_message(message, answer):
    assert "".join(block.text for block in message.content if block.type == "text") == said(answer, "text", "refusal")
    assert "".join(block.thinking for block in message.content if block.type == "thinking") == said(answer, "reasoning")
    calls = [block for block in message.content if block.type == "tool_use"]
    assert [(block.name, block.input) for block in calls] == asked(answer)
    assert len({block.id for block in calls}) == len(calls)
    assert (message.stop_reason == "tool_use") == bool(calls)
    usage = message.usage
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    assert usage.input_tokens + cached == (answer.usage.input_tokens or 0)
    assert usage.output_tokens == (answer.usage.output_tokens or 0)
    assert message.id.startswith(answer.id or "msg_")
    assert message.model == (answer.model or "m")


def accumulated(chunks):
    from openai.lib.streaming.chat import ChatCompletionStreamState

    state = ChatCompletionStreamState()
    for chunk in chunks:
        state.handle_chunk(chunk)
    return state.current_completion_snapshot  # the final one would be an error where the answer is cut or filtered


def test_chat_completions(answer):
    served, client = openai_client(answer)
    whole = client.chat.completions.create(**CHAT)
    check_chat(whole, answer)
    check_chat(accumulated(client.chat.completions.create(**CHAT, stream=True, **WITH_USAGE)), answer)
    with client.chat.completions.stream(**CHAT, **WITH_USAGE) as stream:
        for _ in stream:
            pass
    streamed = stream.current_completion_snapshot
    check_chat(streamed, answer)
    assert streamed.choices[0].message.content == whole.choices[0].message.content
    assert [one.stream for one in served.asked] == [False, True, True]


def test_chat_completions_awaited(answer):
    async def ask():
        _, client = async_openai_client(answer)
        check_chat(await client.chat.completions.create(**CHAT), answer)
        chunks = [chunk async for chunk in await client.chat.completions.create(**CHAT, stream=True, **WITH_USAGE)]
        check_chat(accumulated(chunks), answer)
        async with client.chat.completions.stream(**CHAT, **WITH_USAGE) as stream:
            async for _ in stream:
                pass
            check_chat(stream.current_completion_snapshot, answer)

    asyncio.run(ask())


def test_a_stream_tells_usage_only_where_it_is_asked_for():
    _, client = openai_client(ANSWERS["text"])
    chunks = list(client.chat.completions.create(**CHAT, stream=True))
    assert [chunk.usage for chunk in chunks] == [None] * len(chunks)
    chunks = list(client.chat.completions.create(**CHAT, stream=True, **WITH_USAGE))
    assert [chunk.usage is None for chunk in chunks] == [True] * (len(chunks) - 1) + [False]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens == 5
    assert chunks[-1].usage.completion_tokens_details.reasoning_tokens == 3


def test_chat_completions_with_parse_helpers():
    _, client = openai_client(FORMATTED)
    parsed = client.chat.completions.parse(**CHAT, response_format=Forecast)
    assert parsed.choices[0].message.parsed == Forecast(city="Zürich", sunny=True)
    with client.chat.completions.stream(**CHAT, response_format=Forecast) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.parsed == Forecast(city="Zürich", sunny=True)


def test_more_answers_than_one_come_in_one_stream():
    choices = tuple(Message("assistant", ({"type": "text", "content": word},), "stop") for word in ("one", "two"))
    _, client = openai_client(ModelResponse(choices=choices))
    whole = client.chat.completions.create(**CHAT, n=2)
    streamed = accumulated(client.chat.completions.create(**CHAT, n=2, stream=True, **WITH_USAGE))
    for completion in (whole, streamed):
        assert [(one.index, one.message.content) for one in completion.choices] == [(0, "one"), (1, "two")]


def test_messages(answer):
    _, client = anthropic_client(answer)
    check_message(client.messages.create(**MESSAGES), answer)
    list(client.messages.create(**MESSAGES, stream=True))
    with client.messages.stream(**MESSAGES) as stream:
        texts = "".join(stream.text_stream)
    check_message(stream.get_final_message(), answer)
    assert texts == said(answer, "text", "refusal")


def test_messages_awaited(answer):
    async def ask():
        _, client = async_anthropic_client(answer)
        check_message(await client.messages.create(**MESSAGES), answer)
        async with client.messages.stream(**MESSAGES) as stream:
            check_message(await stream.get_final_message(), answer)

    asyncio.run(ask())


def test_messages_count_the_cache_apart():
    _, client = anthropic_client(ModelResponse(usage=Usage(42, 7, 5, 7)))
    usage = client.messages.create(**MESSAGES).usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (30, 5, 7)
    with client.messages.stream(**MESSAGES) as stream:
        final = stream.get_final_message().usage
    assert (final.input_tokens, final.cache_read_input_tokens, final.cache_creation_input_tokens) == (30, 5, 7)


def test_thoughts_without_a_signature_get_one_that_is_not_taken_for_the_models_own():
    served, client = anthropic_client(ANSWERS["reasoning"])
    thought, spoken = client.messages.create(**MESSAGES).content
    assert thought.signature.startswith("replay-")
    turn = {"role": "assistant", "content": [thought.model_dump(), spoken.model_dump(exclude_none=True)]}
    client.messages.create(model="m", max_tokens=9, messages=[*QUESTION, turn, *QUESTION])
    assert served.asked[-1].messages[1].parts == ANSWERS["reasoning"].choices[0].parts


def test_ids_that_nobody_kept_are_the_same_each_time_but_not_in_another_turn():
    answer = ANSWERS["tools without ids"]
    _, client = openai_client(answer)
    first = client.chat.completions.create(**CHAT)
    again = client.chat.completions.create(**CHAT)
    later = client.chat.completions.create(model="m", messages=QUESTION * 3)
    ids = [[call.id for call in one.choices[0].message.tool_calls] for one in (first, again, later)]
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])
    assert first.id == again.id != later.id


@pytest.mark.parametrize(
    ("kind", "message", "error"),
    [
        ("RateLimitError", "slow down", "RateLimitError"),
        ("openai.AuthenticationError", "", "AuthenticationError"),
        ("BadRequestError", "", "BadRequestError"),
        ("NotFoundError", "", "NotFoundError"),
        ("PermissionDeniedError", "", "PermissionDeniedError"),
        ("ConflictError", "", "ConflictError"),
        ("UnprocessableEntityError", "", "UnprocessableEntityError"),
        ("InternalServerError", "", "InternalServerError"),
        ("", "Error code: 404 - {'error': {'message': 'no such model'}}", "NotFoundError"),
    ],
)
def test_a_failure_is_raised_as_the_sdks_raise_it(kind, message, error):
    failure = ModelFailure(type=kind, message=message)
    for sdk, (served, client) in (
        (openai, openai_client(None, failure=failure)),
        (anthropic, anthropic_client(None, failure=failure)),
    ):
        with pytest.raises(getattr(sdk, error)) as raised:
            client.chat.completions.create(**CHAT) if sdk is openai else client.messages.create(**MESSAGES)
        assert served.asked == []
        assert raised.value.body


def test_a_tool_call_is_parsed_by_the_helper():
    _, client = openai_client(ModelResponse(choices=(Message("assistant", (CALL,), "tool_call"),)))
    tool = {**TOOL, "function": {**TOOL["function"], "strict": True}}
    parsed = client.chat.completions.parse(**CHAT, tools=[tool])
    assert parsed.choices[0].message.tool_calls[0].function.parsed_arguments == CALL["arguments"]
