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


def check_response(response, answer):
    assert response.output_text == said(answer, "text")
    refused = [
        part.refusal
        for item in response.output
        if item.type == "message"
        for part in item.content
        if part.type == "refusal"
    ]
    assert "".join(refused) == said(answer, "refusal")
    thoughts = [one.text for item in response.output if item.type == "reasoning" for one in item.summary]
    assert "".join(thoughts) == said(answer, "reasoning")
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(one.name, json.loads(one.arguments)) for one in calls] == asked(answer)
    assert len({one.call_id for one in calls} | {one.id for one in calls}) == 2 * len(calls)
    assert response.usage.input_tokens == (answer.usage.input_tokens or 0)
    assert response.usage.output_tokens == (answer.usage.output_tokens or 0)
    assert response.id.startswith(answer.id or "resp_")
    assert response.model == (answer.model or "m")
    assert response.status == {"length": "incomplete", "content_filter": "incomplete"}.get(
        answer.choices[0].finish_reason, "completed"
    )


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


RESPONSES = {"model": "m", "input": "How is the weather?"}
LAST = {"response.completed", "response.incomplete"}


def test_responses(answer):
    served, client = openai_client(answer)
    whole = client.responses.create(**RESPONSES)
    check_response(whole, answer)
    *_, last = client.responses.create(**RESPONSES, stream=True)
    assert last.type in LAST
    assert last.response.to_dict() == whole.to_dict()
    with client.responses.stream(**RESPONSES) as stream:
        events = list(stream)
    check_response(events[-1].response, answer)
    assert "".join(one.delta for one in events if one.type == "response.output_text.delta") == said(answer, "text")
    assert [one.stream for one in served.asked] == [False, True, True]


def test_responses_awaited(answer):
    async def ask():
        _, client = async_openai_client(answer)
        check_response(await client.responses.create(**RESPONSES), answer)
        events = [event async for event in await client.responses.create(**RESPONSES, stream=True)]
        check_response(events[-1].response, answer)
        async with client.responses.stream(**RESPONSES) as stream:
            events = [event async for event in stream]
        check_response(events[-1].response, answer)

    asyncio.run(ask())


def test_responses_with_parse_helpers():
    _, client = openai_client(FORMATTED)
    assert client.responses.parse(**RESPONSES, text_format=Forecast).output_parsed == Forecast(
        city="Zürich", sunny=True
    )
    with client.responses.stream(**RESPONSES, text_format=Forecast) as stream:
        final = stream.get_final_response()
    assert final.output_parsed == Forecast(city="Zürich", sunny=True)
    assert final.text.format.type == "json_schema"


def test_a_response_repeats_what_the_live_request_asks_and_not_what_a_recorded_one_did():
    recorded = {
        "api": "openai.responses",
        "instructions": "Be rude.",
        "previous_response_id": "resp_0",
        "metadata": {"run": "recorded"},
        "service_tier": "default",
        "reasoning": {"effort": "high"},
    }
    answer = ModelResponse(choices=ANSWERS["text"].choices, extra=recorded)
    _, client = openai_client(answer)
    tool = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}
    asked = {
        "instructions": "Be kind.",
        "tools": [tool],
        "tool_choice": {"type": "function", "name": "weather"},
        "text": {"verbosity": "low"},
        "reasoning": {"effort": "low"},
        "metadata": {"run": "live"},
        "temperature": 0.5,
        "max_output_tokens": 99,
        "parallel_tool_calls": False,
    }
    response = client.responses.create(**RESPONSES, **asked)
    assert response.instructions == "Be kind."
    assert [one.name for one in response.tools] == ["weather"]
    assert response.tool_choice.name == "weather"
    assert (response.text.verbosity, response.text.format.type) == ("low", "text")
    assert response.reasoning.effort == "low"
    assert response.metadata == {"run": "live"}
    assert (response.temperature, response.max_output_tokens, response.parallel_tool_calls) == (0.5, 99, False)
    assert response.previous_response_id is None
    assert response.service_tier == "default"
    plain = client.responses.create(**RESPONSES)
    assert (plain.instructions, plain.metadata, plain.reasoning.effort) == (None, {}, "high")


def test_equal_answers_in_one_conversation_of_a_server_get_ids_of_their_own():
    _, client = openai_client(ANSWERS["tools without ids"])
    first = client.responses.create(**RESPONSES)
    later = client.responses.create(**RESPONSES, previous_response_id=first.id)
    assert first.id != later.id
    assert not {one.call_id for one in first.output} & {one.call_id for one in later.output}


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


@pytest.mark.parametrize("sdk", ["openai", "anthropic"])
def test_an_error_that_only_its_message_tells_is_raised_with_the_same_message(sdk):
    body = {"error": {"message": "it's too much", "type": "rate_limit_error", "code": None}}
    body = body if sdk == "openai" else {"type": "error", **body}
    failure = ModelFailure(type="RateLimitError", message=f"Error code: 429 - {body}")
    _, client = (openai_client if sdk == "openai" else anthropic_client)(None, failure=failure)
    with pytest.raises((openai.RateLimitError, anthropic.RateLimitError)) as raised:
        client.chat.completions.create(**CHAT) if sdk == "openai" else client.messages.create(**MESSAGES)
    assert raised.value.body == (body["error"] if sdk == "openai" else body)


def test_what_an_sdk_puts_before_a_message_is_not_put_there_twice():
    _, client = openai_client(None, failure=ModelFailure(message="Error code: 429 - slow down"))
    with pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(**CHAT)
    assert raised.value.body["message"] == "slow down"


@pytest.mark.parametrize(
    "told", ["{'error': f()}", "{'error': }", "{" * 9000 + "}", "{'error': {1: b'x'}}", "{'a': {2}}"]
)
def test_what_is_no_body_in_a_message_is_the_message(told):
    failure = ModelFailure(message=f"Error code: 429 - {told}")
    _, client = openai_client(None, failure=failure)
    with pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(**CHAT)
    assert raised.value.body["message"] == failure.message


def test_a_tool_call_is_parsed_by_the_helper():
    _, client = openai_client(ModelResponse(choices=(Message("assistant", (CALL,), "tool_call"),)))
    tool = {**TOOL, "function": {**TOOL["function"], "strict": True}}
    parsed = client.chat.completions.parse(**CHAT, tools=[tool])
    assert parsed.choices[0].message.tool_calls[0].function.parsed_arguments == CALL["arguments"]
