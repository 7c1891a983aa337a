"""Journals in Redis: a stream each, and a sorted set that tells which there are."""

from collections.abc import Callable, Iterator
from importlib import import_module
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlunsplit

from pytest_oao.errors import BadOption, StoreFailed, UnreadableFile
from pytest_oao.ports import Keep, Stored
from pytest_oao.stores.keeping import FORGOTTEN, id_taken, is_sealed, no_such_session, require_keep
from pytest_oao.stores.urls import require_url, shown_url

PREFIX = "oao:"
_EXAMPLE = "redis://host:port/db?prefix=..."
_SECONDS = 5.0
"""How long Redis may take to answer, unless the URL tells."""
_TOLD = 200
"""Characters of an error: some repeat what was sent."""
_LINES = b"lines"
_IS_THERE = "equal or smaller"
"""What Redis says of an entry that it has: its client sends again what it got no answer to."""


class RedisStreams:
    """Journals in a Redis at `redis://host:port/db?prefix=…`; `prefix` is what the names of its keys begin with.

    `{prefix}session:{id}` is a stream whose entries hold lines, `{prefix}sessions` has the ids by when they were last
    written, `{prefix}sizes` their bytes. `keep_days` and `keep_bytes` bound them.
    """

    is_near = False
    patience = 0.0

    def __init__(self, url: str, *, keep_days: float | None = None, keep_bytes: int | None = None) -> None:
        parts = require_url(url, "a Redis", _EXAMPLE)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.prefix = query.pop("prefix", PREFIX)
        self._shown = shown_url(url).partition("#")[0]
        self._redis = _client(urlunsplit(parts._replace(query=urlencode(query), fragment="")), self._shown)
        self.keep: Keep = require_keep(keep_days, keep_bytes)

    def __repr__(self) -> str:
        return f"RedisStreams({self._shown!r})"

    def address(self, session: str) -> str:
        """Return the URL of a session; it tells no password."""
        return f"{self._shown}#{session}"

    def begin(self, session: str) -> "StreamWriter":
        """Begin a stream, with the first lines that come."""
        return StreamWriter(self, session)

    def append(self, session: str, number: int, lines: bytes) -> None:
        """Add the `number`-th entry to a session's stream; raises StoreFailed."""
        pipeline = self._redis.pipeline()
        pipeline.xadd(self._stream(session), {_LINES: lines}, id=f"{number}-0")
        pipeline.zadd(self._index, {session: time()})
        pipeline.hincrby(self._sizes, session, len(lines))
        for answer in self._asked(session, StoreFailed, lambda: pipeline.execute(raise_on_error=False)):
            if not isinstance(answer, Exception):
                continue
            if _IS_THERE not in str(answer):
                raise self._failed(session, StoreFailed, answer)
            if self._entry(session, number) != lines:
                raise id_taken(self, session)

    def _entry(self, session: str, number: int) -> bytes:
        entry = f"{number}-0"
        found = self._asked(session, StoreFailed, lambda: self._redis.xrange(self._stream(session), entry, entry))
        return b"".join(fields.get(_LINES, b"") for _, fields in found)

    def stored(self) -> Iterator[Stored]:
        """Yield the sessions that are there."""
        names = self._asked("", UnreadableFile, lambda: self._redis.zrange(self._index, 0, -1, withscores=True))
        sizes = self._asked("", UnreadableFile, lambda: self._redis.hgetall(self._sizes))
        for name, changed in names:
            yield Stored(name.decode(), int(sizes.get(name, 0)), changed)

    def read(self, session: str) -> bytes:
        """Return a journal as it stands."""
        entries = self._asked(session, UnreadableFile, lambda: self._redis.xrange(self._stream(session)))
        if not entries:
            raise no_such_session(self, session, self._shown)
        return b"".join(fields.get(_LINES, b"") for _, fields in entries)

    def remove(self, session: str) -> bool:
        """Remove a session that is sealed, or that nobody has written to for long."""
        stream = self._stream(session)
        last = self._asked(session, UnreadableFile, lambda: self._redis.xrevrange(stream, count=1))
        changed = self._asked(session, UnreadableFile, lambda: self._redis.zscore(self._index, session))
        if last and not is_sealed(last[0][1].get(_LINES, b"")) and (changed or 0) > time() - FORGOTTEN:
            return False
        pipeline = self._redis.pipeline()
        pipeline.delete(stream).zrem(self._index, session).hdel(self._sizes, session)
        self._asked(session, StoreFailed, pipeline.execute)
        return True

    @property
    def _index(self) -> str:
        return f"{self.prefix}sessions"

    @property
    def _sizes(self) -> str:
        return f"{self.prefix}sizes"

    def _stream(self, session: str) -> str:
        return f"{self.prefix}session:{session}"

    def _asked(self, session: str, kind: type[StoreFailed | UnreadableFile], ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - what Redis answers
        """Return what Redis answers; raises an error of the kind where it does not."""
        try:
            return ask()
        except (_redis().RedisError, OSError) as error:
            raise self._failed(session, kind, error) from error

    def _failed(
        self, session: str, kind: type[StoreFailed | UnreadableFile], error: Exception
    ) -> StoreFailed | UnreadableFile:
        what = f"Redis failed: {type(error).__name__}: {str(error)[:_TOLD]}"
        where = self.address(session) if session else self._shown
        remedy = "See that it runs, is not full, and that this program may reach it."
        if isinstance(error, _redis().AuthenticationError):
            remedy = "An address tells no password: give it with the password put back, redis://:PASSWORD@host:port/db."
        return kind(what, where=where, remedy=remedy)


class StreamWriter:
    """One session's stream."""

    def __init__(self, store: RedisStreams, session: str) -> None:
        self._store, self._session, self._number = store, session, 0

    def append(self, lines: bytes, *, durable: bool) -> None:
        """Add an entry; how safe it is is for Redis to say."""
        del durable
        self._number += 1
        self._store.append(self._session, self._number, lines)

    def close(self) -> None:
        """Leave the stream: its connection is the store's."""


def _redis() -> Any:  # noqa: ANN401 - the module, where it is installed
    try:
        return import_module("redis")  # late: an extra
    except ImportError as error:
        remedy = "pip install 'pytest-oao[redis]'"
        raise BadOption("the package redis is not installed", where="redis://", remedy=remedy) from error


def _client(url: str, shown: str) -> Any:  # noqa: ANN401 - redis.Redis
    try:
        client = _redis().from_url(
            url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS, decode_responses=False
        )
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
    except (ValueError, TypeError) as error:
        remedy = f"give {_EXAMPLE}"
        raise BadOption(f"this is no URL of a Redis: {error}", where=shown, remedy=remedy) from error
    return client
