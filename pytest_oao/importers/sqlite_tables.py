"""Tables of a SQLite database that is only read, in memory: what it wants to have computed for us is refused."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, UnknownFormat, UnreadableFile

BEGINNING = b"SQLite format 3\0"
_WAL, _ROLLBACK = b"\x02\x02", b"\x01\x01"
_VERSIONS = slice(18, 20)
"""Where a database says whether it keeps a log beside itself."""
_SMALLEST = 512
"""Bytes of the smallest page that a database can have."""
_AGAIN = "Copy the file again from its source."
_DAMAGED = (sqlite3.Error, UnicodeDecodeError, MemoryError)
"""What reading a damaged database raises: its message may quote it, and it may ask for any size."""
_STEPS = 100_000
_MOST = 20_000
"""How often `_STEPS` instructions of SQLite's machine may be run: minutes, where a table is what it seems to be."""
_READ = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_FUNCTION})
_MERGE = 'Put both together first: sqlite3 FILE "PRAGMA wal_checkpoint(TRUNCATE)", or close what has it open.'


@contextmanager
def tables_of(data: bytes, source: str) -> Iterator["Tables"]:
    """Open a database; raises UnreadableFile where a part of it is in the log beside it, HostileFile."""
    _require_merged(source)
    if data[_VERSIONS] == _WAL:
        data = data[: _VERSIONS.start] + _ROLLBACK + data[_VERSIONS.stop :]
    if len(data) < _SMALLEST or not data.startswith(BEGINNING):
        raise UnreadableFile("this is no SQLite database", where=source, remedy=_AGAIN)
    connection = sqlite3.connect(":memory:")
    tables = Tables(connection, source)
    try:
        tables.load(data)
        yield tables
    except _DAMAGED as error:
        if tables.is_slow:
            raise HostileFile("it takes too long to read", where=source, remedy="Copy what you need of it.") from error
        what = f"SQLite: {error}"
        raise UnreadableFile(what, where=source, remedy="Check it: sqlite3 FILE 'PRAGMA integrity_check'") from error
    finally:
        connection.close()


class Tables:
    """The tables of a database."""

    def __init__(self, connection: sqlite3.Connection, source: str) -> None:
        self._connection = connection
        self._source = source
        self._steps = 0

    @property
    def is_slow(self) -> bool:
        """Whether reading was given up."""
        return self._steps > _MOST

    def load(self, data: bytes) -> None:
        """Take a database into memory, for reading alone."""
        connection = self._connection
        if not hasattr(connection, "deserialize"):
            remedy = "Use a Python whose SQLite has it: those of python.org and of the distributions do."
            raise UnknownFormat("this SQLite reads no database from memory", where=self._source, remedy=remedy)
        connection.deserialize(data)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.FILE_BYTES)
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READ else sqlite3.SQLITE_DENY)
        connection.set_progress_handler(self._step, _STEPS)

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns; none where there is no such table, but a view, or computed ones."""
        found = self._connection.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        if found is None or found[0] != "table" or not str(found[1]).upper().startswith("CREATE TABLE"):
            return ()
        rows = self._connection.execute(f'PRAGMA table_xinfo("{table}")').fetchall()
        return tuple(str(row[1]) for row in rows if not row[6])

    def rows(self, table: str, columns: Sequence[str], order: str) -> Iterator[tuple[object, ...]]:
        """Return the rows of a table, read as they are asked for."""
        names = ", ".join(f'"{name}"' for name in columns)
        return self._connection.execute(f'SELECT {names} FROM "{table}" ORDER BY {order}')  # noqa: S608 - our names

    def _step(self) -> int:
        self._steps += 1
        return int(self.is_slow)


def _require_merged(source: str) -> None:
    """Raise UnreadableFile where the newest of it stands in the log of a process that has it open, or has died."""
    log = Path(f"{source}-wal")
    try:
        size = log.stat().st_size
    except (OSError, ValueError):
        return
    if size:
        raise UnreadableFile("a part of the database is in the log beside it", where=str(log), remedy=_MERGE)
