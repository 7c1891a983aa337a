from hypothesis import example, given
from hypothesis import strategies as st

from pytest_oao.cassette.deltas import rebuilt, shared

texts = st.text("aéè日旦🦊🦋 ", max_size=60)
pieces = st.binary(max_size=40)


@given(st.binary(max_size=60), st.binary(max_size=60))
@example(b"abab", b"ababab")
@example(b"", b"")
def test_any_two_byte_strings(old, new):
    head, tail = shared(old, new)
    assert head + tail <= min(len(old), len(new))
    assert rebuilt(old, head, new[head : len(new) - tail], tail) == new


@given(texts, texts, texts, texts)
def test_the_middle_of_a_text_is_a_text(before, old, new, after):
    was, now = (before + old + after).encode(), (before + new + after).encode()
    head, tail = shared(was, now)
    now[head : len(now) - tail].decode()
    assert rebuilt(was, head, now[head : len(now) - tail], tail) == now


@given(pieces, pieces, pieces)
def test_what_was_put_in_is_all_that_is_new(before, middle, after):
    head, tail = shared(before + after, before + middle + after)
    slack = 6  # a cut moves by 3 bytes at most, at either end, to spare a character
    assert head + tail >= len(before + after) - slack
