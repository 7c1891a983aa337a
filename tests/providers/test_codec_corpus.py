"""Every recorded request and answer goes through its codec and comes back."""

import json
from collections import Counter
from dataclasses import asdict, replace

import pytest
from codec_recordings import JSON, NORMAL, SSE, live, missing, translated

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.exchanges import Usage
from pytest_oao.providers import neutral
from pytest_oao.providers.codecs import CODECS, codec_for
from pytest_oao.providers.payloads import loads

CALLS = translated()
ANSWERED = [(recording, endpoint) for recording, endpoint in CALLS if recording.status < 400]
FAILED = [(recording, endpoint) for recording, endpoint in CALLS if recording.status >= 400]
ASKED = ModelRequest()


def test_every_codec_is_tried():
    counted = Counter(codec_for(f"POST {endpoint}").api for _, endpoint in CALLS)
    print(dict(counted), "streamed:", sum(recording.streamed for recording, _ in CALLS), "failed:", len(FAILED))
    assert counted.keys() == CODECS.keys()
    assert len(FAILED) >= 3


def test_every_request_is_written_as_it_was_read():
    for recording, endpoint in CALLS:
        codec = codec_for(f"POST {endpoint}")
        native = NORMAL[codec.api](recording.request)
        if native.keys() <= {"stream"}:
            continue  # only the answer was recorded
        request = codec.read_request(recording.request, endpoint)
        in_path = {"model": request.model} if request.model and request.api == "openai.chat" else {}
        assert codec.write_request(request) == native | in_path, recording.source
        assert codec.read_request(native, endpoint) == request, recording.source
        untold = {name for name, value in request.extra.items() if value}
        assert not untold & {"messages", "input", "contents", "tools", "system"}, recording.source
        assert request.messages, recording.source
        assert neutral.request_of(loads(json.dumps(neutral.request_json(request)))) == neutral.request_of(
            neutral.request_json(request)
        )


def test_every_answer_says_again_what_it_said():
    for recording, endpoint in ANSWERED:
        codec = codec_for(f"POST {endpoint}")
        answer = codec.read_response(recording.data, recording.media_type)
        native = codec.write_response(answer, ASKED)
        if not recording.streamed:
            assert list(missing(loads(recording.data), native)) == [], recording.source
        again = codec.read_response(json.dumps(native).encode(), JSON)
        assert again == settled(answer, again), recording.source


def test_every_stream_says_what_the_whole_answer_says():
    for recording, endpoint in ANSWERED:
        codec = codec_for(f"POST {endpoint}")
        answer = codec.read_response(recording.data, recording.media_type)
        streamed = b"".join(codec.write_stream(answer, live(ASKED)))
        again = codec.read_response(streamed, SSE)
        assert again == settled(answer, again), recording.source


def test_each_event_of_a_stream_is_one():
    for recording, endpoint in ANSWERED:
        codec = codec_for(f"POST {endpoint}")
        for event in codec.write_stream(codec.read_response(recording.data, recording.media_type), live(ASKED)):
            assert event.endswith(b"\n\n")
            assert event.count(b"\n\n") == 1


@pytest.mark.parametrize("api", CODECS)
def test_every_answer_can_be_given_in_another_apis_words(api):
    codec = CODECS[api]
    for recording, endpoint in ANSWERED:
        answer = codec_for(f"POST {endpoint}").read_response(recording.data, recording.media_type)
        said = codec.read_response(json.dumps(codec.write_response(answer, ASKED)).encode(), JSON)
        streamed = codec.read_response(b"".join(codec.write_stream(answer, live(ASKED))), SSE)
        assert streamed == (joined(said) if api == "gemini.generate_content" else said), recording.source
        for ours, theirs in zip(said.choices, answer.choices, strict=False):
            assert spoken(ours) == spoken(theirs), recording.source
            assert calls(ours) == calls(theirs), recording.source
        assert (said.usage.input_tokens or 0) == (answer.usage.input_tokens or 0), recording.source
        assert (said.usage.output_tokens or 0) == (answer.usage.output_tokens or 0), recording.source


def spoken(message):
    return "".join(part["content"] for part in message.parts if part["type"] in {"text", "refusal"})


def calls(message):
    """Return the tool calls; arguments that were cut are text, which some APIs can only tell in an object."""
    return [(part["name"], as_object(part["arguments"] or {})) for part in message.parts if part["type"] == "tool_call"]


def joined(answer):
    """Return an answer with one text where several follow each other: Gemini's chunks do not tell them apart."""
    return replace(answer, choices=tuple(map(joined_message, answer.choices)))


def joined_message(message):
    parts = []
    for part in message.parts:
        if parts and part.keys() == parts[-1].keys() == {"type", "content"} and part["type"] == parts[-1]["type"]:
            parts[-1] = {**part, "content": parts[-1]["content"] + part["content"]}
        else:
            parts.append(part)
    return replace(message, parts=tuple(parts))


def as_object(arguments):
    return {"input": arguments} if isinstance(arguments, str) else arguments


def settled(answer, served):
    """Return an answer as one is served: with no tokens where nobody counted them, and a reason why it ended."""
    usage, told = asdict(answer.usage), asdict(served.usage)
    return replace(
        answer,
        choices=tuple(
            replace(one, finish_reason=one.finish_reason or other.finish_reason)
            for one, other in zip(answer.choices, served.choices, strict=True)
        ),
        usage=Usage(
            **{name: told[name] if told[name] == 0 and value is None else value for name, value in usage.items()}
        ),
    )


def test_every_failure_is_told_again():
    for recording, endpoint in FAILED:
        codec = codec_for(f"POST {endpoint}")
        failure = codec.read_failure(recording.data, recording.status)
        body = loads(recording.data)
        assert codec.write_failure(failure) == (body[0] if isinstance(body, list) else body), recording.source
        assert failure.status == recording.status
        assert failure.type
        assert failure.message
