import gzip
import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from importer_samples import sessions_in

from pytest_oao.cassette import limits
from pytest_oao.errors import BadOption, HostileFile, OaoError, UnknownFormat
from pytest_oao.importers.detection import detect, named
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.table import IMPORTERS

HAR = b'{"log": {"version": "1.2", "entries": []}}'


def test_the_name_decides_nothing():
    assert detect(FileDump("cassette.yaml", HAR), IMPORTERS).name == "har"
    assert detect(FileDump("x.exe", b"\xef\xbb\xbf" + HAR), IMPORTERS).name == "har"
    assert detect(FileDump("x", gzip.compress(HAR)), IMPORTERS).name == "har"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "an empty file"),
        (b"http_interactions:\n- request:\n", "a Ruby VCR or betamax cassette"),
        (b'{"http_interactions": []}', "a Ruby VCR or betamax cassette"),
        (b"1234:9:websocket;0:~", "mitmproxy's own flow file"),
        (b'{"choices":[],"object":"chat.completion.chunk"}\n{"choices":[]}', "one answer of a model API in its chunks"),
        (b'{"type":"response.created","response":{}}\n{"type":"x"}', "one answer of a model API in its chunks"),
        (b'event: message_start\ndata: {"type":"message_start"}\n\n', "one answer of a model API in its chunks"),
        (b'data: {"choices":[]}\n\ndata: [DONE]\n\n', "one answer of a model API in its chunks"),
        (b"SQLite format 3\0\1\2", "a SQLite database"),
        (b"PK\3\4..", "a zip archive"),
        (b'{"a": 1}\n{"a": 2}\n', "a JSON Lines log"),
        (b'[{"a": 1}]', "JSON of some other kind"),
        (b"\0\1\2", "binary"),
        (json.dumps([{"a": 1}]).encode("utf-16"), "text in UTF-16"),
        (b"\xfe\xff" + "name,id".encode("utf-16-be"), "text in UTF-16"),
        ("hello".encode("utf-32"), "text in UTF-32"),
        (bytes(100_000), "a file that was cut off before its first line: NUL bytes stand in its place, as after a pow"),
        (b"hello", "text"),
    ],
)
def test_an_unknown_file_is_told_by_its_looks(data, name):
    with pytest.raises(UnknownFormat) as caught:
        detect(FileDump("some/file", data), IMPORTERS)
    assert name in caught.value.what
    assert caught.value.remedy.endswith("more: oao import --help") == any(
        kind in name for kind in ("JSON", "SQLite", "binary")
    )
    assert caught.value.where == "some/file"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"a": 1}\n{"a": 2}\n{"a": ', 3),
        (b'{"a": 1}\n{"a": "x\n{"a": 2}\n', 2),
        (b'\xef\xbb\xbf{"a": 1, "b": {"c"', 1),
        (b'[\n {"a": 1},\n {"a": 2}\n', 3),
        (b'{"a": 1} x', 1),
    ],
)
def test_json_that_is_cut_short_is_told_with_its_line(data, line):
    with pytest.raises(UnknownFormat, match="this is broken JSON") as caught:
        detect(FileDump("some/file", data), IMPORTERS)
    assert caught.value.where == f"some/file: line {line}"


def test_json_that_cannot_be_read_through_is_told_by_its_looks(monkeypatch):
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    for data in (b'{"a": ' + b" " * 2000, b"[" * 100_000, b'{"a": ' + b"1" * 900 * 8 + b"}"):
        with pytest.raises(UnknownFormat, match="JSON of some other kind"):
            detect(FileDump("some/file", data), IMPORTERS)


def test_a_format_can_be_named():
    assert named("har", IMPORTERS).name == "har"
    with pytest.raises(BadOption, match="vcrpy"):
        named("hra", IMPORTERS)
    with pytest.raises(OaoError):
        sessions_in(HAR, "x", "vcrpy")


