"""Every real answer in the shared corpus, read by us and by the official SDKs, must say the same."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from provider_recordings import Recording, model_calls, recordings

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import USAGE_ATTRIBUTES
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.providers.description import describe, reply
from pytest_oao.providers.recognition import recognise
from pytest_oao.providers.request_texts import text_length
from pytest_oao.providers.stream_texts import CHARACTERS, StreamText

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")
httpx2 = pytest.importorskip("httpx2")
openai_streams = pytest.importorskip("openai.lib.streaming.chat")

INPUT, OUTPUT, CACHED, WRITTEN, REASONING = USAGE_ATTRIBUTES.values()


def ours(recording: Recording):
    found = recognise(recording.method, urlsplit(recording.url).path)
    call = Call(found.provider.operation, f"{recording.method} {found.endpoint}")
    outcome = Returned(Body(recording.data, recording.media_type), Head(recording.status))
    return dict(describe(call, outcome)), reply(call, outcome)


def usage(*values) -> dict:
    return {name: value for name, value in zip(USAGE_ATTRIBUTES.values(), values, strict=True) if value is not None}


def told_usage(attributes: dict) -> dict:
    return {name: value for name, value in attributes.items() if name.startswith("gen_ai.usage.")}


def served(recording: Recording):
    """A transport that answers with the recording, whatever is asked."""
    media_type = "text/event-stream" if recording.streamed else "application/json"
    head = {"content-type": media_type}
    return httpx2.Client(
        transport=httpx2.MockTransport(
            lambda _: httpx2.Response(recording.status, headers=head, content=recording.data)
        )
    )


def openai_client(recording: Recording):
    return openai.OpenAI(api_key="none", http_client=served(recording), max_retries=0)


def anthropic_client(recording: Recording):
    return anthropic.Anthropic(api_key="none", http_client=served(recording), max_retries=0)


# This server tells id and name again with each piece; the SDK's accumulator doubles them, its stream of chunks does not.
REPEATED = {"test_tools_streaming_variant_a.yaml"}


def chat_by_sdk(recording: Recording):
    client = openai_client(recording)
    if not recording.streamed:
        return client.chat.completions.create(model="m", messages=[])
    state = openai_streams.ChatCompletionStreamState()
    for chunk in client.chat.completions.create(model="m", messages=[], stream=True):
        state.handle_chunk(chunk)
    return state.current_completion_snapshot


def test_every_chat_completion_reads_as_the_sdk_reads_it():
    compared = model_calls("/chat/completions")
    for recording in compared:
        theirs = chat_by_sdk(recording)
        attributes, answer = ours(recording)
        message = theirs.choices[0].message
        extra = message.model_extra or {}
        former = getattr(message, "function_call", None)
        calls = [(c.id, c.function.name, c.function.arguments or "") for c in message.tool_calls or ()]
        calls += [("", former.name, former.arguments)] if former else []
        if recording.source in REPEATED:
            calls = [(ident[: len(ident) // 2], name[: len(name) // 2], arguments) for ident, name, arguments in calls]
        assert answer.text == (message.content or message.refusal or ""), recording.source
        assert answer.reasoning == (extra.get("reasoning_content") or extra.get("reasoning") or ""), recording.source
        assert [(c.id, c.name, c.arguments) for c in answer.tool_calls] == calls, recording.source
        # of Azure, the SDK's accumulator keeps the first chunk's, which are empty
        assert attributes["gen_ai.response.id"] == theirs.id or not theirs.id, recording.source
        assert attributes["gen_ai.response.model"] == theirs.model or not theirs.model, recording.source
        reasons = [choice.finish_reason for choice in theirs.choices if choice.finish_reason]
        assert attributes.get("gen_ai.response.finish_reasons", []) == reasons, recording.source
        assert told_usage(attributes) == openai_usage(theirs.usage), recording.source
    print(f"chat completions compared: {len(compared)}, streamed: {sum(r.streamed for r in compared)}")
    assert len(compared) > 70


def openai_usage(found) -> dict:
    if found is None:
        return {}
    prompt, completion = found.prompt_tokens_details, found.completion_tokens_details
    return usage(
        found.prompt_tokens,
        found.completion_tokens,
        prompt.cached_tokens if prompt else None,
        prompt.cache_write_tokens if prompt else None,
        completion.reasoning_tokens if completion else None,
    )


def response_by_sdk(recording: Recording):
    client = openai_client(recording)
    if not recording.streamed:
        return client.responses.create(model="m", input="")
    ends = {"response.completed", "response.failed", "response.incomplete"}
    events = [openai_event for openai_event in _responses_events(client) if openai_event.type in ends]
    return events[-1].response


def _responses_events(client) -> Iterator:
    try:
        yield from client.responses.create(model="m", input="", stream=True)
    except openai.APIError:
        return


def test_every_response_reads_as_the_sdk_reads_it():
    compared = [r for r in model_calls("/responses") if "openai-error" not in r.source]
    for recording in compared:
        theirs = response_by_sdk(recording)
        attributes, answer = ours(recording)
        refusals = [
            part.refusal
            for item in theirs.output
            if item.type == "message"
            for part in item.content
            if part.type == "refusal"
        ]
        assert answer.text == theirs.output_text + "".join(refusals), recording.source
        calls = [(i.call_id, i.name, i.arguments) for i in theirs.output if i.type == "function_call"]
        named = [(c.id, c.name, c.arguments) for c in answer.tool_calls]
        assert [call for call in named if call in calls] == calls, recording.source
        others = [i.call_id for i in theirs.output if i.type != "function_call" and getattr(i, "call_id", None)]
        assert [c[0] for c in named if c not in calls] == others, recording.source
        thoughts = [s.text for i in theirs.output if i.type == "reasoning" for s in i.content or i.summary]
        assert answer.reasoning == "\n\n".join(thoughts), recording.source
        assert attributes["gen_ai.response.id"] == theirs.id
        assert attributes["gen_ai.response.model"] == theirs.model
        reason = theirs.incomplete_details.reason if theirs.incomplete_details else theirs.status
        assert attributes["gen_ai.response.finish_reasons"] == [reason], recording.source
        assert told_usage(attributes) == responses_usage(theirs.usage), recording.source
    print(f"responses compared: {len(compared)}, streamed: {sum(r.streamed for r in compared)}")
    assert len(compared) > 25


def responses_usage(found) -> dict:
    read, wrote = found.input_tokens_details, found.output_tokens_details
    return usage(
        found.input_tokens,
        found.output_tokens,
        read.cached_tokens if read else None,
        getattr(read, "cache_write_tokens", None),
        wrote.reasoning_tokens if wrote else None,
    )


def test_a_cut_response_stream_tells_the_same_items_as_its_last_event():
    """Without the event that carries the whole, what was told on the way is put together.

    The search's recording gives its call another id when it is added than when it is done.
    """
    streams = [r for r in model_calls("/responses") if r.streamed and "openai-error" not in r.source]
    for recording in streams:
        events = recording.data.replace(b"\r\n", b"\n").split(b"\n\n")
        cut = [e for e in events if b"response.completed" not in e and b"response.incomplete" not in e]
        undone = [e for e in cut if b"output_item.done" not in e]
        _, expected = ours(recording)
        for kept in (cut,) if "tool-search" in recording.source else (cut, undone):
            attributes, answer = ours(replace(recording, data=b"\n\n".join(kept) + b"\n\n"))
            assert answer.text == expected.text, recording.source
            assert answer.reasoning == expected.reasoning, recording.source
            assert [c.id for c in answer.tool_calls] == [c.id for c in expected.tool_calls], recording.source
            assert INPUT not in attributes
            assert "gen_ai.response.finish_reasons" not in attributes
    assert len(streams) > 10


def message_by_sdk(recording: Recording):
    client = anthropic_client(recording)
    if not recording.streamed:
        return client.beta.messages.create(model="m", max_tokens=1, messages=[])
    with client.beta.messages.stream(model="m", max_tokens=1, messages=[]) as stream:
        return stream.get_final_message()


def test_every_message_reads_as_the_sdk_reads_it():
    compared = model_calls("/messages")
    for recording in compared:
        theirs = message_by_sdk(recording)
        attributes, answer = ours(recording)
        blocks = theirs.content
        assert answer.text == "".join(b.text for b in blocks if b.type == "text"), recording.source
        assert answer.reasoning == "".join(b.thinking for b in blocks if b.type == "thinking"), recording.source
        calls = [(b.id, b.name, b.input) for b in blocks if b.type == "tool_use"]
        assert [(c.id, c.name, json.loads(c.arguments)) for c in answer.tool_calls] == calls, recording.source
        assert attributes["gen_ai.response.id"] == theirs.id
        assert attributes["gen_ai.response.model"] == theirs.model
        assert attributes["gen_ai.response.finish_reasons"] == [theirs.stop_reason]
        assert told_usage(attributes) == anthropic_usage(theirs.usage), recording.source
    print(f"messages compared: {len(compared)}, streamed: {sum(r.streamed for r in compared)}")
    assert len(compared) > 30


def anthropic_usage(found) -> dict:
    read, written = found.cache_read_input_tokens, found.cache_creation_input_tokens
    total = found.input_tokens + (read or 0) + (written or 0)
    details = found.output_tokens_details
    return usage(total, found.output_tokens, read, written, details.thinking_tokens if details else None)


def test_every_embedding_reads_as_the_sdk_reads_it():
    compared = model_calls("/embeddings")
    for recording in compared:
        theirs = openai_client(recording).embeddings.create(model="m", input="", encoding_format="float")
        attributes, answer = ours(recording)
        assert not answer.text
        assert attributes["gen_ai.response.model"] == theirs.model
        assert told_usage(attributes) == {INPUT: theirs.usage.prompt_tokens}
    print(f"embeddings compared: {len(compared)}")
    assert compared


def gemini_client(recording: Recording):
    genai = pytest.importorskip("google.genai")
    return genai.Client(api_key="none", http_options=genai.types.HttpOptions(httpx_client=served(recording)))


def gemini_by_sdk(recording: Recording) -> list:
    client = gemini_client(recording)
    if not recording.streamed:
        return [client.models.generate_content(model="m", contents="x")]
    return list(client.models.generate_content_stream(model="m", contents="x"))


def test_every_gemini_answer_reads_as_the_sdk_reads_it():
    compared = [*model_calls(":generateContent"), *model_calls(":streamGenerateContent")]
    for recording in compared:
        theirs = gemini_by_sdk(recording)
        attributes, answer = ours(recording)
        parts = [part for chunk in theirs for part in (chunk.candidates[0].content.parts or ())]
        said = "".join(part.text for part in parts if part.text and not part.thought)
        calls = [part.function_call for part in parts if part.function_call]
        assert answer.text == said, recording.source
        assert answer.reasoning == "".join(part.text for part in parts if part.text and part.thought)
        assert [(c.id, c.name, json.loads(c.arguments)) for c in answer.tool_calls] == [
            (call.id or "", call.name, call.args) for call in calls
        ], recording.source
        last = theirs[-1]
        assert attributes["gen_ai.response.id"] == last.response_id
        assert attributes["gen_ai.response.model"] == last.model_version
        assert attributes["gen_ai.response.finish_reasons"] == [last.candidates[0].finish_reason.value]
        assert told_usage(attributes) == gemini_usage(last.usage_metadata), recording.source
    print(f"gemini compared: {len(compared)}, streamed: {sum(r.streamed for r in compared)}")
    assert len(compared) > 8


def gemini_usage(found) -> dict:
    total = found.total_token_count - found.prompt_token_count - (found.tool_use_prompt_token_count or 0)
    thought = found.thoughts_token_count
    return usage(found.prompt_token_count, total or None, found.cached_content_token_count, None, thought)


def converse_by_sdk(recording: Recording) -> list:
    boto3 = pytest.importorskip("boto3")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    client = boto3.client(
        "bedrock-runtime", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )

    class Raw(io.BytesIO):
        def stream(self, **_):
            yield self.read()

    def answer(request, **_):
        return awsrequest.AWSResponse(request.url, 200, {"content-type": recording.media_type}, Raw(recording.data))

    client.meta.events.register("before-send.bedrock-runtime.*", answer)
    return list(client.converse_stream(modelId="m", messages=[])["stream"])


def test_every_converse_stream_reads_as_the_sdk_reads_it():
    compared = model_calls("/converse-stream")
    for recording in compared:
        theirs = converse_by_sdk(recording)
        attributes, answer = ours(recording)
        deltas = [event["contentBlockDelta"]["delta"] for event in theirs if "contentBlockDelta" in event]
        starts = [event["contentBlockStart"]["start"]["toolUse"] for event in theirs if "contentBlockStart" in event]
        assert answer.text == "".join(delta.get("text", "") for delta in deltas)
        assert [(call.id, call.name) for call in answer.tool_calls] == [(s["toolUseId"], s["name"]) for s in starts]
        asked = "".join(delta.get("toolUse", {}).get("input", "") for delta in deltas)
        assert "".join(call.arguments for call in answer.tool_calls) == asked
        (stop,) = (event["messageStop"] for event in theirs if "messageStop" in event)
        (metadata,) = (event["metadata"] for event in theirs if "metadata" in event)
        assert attributes["gen_ai.response.finish_reasons"] == [stop["stopReason"]]
        assert attributes[INPUT] + attributes[OUTPUT] == metadata["usage"]["totalTokens"]
    assert len(compared) == 2


def test_every_error_tells_its_type():
    compared = [r for r in recordings() if r.status >= 400 and recognise(r.method, urlsplit(r.url).path)]
    for recording in compared:
        attributes, answer = ours(recording)
        error = json.loads(recording.data)["error"]
        assert attributes["error.type"] in {
            error.get("code"),
            error.get("type"),
            error.get("status"),
            str(recording.status),
        }
        assert not answer.text
    print(f"errors compared: {len(compared)}")
    assert len(compared) >= 3


def test_an_error_in_a_stream_tells_its_type():
    recording = next(r for r in recordings() if r.source == "openai-error.1.chunks.txt")
    attributes, _ = ours(recording)
    assert attributes["gen_ai.response.finish_reasons"] == ["failed"]
    assert attributes["error.type"] == "insufficient_quota"


def test_no_other_call_of_the_corpus_is_taken_for_a_model_call():
    http = {urlsplit(r.url).path for r in recordings() if not recognise(r.method, urlsplit(r.url).path)}
    known = (
        *("/chat/completions", "/responses", "/embeddings", "/v1/messages"),
        *(":generateContent", ":streamGenerateContent", "/converse", "/converse-stream"),
    )
    assert not [path for path in http if path.endswith(known)]
    assert "/v1/messages/count_tokens" in http
    assert any(path.startswith("/v1/threads/") and path.endswith("/messages") for path in http)


# Its counts are made up: 50 tokens, of more than 100 words.
UNTRUE = {"test_chat__test_chat_streaming.yaml"}


def _estimated() -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the source of each answer, its tokens by estimate while it streams, and those told, then of its request."""
    for recording in recordings():
        found = recognise(recording.method, urlsplit(recording.url).path)
        if found is None or recording.status >= 400 or recording.source in UNTRUE:
            continue
        told, _ = ours(recording)
        text = StreamText()
        streamed = sum(text.tokens(recording.data[at : at + 100]) for at in range(0, len(recording.data), 100))
        body = json.dumps(recording.request, ensure_ascii=False).encode()
        asked = text_length(body) // CHARACTERS if told.get(INPUT) else 0
        yield recording.source, streamed if OUTPUT in told else 0, told.get(OUTPUT, 0), asked, told.get(INPUT, 0)


def test_estimates_are_never_above_what_providers_charge():
    rows = list(_estimated())
    streams = [row for row in rows if row[1]]
    assert len(streams) > 40
    assert len([row for row in rows if row[3]]) > 100
    assert [row for row in rows if row[1] > row[2] or row[3] > row[4]] == []


def test_estimates_are_no_mere_nothing():
    """Streams without hidden reasoning are counted to the half; requests of text to a third."""
    rows = list(_estimated())
    shares = sorted(row[1] / row[2] for row in rows if row[1] and row[2])
    assert shares[len(shares) // 2] > 0.5
    asked = sorted(row[3] / row[4] for row in rows if row[3] and row[4])
    assert asked[len(asked) // 2] > 0.25
