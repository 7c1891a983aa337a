"""Files to sessions, as `oao import` reads them; rows to files, as platforms write them."""

import io
import json

import pytest

from pytest_oao.errors import OaoError
from pytest_oao.importers.detection import detect, named
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS


def sessions_in(data, name, format_name=""):
    """Return the sessions of a file, by the importer named, or else the one that knows it; raises the first refusal."""
    dump = FileDump(name, data)
    importer = named(format_name, IMPORTERS) if format_name else detect(dump, IMPORTERS)
    found = list(importer.read(dump))
    for one in found:
        if isinstance(one, OaoError):
            raise one
    return found


def as_parquet(rows):
    """Return a Parquet file of rows, each with all columns."""
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows, written = list(rows), io.BytesIO()
    columns = dict.fromkeys(name for row in rows for name in row)
    parquet.write_table(pyarrow.Table.from_pylist([columns | row for row in rows]), written)
    return written.getvalue()


def with_texts(row):
    """Return a row with the text of its objects."""
    return {name: json.dumps(item) if isinstance(item, dict | list) else item for name, item in row.items()}