def test_a_file_may_not_inflate_without_end(monkeypatch):
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    assert FileDump("x", gzip.compress(b"x" * 1000)).data() == b"x" * 1000
    with pytest.raises(HostileFile):
        FileDump("x", gzip.compress(b"x" * 1001)).data()


def test_every_member_of_a_gzip_file_is_read():
    assert FileDump("x", gzip.compress(HAR[:9]) + gzip.compress(HAR[9:])).data() == HAR


@pytest.mark.parametrize("data", [b"\x1f\x8b", b"\x1f\x8bnothing", gzip.compress(HAR, mtime=0)[:-9]])
def test_damaged_gzip_is_an_error(data):
    with pytest.raises(OaoError):
        sessions_in(data, "x")


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * 65536,
        b"---" + b"\n" * 65533,
        b"{}" + b"\n" * 65534,
        b"{" + b"}" * 65535,
        b"# \n" * 21845,
        b"- request" * 7000,
        b'{"request"' * 6500,
        b'"body" ' * 9000,
        b"version: 1" + b" \n" * 32000,
        b'{"object"' * 7000,
        b"event: a " * 7000,
    ],
)
def test_recognition_takes_linear_time(data):
    start = time.process_time()
    with pytest.raises(UnknownFormat):
        detect(FileDump("x", data), IMPORTERS)
    assert time.process_time() - start < 0.25


SEEDS = [
    b"""interactions:
- request: {method: GET, uri: 'https://e.com', body: null, headers: {}}
  response: {status: {code: 200}, headers: {}, body: {string: ''}}
version: 1
""",
    b"""---
version: 2
interactions:
    - request:
        proto: HTTP/1.1
        url: "https://e.com"
      response:
        code: 200
        duration: 1s
""",
    json.dumps(
        {
            "log": {
                "creator": {},
                "entries": [{"request": {"method": "GET", "url": "https://e.com"}, "response": {"status": 200}}],
            }
        }
    ).encode(),
    b'{"request": {"method": "GET", "url": "https://e.com", "body": ""}, "response": {"status": {"code": 200}, "body": ""}}',
]


def attempt(data, format_name=""):
    told = None
    try:
        sessions = sessions_in(data, "folder/a file.yaml", format_name)
    except OaoError as error:
        told = error
    assert (told.what and told.where) if told else all(session.exchanges for session in sessions)


@pytest.mark.parametrize("data", SEEDS)
def test_the_seeds_are_sessions(data):
    assert sessions_in(data, "x")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", *(importer.name for importer in IMPORTERS)]))
@example(b"!!int x", "vcrpy")
@example(b"!!float ''", "vcrpy")
@example(b"!!bool maybe", "vcrpy")
@example(b"!!timestamp never", "vcrpy")
@example(b"a: 2024-13-45", "vcrpy")
@example(b"? [a]\n: b", "vcrpy")
@example(b"<<: 1", "vcrpy")
@example(b"!!binary \xff", "vcrpy")
@example(b"!!python/tuple x", "vcrpy")
@example(b"!!python/object/new:_io.BytesIO x", "vcrpy")
@example(b"!!python/unicode []", "vcrpy")
@example(b"requests: [{uri: a, method: b, parsed_body: {? 2020-01-01 : .nan}}]\nresponses: [{}]", "vcrpy")
def test_arbitrary_bytes_raise_our_own_errors_only(data, format_name):
    attempt(data, format_name)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 400), st.integers(0, 12), st.binary(max_size=12))
def test_damaged_recordings_raise_our_own_errors_only(seed, at, cut, put):
    at %= len(seed)
    attempt(seed[:at] + put + seed[at + cut :])


def test_a_file_that_is_cut_within_a_long_text_is_looked_at_in_no_time():
    head = b'{"a": {"b": "' + rb"data: {\"x\": \"y\"}\n" * 3000
    started = time.process_time()
    assert glimpse(head).paths == {"a", "a.b"}
    assert glimpse(head[:-1] + b"\\").paths == {"a", "a.b"}
    assert time.process_time() - started < 1
