"""Files to import: their first bytes, their whole content, or line by line, whatever they are compressed with.

Parquet is JSON lines, a line for each row: importers need not know that there is such a thing.
"""

import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from stat import S_ISREG
from typing import IO

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, MissingFile, UnreadableFile
from pytest_oao.importers.content_encodings import GZIP, ZSTD
from pytest_oao.importers.parquet_rows import PARQUET, as_json_lines
from pytest_oao.importers.zstd_files import unzstd

HEAD = 64 * 1024
"""Bytes of a file that importers are shown to recognise it."""
FIRST = 0.1
"""How much of the work on a long file its first reading is, about."""
_AT_ONCE = 256 * 1024
"""Bytes that are read of a file at once, from its begin to its end: lines of agents' requests are long."""
_OFTEN = 256
"""Lines between two words on how far a reading is."""
_AGAIN = "Copy the file again from its source."


class FileDump:
    """A file on disk, or bytes that came from elsewhere; read anew by each call."""

    def __init__(self, source: str, content: Path | bytes) -> None:
        """Take a look at it; raises MissingFile, UnreadableFile, UnknownFormat."""
        self.source = source
        self._content = content
        self._at: IO[bytes] | None = None
        self.watch: Callable[[float], None] = _unwatched
        """Is told from time to time how much of the work on its lines is done, from 0 to 1."""
        self.cut_off = 0
        """The number of a last line that ends amid a value, as in a log that is still being written; it is left out."""
        self.looked_for: set[tuple[Path, str]] = set()
        """The folders and patterns of files that were looked for beside it, and beside those: what it comes to."""
        self.size = len(content) if isinstance(content, bytes) else _size(content, source)
        """Bytes as they are stored."""
        with self._reading() as stream:
            self.head = self._read(stream, HEAD)

    @property
    def consumed(self) -> int:
        """How many of the stored bytes were read by now, in the reading that began last."""
        return 0 if self._at is None or self._at.closed else self._at.tell()

    def data(self) -> bytes:
        """Return the whole content; raises HostileFile, UnreadableFile."""
        with self._reading() as stream:
            content = self._read(stream, limits.FILE_BYTES + 1)
        if len(content) > limits.FILE_BYTES:
            what = f"the file is larger than {limits.FILE_BYTES:,} bytes"
            raise HostileFile(what, where=self.source, remedy="Split it before the import.")
        return content

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number, content) of each line that is not blank; raises HostileFile for one that is too long."""
        for number, _, content in self.placed_lines():
            yield number, content

    def placed_lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield (number, offset, content) of each line that is not blank, the content's offset in what is read."""
        offset = 0
        for number, line in enumerate(self.raw_lines(), 1):
            if number > 1 and _is_cut_off(line):
                self.cut_off = number
                return
            if content := line.strip():
                value = content.removeprefix(b"\xef\xbb\xbf")
                before = len(line) - len(line.lstrip()) + len(content) - len(value)
                yield number, offset + before, value
            offset += len(line)

    def raw_lines(self) -> Iterator[bytes]:
        """Yield each line as it stands there, its end too; raises HostileFile for one that is too long."""
        with self._reading() as stream:
            number = 0
            while line := self._read(stream, limits.FILE_BYTES, whole_line=True):
                number += 1
                if len(line) == limits.FILE_BYTES:
                    what = f"the line is longer than {limits.FILE_BYTES:,} bytes"
                    raise HostileFile(what, where=f"{self.source}: line {number}", remedy="Split the file.")
                if number % _OFTEN == 0 and self.size:
                    self.watch(FIRST * self.consumed / self.size)
                yield line

    def rereading(self) -> IO[bytes] | None:
        """Return a stream of what is read that can go to any offset at once; None where it is stored otherwise."""
        stream = self._reading(io.DEFAULT_BUFFER_SIZE)
        if stream is self._at:
            return stream
        stream.close()
        return None

    def beside(self, pattern: str) -> "Iterator[FileDump]":
        """Yield the files that a pattern names (`glob`) from the folder of this one; none of bytes without a file."""
        if isinstance(self._content, Path) and pattern:
            self.looked_for.add((self._content.parent, pattern))
            for path in sorted(self._content.parent.glob(pattern)):
                if path.is_file() and not path.samefile(self._content):
                    found = FileDump(os.path.normpath(path), path)
                    found.looked_for = self.looked_for
                    yield found

    def _reading(self, at_once: int = _AT_ONCE) -> IO[bytes]:
        content = self._content
        stored = io.BytesIO(content) if isinstance(content, bytes) else _opened(content, self.source, at_once)
        self._at = stored
        start = stored.read(4)
        stored.seek(0)
        if start.startswith(GZIP):
            return io.BufferedReader(gzip.GzipFile(fileobj=stored, mode="rb"), HEAD)  # type: ignore[arg-type,type-var,unused-ignore]
        if start == PARQUET:
            return as_json_lines(stored, self.source)
        return unzstd(stored, self.source) if start == ZSTD else stored

    def _read(self, stream: IO[bytes], size: int, *, whole_line: bool = False) -> bytes:
        try:
            return stream.readline(size) if whole_line else stream.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableFile(
                f"the compressed file is damaged: {error}", where=self.source, remedy=_AGAIN
            ) from error
        except OSError as error:
            raise UnreadableFile(str(error), where=self.source, remedy=_AGAIN) from error


def _is_cut_off(line: bytes) -> bool:
    """Whether a line, which only the last one may be, has no end and began as a JSON object or list."""
    if line.endswith(b"\n") or not line.lstrip().startswith((b"{", b"[")):
        return False
    try:
        json.loads(line)
    except (json.JSONDecodeError, UnicodeDecodeError):
        return True
    except (ValueError, RecursionError):  # it is whole, and hostile
        return False
    return False


def _unwatched(share: float) -> None:
    del share


def _size(path: Path, source: str) -> int:
    try:
        status = path.stat()
    except OSError as error:
        raise MissingFile(f"the file cannot be read: {error.strerror}", where=source, remedy=_AGAIN) from error
    if not S_ISREG(status.st_mode):
        raise UnreadableFile("this is no file of its own, but a pipe or a device", where=source, remedy="Name a file.")
    return status.st_size


def _opened(path: Path, source: str, at_once: int) -> IO[bytes]:
    try:
        return path.open("rb", at_once)
    except OSError as error:
        remedy = "See that this user may read it." if isinstance(error, PermissionError) else _AGAIN
        raise MissingFile(f"the file cannot be read: {error.strerror}", where=source, remedy=remedy) from error
