"""Files on disk: written whole or not at all, and read within limits."""

import errno
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pytest_oao.errors import HostileFile, MissingFile, StoreFailed, UnreadableFile

READ_LIMIT = 1024 * 1024 * 1024
"""Bytes in a file that is read."""

_FORGOTTEN = 3600
"""Seconds after which nobody writes a temporary file any more: whoever did was killed."""

_PIECE = 256 * 1024
"""Bytes that are read of a file at once, unless it says that there are more: most are shorter."""

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def write_atomically(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Put `data` at `path`, whole or not at all; raises StoreFailed, and then what was there before still is.

    Unless it is to be `lasting`, the system writes it when it likes: after a power cut it may be gone, or be empty.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not lasting:
            _replace(path, data, lasting=False)
            return
        before = _content_if_any(path)
        _replace(path, data)
        try:
            sync_folder(path.parent)
        except OSError:  # the new name may not survive a power cut: to report failure is to have the old file back
            _put_back(path, before)
            raise


def write_new(path: Path, data: bytes) -> bool:
    """Put `data` at `path`, whole, where nothing is; False where something is, which stays. Raises StoreFailed.

    It is not `lasting`, and of two processes that put something there at once, one does.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(path)
        try:
            _write_new(temporary, data, None, lasting=False)
            return _named(temporary, path)
        finally:
            with suppress(OSError):  # the error that is on its way says more
                temporary.unlink(missing_ok=True)


def _named(temporary: Path, path: Path) -> bool:
    """Give a file its name where that is free."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        return _moved(temporary, path)
    return True


def _moved(temporary: Path, path: Path) -> bool:
    """Move a file to where nothing is; the name is taken before, and is an empty file's until then."""
    try:
        os.close(os.open(path, _NEW, 0o666))
    except FileExistsError:
        return False
    try:
        os.replace(temporary, path)  # noqa: PTH105 - the tests make this very function fail
    except BaseException:
        path.unlink()
        raise
    return True


def _temporary(path: Path) -> Path:
    return path.with_name(f".oao-{secrets.token_hex(8)}.tmp")


def clear_away(folder: Path) -> None:
    """Delete the temporary files that processes left in a folder which were killed while they wrote."""
    with _told(folder):
        for path in folder.glob(".oao-" + "[0-9a-f]" * 16 + ".tmp"):
            if path.lstat().st_mtime < time.time() - _FORGOTTEN:
                path.unlink(missing_ok=True)


def _content_if_any(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, data: bytes, *, lasting: bool = True) -> None:
    temporary = _temporary(path)
    try:
        _write_new(temporary, data, _mode(path), lasting=lasting)
        os.replace(temporary, path)  # noqa: PTH105 - the tests make this very function fail
    except BaseException:
        with suppress(OSError):  # the error that is on its way says more
            temporary.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


def _write_new(path: Path, data: bytes, mode: int | None, *, lasting: bool) -> None:
    fd = os.open(path, _NEW, 0o666)
    try:
        if mode is not None:
            path.chmod(mode)
        left = memoryview(data)
        while left:
            left = left[os.write(fd, left) :]
        if lasting:
            os.fsync(fd)
    finally:
        os.close(fd)


def _put_back(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        _replace(path, before)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut, where the system can; raises OSError."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise store_failed(path, error) from error


def store_failed(path: Path, error: OSError) -> StoreFailed:
    """Return the error that says that a file could not be written."""
    what = f"the file could not be written: {error.strerror or error}"
    return StoreFailed(what, where=str(path), remedy=remedy_of(error, path.parent))


def remedy_of(error: OSError, folder: Path) -> str:
    """Return what to do about a failed write below a folder."""
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return f"Make {folder} writable for this user, or choose another folder."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"Free space on the disk that holds {folder}, then try again."
    if error.errno == errno.ESTALE:
        return "Find what else uses that file, and record again."
    if isinstance(error, NotADirectoryError | FileExistsError | IsADirectoryError):
        return f"Something stands in the way: see that {folder} is a folder and the name in it is free."
    return f"See that the disk that holds {folder} works, then try again."


def read_bounded(path: Path, limit: int = READ_LIMIT, begins: Callable[[bytes], object] | None = None) -> bytes:
    """Return a file's bytes; raises MissingFile, UnreadableFile and, for more than `limit` bytes, HostileFile.

    `begins` is given the first of them, and raises where the others need not be read.
    """
    with opened(path, limit) as fd:
        size = os.fstat(fd).st_size
        pieces = [os.read(fd, min(size, limit, _PIECE) + 1)]
        if begins is not None:
            begins(pieces[0])
        read = len(pieces[0])
        while read <= limit and pieces[-1]:
            pieces.append(os.read(fd, min(max(size - read + 1, _PIECE), limit - read + 1)))
            read += len(pieces[-1])
        if read > limit:
            raise _too_large(path, limit)
    return b"".join(pieces)


@contextmanager
def opened(path: Path, limit: int = READ_LIMIT) -> Iterator[int]:
    """Open a regular file of `limit` bytes at most for reading; an OSError while it is read becomes UnreadableFile."""
    try:
        fd = os.open(path, _READ)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFile("this is no file", where=str(path), remedy="Name a file.")
            if status.st_size > limit:
                raise _too_large(path, limit)
            yield fd
        finally:
            os.close(fd)
    except FileNotFoundError as error:
        raise MissingFile("there is no such file", where=str(path), remedy="See that its name is right.") from error
    except (OSError, ValueError) as error:  # a ValueError: a name with a NUL or a lone surrogate
        what = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        raise UnreadableFile(what, where=str(path), remedy="See that this user may read it.") from error


def _too_large(path: Path, limit: int) -> HostileFile:
    remedy = "No recording is as large: do not trust the file; delete it and record again."
    return HostileFile(f"the file has more than {limit} bytes", where=str(path), remedy=remedy)
