import json

import pytest

from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.recognition import GEMINI_CONTENT, GEMINI_EMBEDDINGS


def chunk(*parts, reason=None, index=0, **more):
    candidate = {"content": {"role": "model", "parts": list(parts)}, "index": index}
    return {"candidates": [candidate | ({"finishReason": reason} if reason else {})], **more}


USAGE = {
    "promptTokenCount": 10,
    "cachedContentTokenCount": 4,
    "toolUsePromptTokenCount": 3,
    "candidatesTokenCount": 7,
    "thoughtsTokenCount": 5,
    "totalTokenCount": 25,
}
CALL = {"functionCall": {"id": "c1", "name": "search", "args": {"q": "x"}}, "thoughtSignature": "s"}
CHUNKS = [
    chunk({"text": "why ", "thought": True}, responseId="r1", modelVersion="gemini-2.5"),
    chunk({"text": "not", "thought": True}, usageMetadata={"promptTokenCount": 10}),
    chunk({"text": "Hi"}),
    chunk({"text": " there"}, {"executableCode": {"code": "1"}}),
    chunk(CALL),
    chunk({"functionCall": {"name": "read"}}, reason="STOP", usageMetadata=USAGE, responseId="r1"),
]
SAID = Reply("Hi there", "why not", (ToolCall("c1", "search", '{"q": "x"}'), ToolCall("", "read", "")))
TOLD = {
    "gen_ai.response.id": "r1",
    "gen_ai.response.model": "gemini-2.5",
    "gen_ai.response.finish_reasons": ["STOP"],
    "gen_ai.usage.input_tokens": 13,
    "gen_ai.usage.output_tokens": 12,
    "gen_ai.usage.cache_read.input_tokens": 4,
    "gen_ai.usage.reasoning.output_tokens": 5,
}


def sse(events):
    return b"".join(b"data: %s\r\n\r\n" % json.dumps(event).encode() for event in events)


