"""Text of streams, counted as it comes: cut anywhere, by whichever provider, and never more than is charged."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.providers.stream_texts import StreamText, said_in

WORDS = [" lorem", " ipsum", " dolor", " sit", " amet", ",", " consectetur", " adipiscing", " élit", " 世界"] * 3
TEXT = "".join(WORDS)


def sse(*events, named=False):
    lines = []
    for event in events:
        lines += [f"event: {event['type']}"] if named else []
        lines += [f"data: {event if isinstance(event, str) else json.dumps(event)}", ""]
    return "\n".join([*lines, ""]).encode()


def chat(delta):
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}


CHAT = sse(
    chat({"role": "assistant", "content": ""}),
    *[chat({"content": word}) for word in WORDS],
    {"choices": [], "usage": {"completion_tokens": 99}},
    "[DONE]",
)
RESPONSES = sse(
    {"type": "response.created", "response": {"id": "r", "instructions": "x" * 900}},
    *[{"type": "response.output_text.delta", "delta": word, "item_id": "i"} for word in WORDS],
    {"type": "response.output_text.done", "text": TEXT},
    {"type": "response.content_part.done", "part": {"type": "output_text", "text": TEXT}},
    {"type": "response.completed", "response": {"output": [{"content": [{"type": "output_text", "text": TEXT}]}]}},
    named=True,
)
ANTHROPIC = sse(
    {"type": "message_start", "message": {"content": [], "usage": {"input_tokens": 9}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    *[{"type": "content_block_delta", "delta": {"type": "text_delta", "text": word}} for word in WORDS],
    {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "E" * 400}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 30}},
    {"type": "message_stop"},
    named=True,
)
GEMINI = sse(
    *[{"candidates": [{"content": {"role": "model", "parts": [{"text": word}]}}]} for word in WORDS],
    {"candidates": [{"finishReason": "STOP", "content": {"parts": [{"text": ""}]}}], "usageMetadata": {}},
)
COHERE = sse(
    {"type": "message-start", "delta": {"message": {"role": "assistant", "content": []}}},
    *[{"type": "content-delta", "delta": {"message": {"content": {"text": word}}}} for word in WORDS],
    {
        "type": "citation-start",
        "delta": {"message": {"citations": {"text": "x" * 99, "sources": [{"document": {"text": "y" * 999}}]}}},
    },
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
    named=True,
)
STREAMS = {"chat": CHAT, "responses": RESPONSES, "anthropic": ANTHROPIC, "gemini": GEMINI, "cohere": COHERE}


def counted(*chunks):
    text = StreamText()
    return sum(map(text.tokens, chunks))


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_each_provider_s_text_is_counted_once(stream):
    """Whatever is told beside it, and whatever repeats it in the end, is not."""
    assert counted(stream) == min(len(WORDS), len(TEXT) // 4)


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
@given(data=st.data())
def test_a_stream_counts_the_same_however_it_is_cut(stream, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=9)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert counted(*chunks) == counted(stream)
    assert counted(*[stream[at : at + 1] for at in range(len(stream))]) == counted(stream)


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_lines_may_end_as_windows_ends_them(stream):
    assert counted(stream.replace(b"\n", b"\r\n")) == counted(stream)


@given(st.lists(st.binary(max_size=40)))
def test_what_is_no_stream_of_a_model_counts_nothing_and_fails_nowhere(chunks):
    assert counted(*chunks) == 0


def test_a_long_body_without_lines_is_not_copied_again_with_each_chunk():
    text = StreamText()
    chunk = b"x" * 1000
    for _ in range(100_000):
        text.tokens(chunk)  # would take a minute
    assert text.tokens(b"\n") == 0


TOLD = [
    (chat({"content": "abc"}), 3),
    (chat({"content": [{"type": "text", "text": "abc"}]}), 3),
    (chat({"content": None, "refusal": "no, sir"}), 7),
    (chat({"reasoning_content": "abcd"}), 4),
    (chat({"reasoning": "abcd", "reasoning_details": [{"type": "reasoning.text", "text": "abcd"}]}), 4),
    (chat({"reasoning": "abcd", "reasoning_content": "abcd", "content": "e"}), 5),
    (chat({"tool_calls": [{"id": "call_1", "function": {"name": "search", "arguments": '{"q":'}}]}), 5),
    (chat({"function_call": {"name": "search", "arguments": '{"q":'}}), 5),
    (chat({"audio": {"id": "a", "data": "UklGRg" * 50, "transcript": ""}}), 0),
    ({"choices": [{"text": "abc", "logprobs": {"tokens": ["abc"], "text_offset": [0]}}]}, 3),
    ({"choices": [{"delta": {"content": "ab"}}, {"delta": {"content": "cd"}}]}, 4),
    ({"type": "response.function_call_arguments.delta", "delta": '{"q'}, 3),
    ({"type": "response.reasoning_summary_text.delta", "delta": "abc"}, 3),
    ({"type": "response.custom_tool_call_input.delta", "delta": "abc"}, 3),
    ({"type": "response.audio.delta", "delta": "UklGRg" * 50}, 0),
    ({"type": "response.output_audio.delta", "delta": "UklGRg" * 50}, 0),
    ({"type": "response.output_audio_transcript.delta", "delta": "abc"}, 3),
    ({"type": "response.function_call_arguments.done", "arguments": '{"q": 1}'}, 0),
    ({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "abc"}}, 3),
    ({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": '{"a"'}}, 4),
    ({"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": {"content": "x" * 99}}}, 0),
    ({"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {"q": "abc"}}}]}}]}, 12),
    ({"candidates": [{"content": {"parts": [{"text": "abc", "thought": True}]}}]}, 3),
    ({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "abc"}}}, 3),
    ({"type": "tool-call-delta", "delta": {"message": {"tool_calls": {"function": {"arguments": "abc"}}}}}, 3),
    ({"error": {"message": "overloaded"}}, 0),
    ([1, 2], 0),
    (None, 0),
]


@pytest.mark.parametrize(("event", "characters"), TOLD)
def test_what_is_said_in_an_event(event, characters):
    assert said_in(event) == characters


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_gateway_that_sends_letters_does_not_make_tokens_of_them(size):
    prose = "The museum opens at nine and closes at five, on Thursdays at eight in the evening. " * 20
    pieces = [prose[at : at + size] for at in range(0, len(prose), size)]
    assert counted(sse(*[chat({"content": piece}) for piece in pieces])) <= len(prose) // 4


def test_spaces_alone_bring_no_more_than_the_text_has():
    assert counted(sse(*[chat({"content": one}) for one in ("a", " ") * 20])) == 10
