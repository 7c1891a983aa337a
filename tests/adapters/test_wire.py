import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.adapters.body_encodings import decoded
from pytest_oao.adapters.tapes import Tape
from pytest_oao.adapters.wire_chunks import LAST, chunk, unchunked
from pytest_oao.adapters.wire_requests import WireRequest
from pytest_oao.adapters.wire_responses import without_frames

BODIES = st.lists(st.binary(min_size=1, max_size=40), max_size=6)


def cut(data, places):
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


@given(BODIES, st.lists(st.integers(0, 10_000), max_size=8))
def test_a_chunked_request_is_whole_with_its_last_byte_and_not_before(body, places):
    wire = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(map(chunk, body)) + LAST
    request = WireRequest()
    for part in cut(wire, places):
        assert not request.whole
        request.write(part)
    assert request.whole
    assert (request.method, request.path, request.body) == ("POST", "/x", b"".join(body))


@given(st.binary(max_size=60), st.lists(st.integers(0, 10_000), max_size=8))
def test_a_request_of_known_length_is_whole_with_its_last_byte(body, places):
    wire = b"PUT http://a/b?c HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    request = WireRequest()
    for part in cut(wire, places):
        assert not request.whole
        request.write(part)
    assert request.whole
    assert (request.path, request.body, request.data) == ("http://a/b?c", body, wire)


def test_trailers_belong_to_the_request():
    request = WireRequest()
    request.write(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 1\r\n")
    assert not request.whole
    request.write(b"\r\n")
    assert request.whole
    assert request.body == b"abc"


@given(BODIES, st.lists(st.integers(0, 10_000), max_size=8))
def test_a_tape_without_frames_holds_the_chunks_and_when_each_was_there(body, places):
    wire = b"".join(map(chunk, body)) + LAST
    tape = Tape(0.0, lambda _: None)
    for number, part in enumerate(cut(wire, places)):
        tape.chunks.append(part)
        tape.times.append(float(number))
    without_frames(tape)
    assert tape.chunks == body
    assert len(tape.times) == len(body)
    assert tape.times == sorted(tape.times)


@given(BODIES, st.integers(0, 10_000))
def test_what_is_cut_off_is_a_beginning_and_no_end(body, place):
    wire = b"".join(map(chunk, body)) + LAST
    found = unchunked(wire[: place % len(wire)])
    assert b"".join(body).startswith(b"".join(found.chunks))
    assert found.ended in {False, wire[: place % len(wire)].endswith((b"0\r\n", b"0\r\n\r"))}


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("identity", bytes),
        ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_compressed_chunks_say_what_was_packed(encoding, pack, step):
    data = b"what was said " * 20
    packed = pack(data)
    chunks = [packed[start : start + step] for start in range(0, len(packed), step)]
    told = decoded(chunks, encoding)
    assert told is not None
    assert len(told) == len(chunks)
    assert b"".join(told) == data


def test_brotli_and_zstd_are_read_where_they_are_there():
    brotli = pytest.importorskip("brotli")
    assert decoded([brotli.compress(b"said")], "br") == [b"said"]
    zstandard = pytest.importorskip("zstandard")
    assert decoded([zstandard.compress(b"said")], "zstd") == [b"said"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "a-new-one"])
def test_what_cannot_be_read_is_told(encoding):
    assert decoded([b"\x00\x01 this is nothing"], encoding) is None
