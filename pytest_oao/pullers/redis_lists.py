"""Records that a list or a sorted set in Redis holds, an item each → JSON lines."""

from collections.abc import Iterator
from typing import Protocol, cast
from urllib.parse import unquote, urlunsplit

from pytest_oao.cassette import limits
from pytest_oao.errors import BadOption, HostileFile, MissingFile, UnreadableFile
from pytest_oao.stores.urls import require_url, shown_url

SCHEMES = ("redis://", "rediss://")
_BATCH = 500
_EXAMPLE = "redis://HOST:PORT/DB#KEY"
_REACH = "Look whether the server runs, and whether the address and the password are right."


class _Client(Protocol):
    """What is needed of a client of `redis`."""

    def type(self, name: str) -> bytes: ...

    def lrange(self, name: str, start: int, end: int) -> list[bytes]: ...

    def zrange(self, name: str, start: int, end: int) -> list[bytes]: ...

    def close(self) -> None: ...


def records_at(address: str) -> bytes:
    """Return the items of the key in `redis://HOST:PORT/DB#KEY`, a line each.

    Raises BadOption for an address without a key, MissingFile where there is no such key, UnreadableFile where it is
    of another kind or the server cannot be asked, HostileFile where it holds too much.
    """
    server, key, shown = _parts(address)
    client = _client(server, shown)
    try:
        return b"".join(_lines(client, key, shown))
    finally:
        client.close()


def _parts(address: str) -> tuple[str, str, str]:
    """Return the server's address, the key, and both as they may be shown: without the password."""
    parts, shown = require_url(address, "a Redis", _EXAMPLE), shown_url(address)
    if not parts.fragment:
        raise BadOption("the address names no key", where=shown, remedy=f"Put it at the end: {_EXAMPLE}")
    return urlunsplit(parts._replace(fragment="")), unquote(parts.fragment), shown


def _client(server: str, shown: str) -> _Client:
    try:
        import redis  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - late: an extra
    except ImportError as error:
        remedy = "Install the extra: pip install 'pytest-oao[redis]'"
        raise BadOption("redis:// needs the redis package", where="oao import", remedy=remedy) from error
    try:
        client = redis.Redis.from_url(server)
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
    except (redis.RedisError, ValueError, TypeError) as error:
        raise BadOption(f"no address: {error}", where=shown, remedy=f"Write {_EXAMPLE}") from error
    return cast("_Client", client)


def _lines(client: _Client, key: str, shown: str) -> Iterator[bytes]:
    size = 0
    for item in _items(client, key, shown):
        size += len(item) + 1
        if size > limits.FILE_BYTES:
            what = f"the key holds more than {limits.FILE_BYTES:,} bytes"
            raise HostileFile(what, where=shown, remedy="Write it to files in parts, and import those.")
        yield (
            item.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"
        )  # between the values of JSON, where they say nothing


def _items(client: _Client, key: str, shown: str) -> Iterator[bytes]:
    """Yield the items in their order, some at a time."""
    import redis  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - late: an extra

    try:
        kind = client.type(key).decode()
        read = {"list": client.lrange, "zset": client.zrange}.get(kind)
        if read is None:
            raise _unusable(kind, shown)
        start = 0
        while found := read(key, start, start + _BATCH - 1):
            yield from found
            start += len(found)
    except redis.RedisError as error:
        raise UnreadableFile(f"Redis: {error}", where=shown, remedy=_REACH) from error


def _unusable(kind: str, shown: str) -> MissingFile | UnreadableFile:
    if kind == "none":
        remedy = (
            f"Look at what there is: redis-cli --scan; of sessions of `record`: oao import {shown.partition('#')[0]}"
        )
        return MissingFile("there is no such key", where=shown, remedy=remedy)
    return UnreadableFile(f"the key is a {kind}", where=shown, remedy="Name the key of a list or of a sorted set.")
