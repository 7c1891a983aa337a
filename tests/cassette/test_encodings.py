import json
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette import encodings
from pytest_oao.model.jsontypes import number

NUMBERS = (
    st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.sampled_from([2**64, -(2**63) - 1, -0.0])
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(VALUES)
def test_compact_is_what_json_writes(value):
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert encodings.encode(value, "compact") == written.encode()


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ([number("NaN")], b"[NaN]"),
        ({"a": number("-Infinity")}, b'{"a":-Infinity}'),
        (["\ud800"], b'["\\ud800"]'),
    ],
)
def test_a_body_of_what_json_has_no_word_for_is_no_value(value, data):
    assert encodings.compact_and_parsed(value) == (data, None)


@pytest.mark.parametrize(
    "value", [{"a": 1e-07}, [2**70], ["NaN", "Infinity"], [1e-07, "a NaN, an Infinity"], {"a": "x"}]
)
def test_a_body_of_json_is_its_value(value):
    data, parsed = encodings.compact_and_parsed(value)
    assert data == json.dumps(value, separators=(",", ":")).encode()
    assert parsed is not None
    assert parsed[0] is value


def test_compact_writes_every_control_character_as_json_does():
    text = "".join(map(chr, range(0x100))) + "\u2028\u2029\ufeff\U0010ffff"
    assert encodings.encode(text, "compact") == json.dumps(text, ensure_ascii=False).encode()


def test_depth_is_bounded_by_the_format_and_not_by_the_writer():
    deep = 1
    for _ in range(400):
        deep = [deep]
    assert encodings.encode(deep, "compact") == json.dumps(deep, separators=(",", ":")).encode()


def test_no_encoding_gives_back_a_number_that_is_too_large():
    assert encodings.find(inf, b"1e999") is None


FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [1e-5, 1e16, 1e22, -1.5e-7, 1e-4, 123456789012345680.0]
)


@given(FLOATS, st.sampled_from(["a", ":1e5", ",-2e+7", "call_12e45", "0.0000", "é"]))
def test_numbers_are_written_as_json_writes_them_wherever_they_stand(number, text):
    for value in (number, [number], {"a": number}, [text, number, text], {text: {"b": [number, number]}}):
        assert encodings.compact(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@given(VALUES | st.lists(st.sampled_from(["\x01", "\\u00e9", "\\\\ud83d", "é", "\u2028", "<", "\U0001f600"])))
def test_what_the_default_encoding_gives_is_found_to_be_in_it(value):
    assert encodings.find(value, encodings.compact(value)) == "compact"


@pytest.mark.parametrize("text", ["é", "\\é", "\x01é", "\\\\\x7fé"])
def test_escapes_that_need_not_be_are_told(text):
    assert encodings.find([text], json.dumps([text]).encode()) == "compact+escaped"
