"""Streams as they travel where they are no server-sent events."""

import json

import pytest
from codec_answers import ANSWERS
from codec_clients import http_library

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Returned, Streamed
from pytest_oao.providers import neutral
from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.http_calls import http_call
from pytest_oao.providers.rendering import rendered
from pytest_oao.providers.stream_framings import framing_of

ASKED = ModelRequest(model="m", stream=True)
BEDROCK = "POST /model/anthropic.claude-haiku-4-5/invoke-with-response-stream"
LISTED = "POST /models/gemini-2.5-flash:streamGenerateContent"


def sent(target, answer):
    framing = framing_of(target)
    return framing.media_type, b"".join(framing.frame(codec_for(target).write_stream(answer, ASKED)))


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("target", [BEDROCK, LISTED, f"{LISTED}?alt=sse", "POST /messages", "POST /chat/completions"])
def test_a_stream_says_the_same_however_it_travels(target, name):
    codec = codec_for(target)
    media_type, data = sent(target, ANSWERS[name])
    plain = b"".join(codec.write_stream(ANSWERS[name], ASKED))
    assert codec.read_response(data, media_type) == codec.read_response(plain, "text/event-stream")


def test_each_has_its_media_type():
    assert framing_of(BEDROCK).media_type == "application/vnd.amazon.eventstream"
    assert framing_of(LISTED).media_type == "application/json"
    assert framing_of(f"{LISTED}?alt=sse").media_type == "text/event-stream"
    assert framing_of("POST /responses").media_type == "text/event-stream"


def test_gemini_streams_a_list_of_chunks():
    _, data = sent(LISTED, ANSWERS["text"])
    chunks = json.loads(data)
    assert len(chunks) > 1
    assert "".join(part["text"] for one in chunks for part in one["candidates"][0]["content"]["parts"]).endswith("🌦️")
    assert json.loads(b"".join(framing_of(LISTED).frame([]))) == []


@pytest.mark.parametrize("name", ["text", "parallel tools", "reasoning"])
def test_the_client_for_bedrock_reads_the_frames(name):
    anthropic = pytest.importorskip("anthropic")
    pytest.importorskip("botocore")
    http = http_library("anthropic")

    def handle(request):
        target = f"POST {request.url.path}"
        asked = codec_for(target).read_request(json.loads(request.content), request.url.path)
        assert (asked.model, asked.stream) == ("anthropic.claude-haiku-4-5", True)
        media_type, data = sent(target, ANSWERS[name])
        return http.Response(200, headers={"content-type": media_type}, content=data)

    client = anthropic.AnthropicBedrock(
        aws_access_key="a",
        aws_secret_key="b",
        aws_region="eu-central-1",
        http_client=http.Client(transport=http.MockTransport(handle)),
    )
    asked = {"model": "anthropic.claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    with client.messages.stream(**asked) as stream:
        texts = "".join(stream.text_stream)
    parts = ANSWERS[name].choices[0].parts
    assert texts == "".join(part["content"] for part in parts if part["type"] == "text")
    calls = [block for block in stream.get_final_message().content if block.type == "tool_use"]
    assert [one.input for one in calls] == [part["arguments"] for part in parts if part["type"] == "tool_call"]


def exchange(target, data, media_type, kind):
    return Exchange(1, Call("chat", target), kind(Body(data, media_type), Head(200)))


def test_an_answer_is_given_as_the_live_call_is_streamed():
    body = json.dumps(neutral.response_json(ANSWERS["text"])).encode()
    recorded = exchange("MODEL claude", body, neutral.MEDIA_TYPE, Returned)
    host = "https://bedrock-runtime.eu-central-1.amazonaws.com"
    live = http_call("POST", f"{host}{BEDROCK.partition(' ')[2]}", (), b'{"messages": [], "max_tokens": 1}')
    outcome = rendered(recorded, live)
    assert outcome.body.media_type == "application/vnd.amazon.eventstream"
    assert outcome.body.data[:1] == b"\0"
    assert dict(outcome.head.headers)["content-type"] == outcome.body.media_type


def test_a_stream_that_travels_otherwise_is_told_again():
    data = b"".join(codec_for("POST /messages").write_stream(ANSWERS["text"], ASKED))
    recorded = exchange("POST /messages", data, "text/event-stream", Streamed)
    same = http_call("POST", "https://api.anthropic.com/v1/messages", (), b'{"stream": true, "messages": []}')
    assert rendered(recorded, same) is recorded.outcome
    host = "https://bedrock-runtime.eu-central-1.amazonaws.com"
    framed = rendered(recorded, http_call("POST", f"{host}{BEDROCK.partition(' ')[2]}", (), b'{"messages": []}'))
    assert framed.body.media_type == "application/vnd.amazon.eventstream"
    whole = rendered(recorded, http_call("POST", "https://api.anthropic.com/v1/messages", (), b'{"messages": []}'))
    assert isinstance(whole, Returned)
    assert json.loads(whole.body.data)["content"][0]["text"] == ANSWERS["text"].choices[0].parts[0]["content"]
