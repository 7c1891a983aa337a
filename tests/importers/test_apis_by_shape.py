"""Which API a body is of: one rule for the logs of requests and for what platforms keep of calls."""

import pytest

from pytest_oao.importers.api_addresses import URLS, address
from pytest_oao.importers.apis_by_shape import api_of_answer, api_of_event, api_of_messages, api_of_request
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told
from pytest_oao.model.apis import CHAT, COMPLETIONS, EMBEDDINGS, GEMINI, MESSAGES, RESPONSES
from pytest_oao.model.jsontypes import JSON, JSONObject

_HELLO: JSON = [{"role": "user", "content": "Hello."}]
_IMAGE: JSON = [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "https://x.test/a"}}]}]
_REQUESTS: list[tuple[JSONObject, str]] = [
    ({"model": "gpt-4o", "messages": _HELLO, "max_tokens": 9}, CHAT),
    ({"model": "claude-opus-4-5", "messages": _HELLO}, CHAT),
    ({"model": "claude-opus-4-5", "messages": _HELLO, "max_tokens": 9}, MESSAGES),
    ({"model": "m", "messages": _HELLO, "stop_sequences": ["."]}, MESSAGES),
    ({"model": "m", "messages": _IMAGE}, MESSAGES),
    ({"model": "text-embedding-3-small", "input": "Hello."}, EMBEDDINGS),
    ({"model": "m", "input": "Hello.", "encoding_format": "float"}, EMBEDDINGS),
    ({"model": "gpt-4o", "input": "Hello."}, RESPONSES),
    ({"model": "gpt-3.5-turbo-instruct", "prompt": "Hello."}, COMPLETIONS),
]
_ANSWERS: list[tuple[JSONObject, str]] = [
    ({"choices": [{"message": {"content": "Hi."}}]}, CHAT),
    ({"object": "chat.completion.chunk", "choices": []}, CHAT),
    ({"choices": [{"text": "Hi."}]}, COMPLETIONS),
    ({"object": "text_completion", "choices": []}, COMPLETIONS),
    ({"output": [], "status": "completed"}, RESPONSES),
    ({"type": "message", "content": [{"type": "text", "text": "Hi."}]}, MESSAGES),
    ({"usageMetadata": {}, "promptFeedback": {"blockReason": "SAFETY"}}, GEMINI),
    ({"data": [{"embedding": [0.5]}]}, EMBEDDINGS),
]


@pytest.mark.parametrize(("body", "api"), _REQUESTS)
def test_a_request_is_of_one_api_whoever_asks(body: JSONObject, api: str) -> None:
    """Its address is that of the same API."""
    assert api_of_request(body) == api
    assert address(body, None) == URLS[api]


@pytest.mark.parametrize(
    "body", [{"input": "Hello."}, {"prompt": "Hello."}, {"model": "claude-2", "prompt": "", "max_tokens_to_sample": 1}]
)
def test_what_could_be_anything_is_of_no_api(body: JSONObject) -> None:
    """A platform calls all kinds of things an input; a log that has the model beside it says more."""
    assert not api_of_request(body)
    assert not address(body, None)
    if "model" not in body:
        assert address(body, None, model="gpt-4o")


@pytest.mark.parametrize(("body", "api"), _ANSWERS)
def test_an_answer_is_of_one_api(body: JSONObject, api: str) -> None:
    """Also where a log has no more than it."""
    assert api_of_answer(body) == api
    assert (URLS.get(api) or "https://generativelanguage") in address({}, body)


def test_the_first_event_of_a_stream_tells_its_api() -> None:
    """It is no whole answer."""
    assert api_of_event({"type": "message_start"}) == MESSAGES
    assert api_of_event({"type": "response.created"}) == RESPONSES
    assert address({}, {"type": "message_start"}) == URLS[MESSAGES]
    assert not api_of_answer({"type": "message_start"})


def test_texts_to_embed_are_no_request_of_the_responses_api() -> None:
    """Each of them is told."""
    asked = request_told({"model": "text-embedding-3-small", "input": ["One.", "Two."]})
    assert (asked.api, asked.model) == (EMBEDDINGS, "text-embedding-3-small")
    assert [part["content"] for message in asked.messages for part in message.parts] == ["One.", "Two."]


def test_a_completion_of_a_prompt_keeps_its_text() -> None:
    """A chat's reader finds no message in it."""
    answer = answer_told({"object": "text_completion", "choices": [{"text": "Hi.", "finish_reason": "stop"}]})
    assert [part["content"] for choice in answer.choices for part in choice.parts] == ["Hi."]


@pytest.mark.parametrize("kind", [None, 1, {}, [], {"type": "image"}])
def test_a_type_that_is_no_text_speaks_for_no_api(kind: JSON) -> None:
    """It is no key that a set could be asked for, either."""
    content: JSON = [{"type": kind, "text": "Hello."}]
    assert api_of_request({"model": "m", "messages": [{"role": "user", "content": content}]}) == CHAT
    assert api_of_messages([{"role": "user", "content": content}]) == CHAT
    assert api_of_answer({"type": "message", "content": content}) == MESSAGES