FORMS = {
    "sse": sse(CHUNKS),
    "array": json.dumps(CHUNKS).encode(),
    "array as Google writes it": ("[" + "\n,\r\n".join(json.dumps(one, indent=2) for one in CHUNKS) + "\n]\n").encode(),
    "whole": json.dumps(
        chunk(
            {"text": "why not", "thought": True},
            {"text": "Hi there"},
            CALL,
            {"functionCall": {"name": "read"}},
            reason="STOP",
            responseId="r1",
            modelVersion="gemini-2.5",
            usageMetadata=USAGE,
        )
    ).encode(),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_an_answer_says_the_same_in_each_form(data):
    assert GEMINI_CONTENT.reply(data, "") == SAID
    assert GEMINI_CONTENT.describe_response(data, "") == TOLD


@pytest.mark.parametrize("kept", range(len(CHUNKS) + 1))
def test_of_a_stream_that_was_cut_what_came_is_told(kept):
    array = "[" + "".join(json.dumps(one) + ",\r\n" for one in CHUNKS)
    ends = [0, *(i for i in range(len(array)) if array.startswith(",\r\n", i))]
    expected = GEMINI_CONTENT.reply(sse(CHUNKS[:kept]), "")
    assert GEMINI_CONTENT.reply(array[: ends[kept] + 9].encode(), "") == expected
    assert GEMINI_CONTENT.reply(sse(CHUNKS)[: len(sse(CHUNKS[:kept])) + 20], "") == expected


def test_candidates_are_told_apart_and_the_first_one_speaks():
    chunks = [chunk({"text": "b"}, index=1), chunk({"text": "a"}), chunk({"text": "b"}, index=1, reason="MAX_TOKENS")]
    data = sse([*chunks, chunk({"text": "a"}, reason="STOP")])
    assert GEMINI_CONTENT.reply(data, "").text == "aa"
    assert GEMINI_CONTENT.describe_response(data, "") == {"gen_ai.response.finish_reasons": ["STOP", "MAX_TOKENS"]}


def partial(path, value, kind="stringValue", *, more=True):
    return {"functionCall": {"partialArgs": [{"jsonPath": path, kind: value}], "willContinue": more}}


def test_arguments_that_come_piece_by_piece_are_put_together():
    parts = [
        {"functionCall": {"name": "book", "id": "c1", "willContinue": True}},
        partial("$.city", "New "),
        partial("$.city", "Delhi"),
        partial("$.guests[1].name", "Bo"),
        partial("$.guests[0].name", "Al"),
        partial("$['a b']", 3, "numberValue"),
        partial("$.late", True, "boolValue"),
        partial("$.note", "NULL_VALUE", "nullValue"),
        {"functionCall": {}},
        {"functionCall": {"name": "pay", "args": {"x": 1}}},
    ]
    book, pay = GEMINI_CONTENT.reply(sse(chunk(part) for part in parts), "").tool_calls
    assert json.loads(book.arguments) == {
        "city": "New Delhi",
        "guests": [{"name": "Al"}, {"name": "Bo"}],
        "a b": 3,
        "late": True,
        "note": None,
    }
    assert (book.id, book.name) == ("c1", "book")
    assert pay == ToolCall("", "pay", '{"x": 1}')


def test_a_prompt_that_is_blocked_tells_why():
    told = GEMINI_CONTENT.describe_response(b'{"promptFeedback": {"blockReason": "SAFETY"}}', "")
    assert told == {"gen_ai.response.finish_reasons": ["SAFETY"]}


ERROR = {"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}


@pytest.mark.parametrize(
    "data",
    [json.dumps(ERROR).encode(), json.dumps([ERROR]).encode(), json.dumps([*CHUNKS[:2], ERROR]).encode(), sse([ERROR])],
)
def test_an_error_tells_its_status(data):
    assert GEMINI_CONTENT.describe_response(data, "")["error.type"] == "RESOURCE_EXHAUSTED"


def test_an_error_of_embeddings_tells_its_status():
    for data in (json.dumps(ERROR).encode(), json.dumps([ERROR]).encode()):
        assert GEMINI_EMBEDDINGS.describe_response(data, "")["error.type"] == "RESOURCE_EXHAUSTED"


ASKED = {
    "temperature": 0.5,
    "topP": 0.9,
    "topK": 40,
    "maxOutputTokens": 100,
    "stopSequences": ["x"],
    "candidateCount": 2,
    "seed": 7,
    "presencePenalty": 0.1,
    "frequencyPenalty": 0.2,
    "responseMimeType": "application/json",
}
PARAMETERS = {
    "gen_ai.request.temperature": 0.5,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.top_k": 40,
    "gen_ai.request.max_tokens": 100,
    "gen_ai.request.stop_sequences": ["x"],
    "gen_ai.request.choice.count": 2,
    "gen_ai.request.seed": 7,
    "gen_ai.request.presence_penalty": 0.1,
    "gen_ai.request.frequency_penalty": 0.2,
    "gen_ai.output.type": "json",
}


def test_a_request_tells_its_parameters_however_its_keys_are_spelled():
    snake = {"top_p": 0.9, "max_output_tokens": 100}
    assert GEMINI_CONTENT.describe_request({"generationConfig": ASKED}) == PARAMETERS
    assert GEMINI_CONTENT.describe_request({"generation_config": snake}) == {
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.max_tokens": 100,
    }


@pytest.mark.parametrize(
    ("asked", "output"),
    [
        ({"responseModalities": ["TEXT", "IMAGE"]}, "image"),
        ({"responseModalities": ["AUDIO"]}, "speech"),
        ({"responseModalities": ["TEXT"]}, None),
        ({"responseMimeType": "text/x.enum"}, "json"),
        ({"responseMimeType": "text/plain"}, "text"),
    ],
)
def test_what_is_asked_for_is_told(asked, output):
    assert GEMINI_CONTENT.describe_request({"generationConfig": asked}).get("gen_ai.output.type") == output


def test_embeddings_tell_their_size_and_usage():
    many = {"requests": [{"content": {}, "outputDimensionality": 64}, {"content": {}}]}
    assert GEMINI_EMBEDDINGS.describe_request(many) == {"gen_ai.embeddings.dimension.count": 64}
    assert GEMINI_EMBEDDINGS.describe_request({"output_dimensionality": 8}) == {"gen_ai.embeddings.dimension.count": 8}
    data = b'{"embedding": {"values": [0.1]}, "usageMetadata": {"promptTokenCount": 3}}'
    assert GEMINI_EMBEDDINGS.describe_response(data, "") == {"gen_ai.usage.input_tokens": 3}
    assert GEMINI_EMBEDDINGS.reply(data, "") == Reply()
