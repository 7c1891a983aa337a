import csv
import gzip
import io
import json
import tracemalloc

import pytest

from pytest_oao.errors import UnreadableFile
from pytest_oao.importers.delimited_rows import as_lines, columns
from pytest_oao.importers.dumps import FileDump

ROWS = [["a", " b "], ["1", "two\nlines"], ["2", "three\r\nof\n\nthem"], ["é", 'a "word"'], ["", ""]]


def written(rows, **more):
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, **more).writerows(rows)
    return file.getvalue().encode()


def read(dump):
    return [(number, json.loads(line)) for number, line in as_lines(dump).lines()]


EXPECTED = [(number, dict(zip("ab", row, strict=True))) for number, row in enumerate(ROWS[1:], 2)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("stored", [bytes, gzip.compress])
def test_rows_are_objects_however_their_lines_end(tmp_path, end, begin, stored):
    data = stored(begin + written(ROWS, lineterminator=end))
    path = tmp_path / "rows.csv"
    path.write_bytes(data)
    assert read(FileDump("rows.csv", path)) == read(FileDump("rows.csv", data)) == EXPECTED
    if end != "\r":
        assert columns(FileDump("rows.csv", path).head) == {"a", "b"}


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"a,b\n1,2\n3,\xff\n", "rows.csv: byte 10 is no UTF-8"),
        (b'a,b\n1,2\n3,"4\n', "rows.csv: row 3: not CSV: unexpected end of data"),
    ],
)
def test_an_error_says_where_it_is(data, match):
    with pytest.raises(UnreadableFile, match=match):
        read(FileDump("rows.csv", data))


def test_rows_of_any_number_take_little_memory(tmp_path):
    peaks = []
    for count in (500, 4000):
        path = tmp_path / f"{count}.csv"
        path.write_bytes(
            written([["a", "b"], *([str(number), "x" * 1000 + "\n" + "x" * 1000] for number in range(count))])
        )
        tracemalloc.start()
        assert sum(1 for _ in as_lines(FileDump("rows.csv", path)).lines()) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000
