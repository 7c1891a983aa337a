import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.diff.ids import blanked, id_at, ids, same_shape

IDS = [
    "550e8400-e29b-41d4-a716-446655440000",
    "550E8400-E29B-41D4-A716-446655440000",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "9f86d081884c7d65",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "call_abc123def456",
    "call_Ax9QzLmNoPqRsTuVwXyZ0123",
    "toolu_01A09q90qw90lq917835lq9",
    "msg_01XFDUDYJgAACzvnptvVoYEL",
    "chatcmpl-00000012",
    "run-a1b2c3d4e5",
]
NO_IDS = [
    "claude-sonnet-20250514",
    "gpt-4o-2024-08-06",
    "user_preferences",
    "call_customer_service",
    "2026-11-21T00:00:00",
    "1730000000000000000",
    "4111111111111111",
    "tool_getUserNameById",
    "search_results2024",
    "internationalization",
    "us-east-1",
    "text-embedding-ada-002",
    "abcdefabcdefabcdef",
    "",
]


@pytest.mark.parametrize("text", IDS)
def test_an_id_is_found_within_a_text(text):
    (found,) = ids(f"see {text}, please")
    assert found.text == text
    assert (found.start, found.end) == (4, 4 + len(text))


@pytest.mark.parametrize("text", NO_IDS)
def test_words_dates_and_numbers_are_no_ids(text):
    assert list(ids(f"see {text}, please")) == []


def test_an_id_may_begin_after_a_word_that_looks_like_a_prefix():
    assert [found.text for found in ids("user_preferences-a1b2c3d4e5f6")] == ["preferences-a1b2c3d4e5f6"]


def test_blanked_texts_are_equal_when_only_ids_differ():
    one, other = (f"run {IDS[0]} of call_{tail}" for tail in ("abc123def456", "xyz987uvw654"))
    assert one != other
    assert blanked(one) == blanked(other.replace(IDS[0], "11111111-2222-4333-8444-5555555555aa"))
    assert blanked("no id here") == "no id here"


def test_shapes_tell_prefixes_and_lengths_apart():
    first = {text: next(ids(text)) for text in IDS}
    assert same_shape(first["call_abc123def456"], next(ids("call_abc123def45")))
    assert not same_shape(first["call_abc123def456"], next(ids("call_abc123de")))
    assert not same_shape(first["call_abc123def456"], next(ids("toolu_abc123def456")))
    assert not same_shape(first["9f86d081884c7d65"], next(ids("9f86d081884c7d65a")))


def test_the_id_at_a_position_covers_it_or_ends_there():
    text = f"see {IDS[0]} now"
    assert id_at(text, 2) is None
    assert id_at(text, 10).text == IDS[0]
    assert id_at(text, 40).text == IDS[0]
    assert id_at(text, 41) is None


SOME = st.sampled_from([*IDS, *NO_IDS, " ", "-", "_", "é", "a", "Z9", "one word"])


@given(st.lists(SOME, max_size=8).map("".join), st.data())
def test_the_id_at_a_position_is_one_that_a_scan_of_the_text_finds(text, data):
    position = data.draw(st.integers(0, len(text)))
    low, high = max(0, position - 129), position + 129
    assert id_at(text, position) == next((i for i in ids(text, low, high) if i.start <= position <= i.end), None)


def test_text_without_ids_is_ruled_out_before_ids_are_looked_for(monkeypatch):
    monkeypatch.delattr("pytest_oao.diff.ids._ID")
    text = "where is my order of 12 red shoes, please? I would like to know. " * 100
    assert list(ids(text)) == []
    assert blanked(text) == text
    assert id_at(text, 40) is None
