"""Parquet is read as the lines of JSON that its rows are."""

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from importer_samples import as_parquet

from pytest_oao.errors import UnknownFormat, UnreadableFile
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.json_records import records_of


@pytest.fixture(autouse=True)
def parquet_module():
    pytest.importorskip("pyarrow.parquet")


def test_a_row_is_a_record():
    rows = [{"id": "1", "inputs": '{"a": 1}', "nested": {"b": [1, 2]}}, {"id": "2", "inputs": None, "nested": None}]
    dump = FileDump("runs.bin", as_parquet(rows))
    assert [record.value for record in records_of(dump)] == rows
    assert [record.where for record in records_of(dump)] == ["runs.bin: line 1", "runs.bin: line 2"]
    assert json.loads(dump.head.splitlines()[0]) == rows[0]
    assert [json.loads(line) for line in dump.data().splitlines()] == rows


def test_cells_that_json_has_no_word_for():
    when = datetime(2026, 11, 20, 10, 0, 0, 1, tzinfo=UTC)
    row = {"at": when, "day": when.date(), "cost": Decimal("0.25"), "raw": b"\x00\x01"}
    (record,) = records_of(FileDump("runs.parquet", as_parquet([row])))
    assert record.value == {"at": "2026-11-20T10:00:00.000001+00:00", "day": "2026-11-20", "cost": 0.25, "raw": "AAE="}


def test_many_rows_are_read_piece_by_piece():
    dump = FileDump("runs.parquet", as_parquet([{"id": at, "text": "x" * 1000} for at in range(1000)]))
    assert [record.value["id"] for record in records_of(dump)] == list(range(1000))
    assert dump.consumed > 0


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1....PAR1", b"PAR1" + bytes(5000)])
def test_a_damaged_file_is_refused(data):
    with pytest.raises(UnreadableFile, match="Parquet file is damaged"):
        FileDump("runs.parquet", data)


def test_a_page_that_is_damaged_is_refused():
    data = bytearray(as_parquet([{"id": at, "text": f"{at}" * 100} for at in range(100)]))
    data[20:200] = bytes(180)
    with pytest.raises(UnreadableFile, match="Parquet file is damaged"):
        list(records_of(FileDump("runs.parquet", bytes(data))))


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    data = as_parquet([{"id": 1}])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnknownFormat, match=r"pytest-oao\[parquet\]"):
        FileDump("runs.parquet", data)
