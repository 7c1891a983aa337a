import json
import os
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette import chain
from pytest_oao.cassette.chain import ROOT, Chain, is_link, link
from pytest_oao.errors import HostileFile

keys = st.text(max_size=8).filter(lambda key: key not in {"prev", "sha256"})
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
payloads = st.lists(st.dictionaries(keys, values, min_size=1, max_size=4), max_size=4)
SAMPLE = [{"event": "a", "n": 1}, {"event": "é", "list": [1, 2]}, {"event": "c", "text": "x\ny"}]


def chained(items):
    data, digest = b"", ROOT
    for item in items:
        line, digest = link(digest, item)
        data += line
    return data


def read(data):
    lines = Chain(BytesIO(data), "f")
    return list(lines), lines.broken


@given(payloads)
def test_what_is_chained_reads_back_whole(items):
    assert read(chained(items)) == (items, None)


def test_a_lone_surrogate_survives():
    assert read(chained([{"a": "\ud800"}])) == ([{"a": "\ud800"}], None)


@given(payloads)
def test_each_line_is_one_json_object_that_names_the_line_before(items):
    lines = [json.loads(line) for line in chained(items).splitlines()]
    assert [line["prev"] for line in lines] == [ROOT, *(line["sha256"] for line in lines)][: len(lines)]


def test_each_cut_gives_the_whole_lines_before_it():
    data = chained(SAMPLE)
    for at in range(len(data)):
        whole = data[:at].count(b"\n")
        items, broken = read(data[:at])
        assert items == SAMPLE[:whole]
        if data[:at].endswith(b"\n") or at == 0:
            assert broken is None
        else:
            assert broken.cut
            assert (broken.line, broken.offset) == (whole + 1, data[:at].rfind(b"\n") + 1)


@pytest.mark.parametrize("size", [1, 4096, 300_000])
def test_nul_bytes_at_the_end_are_a_cut(size):
    """After a power cut a file may be as long as it was to be, and hold nothing there."""
    data = chained(SAMPLE)
    for at in range(0, len(data), 1 if size == 1 else 37):
        items, broken = read(data[:at] + bytes(size))
        whole = data[:at].count(b"\n")
        assert items == SAMPLE[:whole]
        assert broken.cut
        assert broken.why == "the line is cut short, and NUL bytes stand in its place, as after a power cut"
        assert (broken.line, broken.offset) == (whole + 1, data[:at].rfind(b"\n") + 1)


@pytest.mark.parametrize("rest", [b"\n", b"x", b'{"prev":"'])
def test_nul_bytes_amid_a_file_are_damage(rest):
    data = chained(SAMPLE[:1])
    for size in (1, 5000):
        items, broken = read(data + bytes(size) + rest)
        assert items == SAMPLE[:1]
        assert not broken.cut


def test_each_flipped_bit_breaks_the_chain_at_its_line():
    data = chained(SAMPLE)
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        items, broken = read(bytes(flipped))
        at_line = data[: bit // 8].count(b"\n")
        assert items == SAMPLE[:at_line]
        assert broken.line == at_line + 1


@pytest.mark.parametrize("order", [[1, 0, 2], [0, 2], [0, 0, 1, 2], [0, 2, 1]])
def test_lines_that_were_moved_dropped_or_doubled_show(order):
    lines = chained(SAMPLE).splitlines(keepends=True)
    _, broken = read(b"".join(lines[n] for n in order))
    assert broken.why == "the line does not follow the one before it"


def test_a_line_beyond_the_limit_is_not_read(monkeypatch):
    data = chained([{"a": "b"}, {"a": "x" * 5000}])
    monkeypatch.setattr(chain, "LINE_LIMIT", 1000)
    items, broken = read(data)
    assert items == [{"a": "b"}]
    assert broken.why == "the line is longer than 1000 bytes"


def test_nor_is_it_made(monkeypatch):
    monkeypatch.setattr(chain, "LINE_LIMIT", 1000)
    longest = {"a": "x" * (1000 - len(chained([{"a": ""}])))}
    data = chained([longest])
    assert len(data) == 1000
    assert read(data) == ([longest], None)
    with pytest.raises(OverflowError, match="a line of 1001 bytes would be too long to be read"):
        chained([{"a": longest["a"] + "x"}])


def rechained(text):
    """Return a line whose sha256 is right and whose inside is this text."""
    from hashlib import sha256

    covered = b'{"prev":"%s",%s' % (ROOT.encode(), text)
    return covered + b',"sha256":"%s"}\n' % sha256(covered).hexdigest().encode()


@pytest.mark.parametrize("text", [b'"a":' + b"[" * 100_000 + b"]" * 100_000, b'"a":' + b"9" * 100_000])
def test_depth_and_digits_beyond_reason_are_hostile(text):
    with pytest.raises(HostileFile, match="line 1") as raised:
        read(rechained(text))
    assert raised.value.remedy


@pytest.mark.parametrize("text", [b'"a":', b'"a":"\xff"', b'"a":1},{"b":2', b""])
def test_a_right_sha256_over_what_is_no_json_object_breaks(text):
    assert read(rechained(text))[1].line == 1


def test_a_line_is_told_to_carry_its_own_sha256():
    line = chained([{"a": 1}])
    assert is_link(line)
    assert not is_link(line[:-1])
    assert not is_link(line.replace(b"1", b"2", 1))
    assert not is_link(os.urandom(200))
