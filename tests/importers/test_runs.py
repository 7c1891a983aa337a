import gzip
import json
import tracemalloc

import pytest
import zstandard

from pytest_oao.errors import HostileFile, OaoError, UnreadableFile
from pytest_oao.importers import json_documents, runs, spools
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.raw_pairs import RawPairs
from pytest_oao.importers.reading import sessions_in, sessions_of_each
from pytest_oao.importers.runs import opened_runs, runs_in


class Form:
    """Lines of `{"runs": [{"run": ...}, ...]}`, or records alone."""

    name, lacked = "form", ()

    def __init__(self):
        self.asked = []

    def spread(self, record):
        return record["runs"].items() if "runs" in record else [record]

    def run_of(self, record):
        self.asked.append(record.value["n"])
        return record["run"].text()


LINES = [
    {"run": "b", "n": 1},
    {"runs": [{"run": "a", "n": 2}, {"run": "b", "n": 3}, {"run": "a", "n": 4}]},
    {"run": "c", "n": 5, "text": "é" * 50},
    {"run": "a", "n": 6},
]
DATA = b"\xef\xbb\xbf" + b"\n \r\n".join(json.dumps(one, ensure_ascii=False).encode() for one in LINES)
EXPECTED = [("b", [1, 3]), ("a", [2, 4, 6]), ("c", [5])]


def zstd(data, frames=1):
    size = len(data) // frames + 1
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(zstandard.ZstdCompressor().compress(piece) for piece in pieces)


STORED = {"plain": DATA, "gzip": gzip.compress(DATA), "zstd": zstd(DATA), "zstd in frames": zstd(DATA, 3)}


@pytest.fixture(params=["at hand", "read again"])
def _long(request, monkeypatch):
    if request.param == "read again":
        monkeypatch.setattr(runs, "IN_MEMORY", 0)
        monkeypatch.setattr(spools, "IN_MEMORY", 1)  # a copy goes to the disk


@pytest.mark.usefixtures("_long")
@pytest.mark.parametrize("stored", STORED.values(), ids=STORED)
@pytest.mark.parametrize("kept", ["file", "bytes"])
def test_records_come_run_by_run_in_the_order_in_which_runs_begin(tmp_path, stored, kept):
    path = tmp_path / "dump"
    path.write_bytes(stored)
    form = Form()
    dump = FileDump("dump", path if kept == "file" else stored)
    found = [(run, [part.value["n"] for part in parts]) for run, parts in runs_in(dump, form)]
    assert found == EXPECTED
    assert form.asked == [1, 2, 3, 4, 5, 6]  # once each, in the file's order


@pytest.mark.usefixtures("_long")
def test_a_run_that_was_asked_for_for_the_last_time_is_gone():
    with opened_runs(FileDump("dump", DATA), Form()) as found:
        assert [part.value["n"] for part in found["b"]] == [part.value["n"] for part in found.pop("b")] == [1, 3]
        assert (list(found), len(found), "b" in found) == (["a", "c"], 2, False)


@pytest.mark.usefixtures("_long")
def test_a_record_says_where_it_stands():
    (first, second, _) = [list(parts) for _, parts in runs_in(FileDump("dump", DATA), Form())]
    assert [part.where for part in first] == ["dump: line 1", "dump: line 3.runs[1]"]
    assert isinstance(second[0], Part)


@pytest.mark.usefixtures("_long")
def test_a_record_is_read_when_it_is_asked_for():
    with opened_runs(FileDump("dump", DATA), Form()) as opened:
        records = opened[next(iter(opened))]
        assert len(records) == 2
        assert [part.where for part in records[-1:]] == [records[1].where] == ["dump: line 3.runs[1]"]
        with pytest.raises(IndexError):
            records[2]


@pytest.mark.usefixtures("_long")
def test_a_long_number_stays_whole_however_often_its_line_is_read(monkeypatch):
    """Whether a line may have one is found out once: it takes half as long as to parse it."""
    monkeypatch.setattr(json_documents, "may_have_long_number", None)
    long = -(2**70) - 1  # no float is equal to it
    dump = FileDump("dump", b'{"run":"a","n":1}\n{"run":"a","n":%d}' % long)
    (parts,) = [list(parts) for _, parts in runs_in(dump, Form())]
    assert [part.value["n"] for part in parts] == [1, long]


@pytest.mark.usefixtures("_long")
def test_sessions_are_the_same_however_they_were_read(tmp_path):
    user = {"role": "user", "content": "hi"}
    answer = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "ho"}}]}
    records = [
        {"request": {"model": "m", "messages": [user] * (at % 3 + 1)}, "response": answer, "session_id": f"s{at % 3}"}
        for at in range(9)
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    found = list(RawPairs().read(FileDump("log.jsonl", path)))
    assert [one.header.id for one in found] == ["s0", "s1", "s2"]
    assert [len(one.exchanges) for one in found] == [3, 3, 3]


@pytest.mark.parametrize("cut", [5, 40, 100, -1])
@pytest.mark.parametrize("frames", [1, 3])
def test_a_zstd_file_that_ends_too_early_is_an_error(cut, frames):
    with pytest.raises(UnreadableFile, match="damaged"):
        list(runs_in(FileDump("dump", zstd(DATA, frames)[:cut]), Form()))


@pytest.mark.parametrize("at", [8, 30, -10])
def test_a_damaged_zstd_file_is_an_error(at):
    stored = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(DATA))
    stored[at] ^= 0xFF
    with pytest.raises(OaoError):
        list(runs_in(FileDump("dump", bytes(stored)), Form()))


def test_a_dump_of_any_length_takes_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "IN_MEMORY", 100_000)
    peaks = []
    for megabytes in (1, 8):
        path = tmp_path / f"{megabytes}.jsonl"
        with path.open("wb") as file:
            for number in range(megabytes * 500):
                file.write(json.dumps({"run": f"run {number // 5}", "n": number, "text": "x" * 2000}).encode() + b"\n")
        tracemalloc.start()
        assert sum(len(list(parts)) for _, parts in runs_in(FileDump("dump", path), Form())) == megabytes * 500
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000  # a place for each line, some bytes each


def test_a_run_at_hand_is_held_no_longer_than_it_is_asked_for():
    records = [{"run": f"run {number}", "n": number, "text": "x" * 1_000_000} for number in range(8)]
    dump = FileDump("dump", json.dumps(records).encode())
    held = []
    tracemalloc.start()
    for _, parts in runs_in(dump, Form()):
        del parts
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[-1] < held[0] - 6_000_000


class Endless(Form):
    """Its records take more room to read than there is, as what is nested too deep does."""

    def observed(self, records):
        return self.observed(records)


@pytest.mark.parametrize("read", [sessions_in, sessions_of_each])
def test_a_run_that_is_nested_too_deep_is_refused_alone(read):
    found = list(read(FileDump("x", b'{"run": "a", "n": 1}\n{"run": "b", "n": 2}\n'), Endless()))
    assert [(type(one), one.where) for one in found] == [(HostileFile, "x: line 1"), (HostileFile, "x: line 2")]
