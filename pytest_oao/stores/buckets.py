"""Journals in a bucket, by fsspec: S3, GCS, Azure and whatever else has a URL there.

A bucket takes whole objects. A session that is over within the time for which lines are gathered is one object,
`ID.oao.jsonl`, which is a journal as in a folder; what a longer one goes on with is in `ID.oao.0001.jsonl` and so on.
"""

import errno
import os
import re
from calendar import timegm
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from inspect import signature
from itertools import count
from time import strptime, time
from typing import Any

from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.errors import BadOption, StoreFailed, UnreadableFile
from pytest_oao.model.session_ids import OWN
from pytest_oao.ports import Keep, Stored
from pytest_oao.stores.keeping import FORGOTTEN, id_taken, is_sealed, no_such_session, require_keep
from pytest_oao.stores.urls import shown_url

_PATIENCE = 30.0
_TOLD = 200
"""Characters of an error: some repeat what was sent."""
_NAME = re.compile(rf"({OWN.pattern})\.oao(?:\.(\d+))?\.jsonl")
_TAIL = 64 * 1024
"""Bytes at the end of an object in which its last line stands if it is the one that seals it."""


class Bucket:
    """Journals below a URL of fsspec (`s3://bucket/folder`); `options` are those of its file system.

    Lines are gathered for `write_every` seconds: a killed program loses as much. `keep_days` and `keep_bytes` bound
    what is there.
    """

    is_near = False

    def __init__(
        self,
        url: str,
        *,
        keep_days: float | None = None,
        keep_bytes: int | None = None,
        write_every: float = _PATIENCE,
        **options: Any,
    ) -> None:
        self.patience = write_every
        self.keep: Keep = require_keep(keep_days, keep_bytes)
        self._url, self._shown = (one.partition("#")[0].rstrip("/") for one in (url, shown_url(url)))
        self._options = options
        self._opened: tuple[int, Any, str] = (0, None, "")
        self._fs()

    def __repr__(self) -> str:
        return f"Bucket({self._shown!r})"

    def address(self, session: str) -> str:
        """Return the URL of a session; it tells no password."""
        return f"{self._shown}#{session}"

    def begin(self, session: str) -> "ObjectWriter":
        """Begin a journal, with the first lines that come."""
        return ObjectWriter(self, session)

    def put(self, session: str, number: int, lines: bytes) -> None:
        """Write the `number`-th object of a session, from 0; raises StoreFailed, also for a session of its id."""
        fs, root = self._fs()
        path = f"{root}/{_name(session, number)}"
        if number:
            self._asked(session, StoreFailed, lambda: fs.pipe_file(path, lines))
        elif not self._asked(session, StoreFailed, lambda: _made(fs, path, lines)):
            raise id_taken(self, session)

    def stored(self) -> Iterator[Stored]:
        """Yield the sessions that are there; when one began stands in its name."""
        for session, objects in self._objects().items():
            yield Stored(session, sum(size for _, size in objects), _began(session))

    def read(self, session: str) -> bytes:
        """Return a journal as it stands."""
        fs, root = self._fs()
        parts = []
        for number in count():
            part = self._asked(
                session, UnreadableFile, partial(_if_there, fs.cat_file, f"{root}/{_name(session, number)}")
            )
            if part is None:
                break
            parts.append(part)
        if not parts:
            raise no_such_session(self, session, self._shown)
        return b"".join(parts)

    def remove(self, session: str) -> bool:
        """Remove a session that is sealed, or that began long ago."""
        objects = self._objects(session).get(session, [])
        if not objects:
            return True
        fs, _ = self._fs()
        (path, size) = objects[-1]
        end = self._asked(session, UnreadableFile, lambda: fs.cat_file(path, start=max(0, size - _TAIL)))
        if not is_sealed(end) and _began(session) > time() - FORGOTTEN:
            return False
        self._asked(session, StoreFailed, lambda: fs.rm([path for path, _ in objects]))
        return True

    def _objects(self, session: str = "") -> dict[str, list[tuple[str, int]]]:
        """Return the paths and sizes of the objects of each session, or of one, in their order."""
        fs, root = self._fs()
        fs.invalidate_cache()
        listed = self._asked(session, UnreadableFile, lambda: _if_there(fs.ls, root, detail=True)) or ()
        found: dict[str, list[tuple[int, str, int]]] = {}
        for one in listed:
            match = _NAME.fullmatch(str(one["name"]).rpartition("/")[2])
            if match is not None and session in {"", match[1]}:
                found.setdefault(match[1], []).append((int(match[2] or 0), one["name"], int(one["size"] or 0)))
        return {name: [(path, size) for _, path, size in sorted(objects)] for name, objects in found.items()}

    def _fs(self) -> tuple[Any, str]:
        """Return the file system and the folder in it; of this process, since its connections are."""
        process, fs, root = self._opened
        if process != os.getpid():
            fs, root = _opened(self._url, self._shown, self._options)
            self._opened = os.getpid(), fs, root
        return fs, root

    def _asked(self, session: str, kind: type[StoreFailed | UnreadableFile], ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the bucket answers
        """Return what a bucket answers; raises an error of the kind where it does not."""
        try:
            return ask()
        except Exception as error:
            what = f"the bucket failed: {type(error).__name__}: {str(error)[:_TOLD]}"
            where = self.address(session) if session else self._shown
            remedy = "See that it is there, and that this program may reach it."
            raise kind(what, where=where, remedy=remedy) from error


class ObjectWriter:
    """One session's objects."""

    def __init__(self, store: Bucket, session: str) -> None:
        self._store, self._session, self._number = store, session, 0

    def append(self, lines: bytes, *, durable: bool) -> None:
        """Write the next object."""
        del durable
        self._store.put(self._session, self._number, lines)
        self._number += 1

    def close(self) -> None:
        """Leave the bucket: its connections are the store's."""


def _name(session: str, number: int) -> str:
    return f"{session}.oao.{number:04}.jsonl" if number else f"{session}{SUFFIX}"


def _began(session: str) -> float:
    return float(timegm(strptime(session[:16], "%Y%m%dT%H%M%SZ")))


def _if_there(ask: Callable[..., Any], path: str, **options: object) -> Any:  # noqa: ANN401 - what it answers
    """Return what a file system answers, None where nothing is."""
    try:
        return ask(path, **options)
    except FileNotFoundError:
        return None


def _made(fs: Any, path: str, lines: bytes) -> bool:  # noqa: ANN401 - a file system of fsspec
    """Write an object where none is; False where there is another. One that its client sent twice is no other.

    Where the file system or its server knows no such condition, whatever is there is written over.
    """
    only_new = {"mode": "create"} if "mode" in signature(fs.pipe_file).parameters else {}
    try:
        fs.pipe_file(path, lines, **only_new)
    except OSError as error:
        if error.errno == errno.ENOSYS:  # the server has none
            fs.pipe_file(path, lines)
        elif isinstance(error, FileExistsError) or error.errno == errno.EINVAL:  # s3fs: the condition did not hold
            there = _if_there(fs.cat_file, path)
            if there is None:
                raise
            return bool(there == lines)
        else:
            raise
    return True


def _opened(url: str, shown: str, options: dict[str, Any]) -> tuple[Any, str]:
    try:
        core = import_module("fsspec.core")  # late: an extra
        fs, root = core.url_to_fs(url, **options)
    except ImportError as error:
        remedy = "pip install 'pytest-oao[s3]', or 'pytest-oao[fsspec]' and the package that the error names"
        raise BadOption(f"a package is not installed: {error}", where=shown, remedy=remedy) from error
    except ValueError as error:
        remedy = "give a URL that fsspec knows, as s3://bucket/folder"
        raise BadOption(f"this is no URL of a bucket: {error}", where=shown, remedy=remedy) from error
    return fs, str(root).rstrip("/")
