import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.providers.request_texts import text_length


def length(body, **how):
    return text_length(json.dumps(body, **how).encode())


@pytest.mark.parametrize(
    "body",
    [
        {"model": "m", "messages": [{"role": "user", "content": "twelve chars"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "twelve chars"}]}]},
        {"input": "twelve chars", "model": "m" * 99},
        {"instructions": "twelve", "input": [{"role": "user", "content": " chars"}]},
        {"system": "twelve", "messages": [{"content": [{"type": "text", "text": " chars"}]}]},
        {"contents": [{"parts": [{"text": "twelve chars"}]}]},
        {"prompt": "twelve chars"},
        {"messages": [{"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "twelve chars"}}]}]},
        {"tools": [{"function": {"name": "f", "description": "twelve chars", "parameters": {"type": "object"}}}]},
    ],
)
@pytest.mark.parametrize("how", [{}, {"separators": (",", ":")}, {"indent": 1}])
def test_what_a_model_reads_is_counted_whatever_packs_it(body, how):
    assert length(body, **how) == len("twelve chars")


@given(st.text())
def test_characters_count_once_however_they_are_written(text):
    one = length({"content": text}, ensure_ascii=True)
    wide = sum(ord(char) > 0xFFFF for char in text)
    plain = text.encode("utf-8", "replace").decode()
    assert one <= len(text) + wide
    assert text_length(json.dumps({"content": plain}, ensure_ascii=False).encode()) <= len(text)


def test_escapes_are_one_character():
    assert length({"content": 'a "word"\n\té'}, ensure_ascii=True) == len('a "word"\n\té')


def test_images_and_files_are_no_text():
    assert length({"content": [{"type": "text", "text": "look"}, {"type": "file", "text": "QUJD" * 5000}]}) == 4
    assert length({"content": [{"image_url": {"url": "data:image/png;base64," + "QUJD" * 5000}}]}) == 0


@given(st.binary(max_size=200))
def test_any_bytes_have_a_length(body):
    assert text_length(body) <= len(body)


def test_a_long_request_takes_no_time():
    body = json.dumps({"messages": [{"content": '\\"' * 500_000}]}).encode()
    assert text_length(body) >= 0
