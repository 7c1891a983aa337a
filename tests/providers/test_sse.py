import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.providers.sse import Event, parse


def events(data):
    return list(parse(data))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_each_line_end_counts(end):
    stream = end.join(["event: add", "data: 1", "data: 2", "", "data: 3", "", ""])
    assert events(stream.encode()) == [Event("add", "1\n2"), Event("message", "3")]


def test_comments_ids_retries_and_unknown_fields_say_nothing():
    assert events(b": ping\n\nid: 7\nretry: 10\nother: x\ndata: y\n\n") == [Event("message", "y")]


def test_one_space_after_the_colon_is_not_data():
    assert events(b"data:  two\ndata:none\n\n") == [Event("message", " two\nnone")]


def test_an_empty_data_line_is_data_and_an_event_without_one_is_none():
    assert events(b"data\n\ndata:\ndata:\n\nevent: lonely\n\ndata: z\n\n") == [
        Event("message", ""),
        Event("message", "\n"),
        Event("message", "z"),
    ]


def test_a_byte_order_mark_is_skipped():
    assert events(b"\xef\xbb\xbfdata: 1\n\n") == [Event("message", "1")]


def test_a_cut_tail_is_left_out():
    assert events(b"data: 1\n\ndata: 2") == [Event("message", "1")]
    assert events(b"data: 1\n\ndata: 2\n") == [Event("message", "1")]


def test_separators_that_are_no_line_ends_stay_in_their_data():
    text = "a\u2028b\x0cc\x85d"
    assert events(f"data: {text}\n\n") == [Event("message", text)]


def test_bytes_that_are_no_text_do_not_stop_it():
    assert events(b"data: \xff\xfe\n\n") == [Event("message", "\ufffd\ufffd")]


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data):
    assert all(isinstance(event, Event) for event in parse(data))


@given(st.lists(st.tuples(st.sampled_from(["", "delta", "done"]), st.text(max_size=20)), max_size=8), st.integers(0))
def test_what_is_written_is_read_and_a_cut_loses_only_the_last(pairs, at):
    written = [(name, json.dumps(value)) for name, value in pairs]
    stream = "".join((f"event: {name}\n" if name else "") + f"data: {value}\n\n" for name, value in written).encode()
    expected = [Event(name or "message", value) for name, value in written]
    assert events(stream) == expected
    cut = events(stream[: at % (len(stream) + 1)])
    assert cut == expected[: len(cut)]
