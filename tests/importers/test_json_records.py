import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from importer_samples import sessions_in

from pytest_oao.cassette import shelf
from pytest_oao.importers import json_documents
from pytest_oao.importers.json_records import line_value

LONG = 12345678901234567890123


@pytest.mark.parametrize("offset", range(6))
@pytest.mark.parametrize("text", ['{"a":%d}', '{"a": %d}', '{"a":\t-%d}', "[%d]", "[1,%d]", "[1,\r%d]"])
def test_a_long_number_stays_whole_wherever_it_stands(text, offset):
    line = " " * offset + text % LONG
    assert line_value(line.encode(), "here") == json.loads(line)
    assert str(LONG) in str(line_value(line.encode(), "here"))


@pytest.mark.parametrize("offset", range(6))
@pytest.mark.parametrize("number", [2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, -(10**19) + 1, -(10**19)])
@pytest.mark.parametrize("text", ["[1,%d]", "[1, %d]", '{"a":%d}', '{"a": %d}'])
def test_a_number_of_more_than_64_bits_stays_whole_whatever_its_sign(text, number, offset):
    line = " " * offset + text % number
    assert repr(line_value(line.encode(), "here")) == repr(json.loads(line))


@pytest.mark.parametrize("many", [0.1234567890123456, "12345678901234567890", "-" * 40, 10**18])
@pytest.mark.parametrize("count", [10, 100, 5000])
def test_a_long_number_stays_whole_behind_many_digits(monkeypatch, many, count):
    line = json.dumps({"many": [many] * count, "long": LONG})
    assert line_value(line.encode(), "here") == json.loads(line)
    monkeypatch.setattr(json_documents, "_slow", None)
    assert line_value(json.dumps([many] * count).encode(), "here") == [many] * count


@pytest.mark.parametrize("sizes", [(70_000, 10), (70_000, 70_000), (10, 70_000)])
@pytest.mark.parametrize("before", ["", "\n \n"])
def test_a_line_longer_than_what_is_looked_at_first_is_a_line_all_the_same(sizes, before):
    lines = [
        f'{{"session_id":"s{at}","request":{REQUEST[:-4]}{"x" * size}"}}]}},"response":{ANSWER}}}'
        for at, size in enumerate(sizes)
    ]
    read = sessions_in((before + "\n".join(lines)).encode(), "log", "raw")
    assert [one.header.id for one in read] == ["s0", "s1"]
    (session,) = sessions_in(lines[0].encode(), "log", "raw")
    assert session.header.id == "s0"


@pytest.mark.parametrize("form", ["[%s,\n%s]", "[\n%s,\n%s\n]", "[%s]\n%s", "[%s\n,%s]\n"])
def test_a_value_of_several_lines_is_none_of_lines_however_long_the_first(form):
    lines = [
        f'{{"session_id":"s{at}","request":{REQUEST[:-4]}{"x" * 70_000}"}}]}},"response":{ANSWER}}}' for at in range(2)
    ]
    read = sessions_in((form % tuple(lines)).encode(), "log", "raw")
    assert [one.header.id for one in read] == ["s0", "s1"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(['"x":', '"1234567890123456789":', '"a-":']),
            st.integers(-(10**21), 10**21) | st.sampled_from([2**64, -(2**63) - 1, "12345678901234567890", "0-" * 30]),
        ),
        max_size=6,
    ),
    st.sampled_from([",", " , ", ",\r\n"]),
)
def test_a_long_number_stays_whole_among_other_digits(pairs, comma):
    line = "[" + comma.join(f"{{{key}{json.dumps(value)}}}" for key, value in pairs) + "]"
    assert repr(line_value(line.encode(), "here")) == repr(json.loads(line))


@pytest.mark.parametrize(
    "text",
    [f"{LONG}ab", f"a{LONG}", f"trace/{LONG}", str(LONG), f"id {LONG % 10**19}", f"a | {'-' * 40} | {'0-' * 20}"],
)
def test_digits_of_a_string_do_not_make_its_line_slow(monkeypatch, text):
    monkeypatch.setattr(json_documents, "_slow", None)
    assert line_value(json.dumps({"id": text}).encode(), "here") == {"id": text}


REQUEST = '{"model":"gpt-5","temperature":NaN,"messages":[{"role":"user","content":"NaN, or -Infinity?"}]}'
ANSWER = (
    '{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-5","choices":[{"index":0,"message":'
    '{"role":"assistant","content":null},"finish_reason":"stop","logprobs":[0.5,-Infinity,Infinity,NaN]}]}'
)


@pytest.mark.parametrize("form", ["%s\n%s\n", "[%s,%s]"])
@pytest.mark.parametrize("as_text", [False, True])
def test_what_json_has_no_word_for_stays_as_the_log_has_it(form, as_text):
    """Python writes NaN, and reads it: an answer that had it is served with it."""
    write = json.dumps if as_text else str
    told = f'{{"session_id":"s","request":{write(REQUEST)},"response":{write(ANSWER)}}}'
    session, *_ = sessions_in((form % (told, told)).encode(), "log", "raw")
    for exchange in session.exchanges:
        assert (exchange.call.body.data, exchange.outcome.body.data) == (REQUEST.encode(), ANSWER.encode())
    saved = shelf.dumps(session)
    again = shelf.loads(saved.data, "it", saved.blobs.__getitem__)
    assert [one.call.body.data for one in again.exchanges] == [REQUEST.encode()] * len(session.exchanges)
    assert [one.outcome.body.data for one in again.exchanges] == [ANSWER.encode()] * len(session.exchanges)
    assert shelf.dumps(again) == saved


def test_a_number_beyond_all_numbers_is_infinite():
    assert line_value(b'{"a":[1e999,-1e999]}', "here") == {"a": [float("inf"), float("-inf")]}
    told = f'[{{"session_id":"s","request":{REQUEST.replace("NaN,", "1e999,")},"response":{ANSWER}}}]'
    session, *_ = sessions_in(told.encode(), "log", "raw")
    assert b'"temperature":Infinity,' in session.exchanges[0].call.body.data


@pytest.mark.parametrize("as_text", [False, True])
def test_what_a_tool_was_given_and_returned_is_not_changed(as_text):
    told = '{"projectId":"p","parentObservationId":null,"traceId":"t","startTime":"2026-01-01T00:00:00Z",'
    told += '"endTime":"2026-01-01T00:00:01Z","id":"%s","type":"%s",'
    given, came = '{"x":NaN,"y":-Infinity}', '{"mean":NaN}'
    write = json.dumps if as_text else str
    lines = [f'{told % (name, "TOOL")}"name":"mean","input":{write(given)},"output":{write(came)}}}' for name in "ab"]
    session, *_ = sessions_in("\n".join(lines).encode(), "log")
    saved = shelf.dumps(session)
    assert saved.data.count(b"NaN") >= 2
    again = shelf.loads(saved.data, "it", saved.blobs.__getitem__)
    assert shelf.dumps(again) == saved
    assert "NaN" in again.exchanges[0].outcome.body.data.decode()
    assert "-Infinity" in again.exchanges[0].call.body.data.decode()
