"""What the codecs write is what the official SDKs' own models want, strictly, and what their clients read."""

import json
from functools import cache
from typing import Annotated, get_args

import pytest
from codec_answers import ANSWERS
from codec_clients import unknown_fields
from codec_recordings import live, translated
from openai.types.responses import Response

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.providers.codecs import CODECS, codec_for
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.sse import parse

openai = pytest.importorskip("openai")
pytest.importorskip("anthropic")
pydantic = pytest.importorskip("pydantic")

ASKED = ModelRequest(model="m", stream=True, extra={"stream_options": {"include_usage": True}})


@cache
def models(api):
    """Return what an API's SDK takes for a whole answer, and for an event of a stream."""
    from anthropic.types import Message as AnthropicMessage
    from anthropic.types import RawMessageStreamEvent
    from openai.types.chat import ChatCompletion, ChatCompletionChunk
    from openai.types.responses import Response, ResponseStreamEvent

    whole, event = {
        "openai.chat": (ChatCompletion, ChatCompletionChunk),
        "openai.responses": (Response, ResponseStreamEvent),
        "anthropic.messages": (AnthropicMessage, RawMessageStreamEvent),
    }[api]
    return Strict(whole), Strict(event)


def events_of(stream):
    """Return the events that a client hands on: `ping` and `[DONE]` are not."""
    return [loads(data) for name, data in parse(stream) if data != "[DONE]" and name != "ping"]


class Strict:
    """A model of an SDK's that is asked to be strict."""

    def __init__(self, model):
        self.model, strict = model, model
        if events := get_args(model):
            strict = Annotated[events[0], pydantic.Field(discriminator="type")]
        self.adapter = pydantic.TypeAdapter(strict)

    def problems(self, value):
        """Return what the model has against the fields of a value, by their names, and the fields that it does not know."""
        found = set(unknown_fields(openai._models.construct_type(type_=self.model, value=value)))
        try:
            self.adapter.validate_json(json.dumps(value), strict=True)
        except pydantic.ValidationError as error:
            found |= {f"{(one['loc'] or ['event'])[-1]}: {one['type']}" for one in error.errors()}
        return found


UNKNOWN = {"store"}
"""What real answers have, but the models do not know."""


def unknown_in(event):
    """Return what the models do not know of an event: openai 2 wants a function's name at the end of its arguments."""
    ends = event.get("type") == "response.function_call_arguments.done"
    return UNKNOWN | ({"name"} if ends and not openai.__version__.startswith("2.") else set())


SDKS = ["openai.chat", "openai.responses", "anthropic.messages"]


@pytest.mark.parametrize("api", SDKS)
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_strictly_what_the_models_want(api, name):
    whole, event = models(api)
    answer, codec = ANSWERS[name], CODECS[api]
    reasoned = {"reasoning_content"} if name == "reasoning" and api == "openai.chat" else set()
    assert whole.problems(codec.write_response(answer, ASKED)) - UNKNOWN == reasoned
    streamed = events_of(b"".join(codec.write_stream(answer, ASKED)))
    assert streamed
    for one in streamed:
        assert event.problems(one) - unknown_in(one) <= reasoned, one


@pytest.mark.parametrize("api", SDKS)
def test_every_recorded_answer_is_strictly_what_the_models_want(api):
    whole, event = models(api)
    tried = 0
    for recording, endpoint in translated():
        codec = codec_for(f"POST {endpoint}")
        if codec.api != api or recording.status >= 400:
            continue
        answer = codec.read_response(recording.data, recording.media_type)
        native = codec.write_response(answer, ModelRequest())
        theirs = [] if not recording.streamed else events_of(recording.data)
        known = whole.problems(loads(recording.data)) if not recording.streamed else set()
        for one in theirs:
            known |= event.problems(one)
        assert whole.problems(native) - UNKNOWN <= known, recording.source
        for one in events_of(b"".join(codec.write_stream(answer, live(ModelRequest())))):
            assert event.problems(one) - unknown_in(one) <= known, (recording.source, one)
            tried += 1
    print(api, "events", tried)
    assert tried > 100


@pytest.mark.parametrize(
    "item",
    [
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "a"}],
            "phase": "commentary",
        },
        {"type": "reasoning", "id": None, "summary": [], "content": None, "encrypted_content": "E"},
        {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "x"}},
        {
            "type": "local_shell_call",
            "call_id": "c",
            "status": "completed",
            "action": {"type": "exec", "command": ["ls"], "env": {}},
        },
        {"type": "image_generation_call", "status": "completed", "result": "aGk="},
    ],
    ids=lambda item: item["type"],
)
def test_items_as_transcripts_keep_them_are_given_as_the_models_want(item):
    codec = CODECS["openai.responses"]
    told = json.dumps({"object": "response", "status": "completed", "output": [item]}).encode()
    written = codec.write_response(codec.read_response(told, "application/json"), ModelRequest("m"))
    Response.model_validate(written)
    (given,) = written["output"]
    assert {key: given[key] for key in item if key not in {"id", "content"}} == {
        key: value for key, value in item.items() if key not in {"id", "content"}
    }
    assert given["id"]


@pytest.mark.parametrize("content", [[{"type": [], "text": "a"}], [{"type": "output_text", "text": []}], [{}], [1]])
def test_contents_of_odd_types_are_read_all_the_same(content):
    CODECS["openai.responses"].read_request({"input": [{"type": "message", "role": "user", "content": content}]})
