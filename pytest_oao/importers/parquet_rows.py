"""Parquet as JSON lines, one for each row: what platforms export in bulk is read as their other exports are."""

import io
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from pytest_oao.errors import UnknownFormat, UnreadableFile

PARQUET = b"PAR1"
_ROWS = 256
"""Rows that are in memory at a time: cells hold whole conversations."""


def as_json_lines(stored: IO[bytes], source: str) -> IO[bytes]:
    """Return a stream of the rows; raises UnknownFormat without the extra, UnreadableFile."""
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415 - late: an extra
    except ImportError as error:
        remedy = "Install the extra: pip install 'pytest-oao[parquet]'; or export the data as JSON."
        raise UnknownFormat("the file is Parquet", where=source, remedy=remedy) from error
    try:
        file = parquet.ParquetFile(stored)
    except (ArrowException, OSError, ValueError) as error:
        raise _damaged(source, error) from error
    return io.BufferedReader(_Rows(file, source, ArrowException), 64 * 1024)


def _damaged(source: str, error: Exception) -> UnreadableFile:
    what = f"the Parquet file is damaged: {error}".splitlines()[0]
    return UnreadableFile(what, where=source, remedy="Copy the file again from its source.")


class _Rows(io.RawIOBase):
    """The rows of a file as bytes."""

    def __init__(self, file: Any, source: str, failures: type[Exception]) -> None:  # noqa: ANN401 - of pyarrow
        self._lines = self._read(file, source, failures)
        self._rest = b""

    def _read(self, file: Any, source: str, failures: type[Exception]) -> Iterator[bytes]:  # noqa: ANN401 - of pyarrow
        try:
            for batch in file.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    yield json.dumps(row, default=_plain).encode() + b"\n"
        except (failures, OSError, ValueError) as error:
            raise _damaged(source, error) from error

    def readable(self) -> bool:
        """Whether it can be read: it can."""
        return True

    def readinto(self, into: Any, /) -> int:  # noqa: ANN401 - a buffer of whatever kind
        """Fill a buffer with what comes next."""
        if not self._rest:
            self._rest = next(self._lines, b"")
        size = min(len(into), len(self._rest))
        into[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _plain(value: object) -> object:
    """Return a cell that JSON has no word for: moments as ISO 8601, in UTC where they say no zone."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return str(value)
