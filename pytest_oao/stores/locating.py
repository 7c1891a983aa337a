"""Which store is meant: a folder, a URL, or an object; and which session in it, by `URL#ID`."""

from pathlib import Path
from urllib.request import url2pathname

from pytest_oao.errors import BadOption
from pytest_oao.ports import JournalStore, Keep
from pytest_oao.stores.buckets import Bucket
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.redis_streams import RedisStreams
from pytest_oao.stores.urls import require_url, shown_url

_REDIS = frozenset({"redis", "rediss", "unix"})
_METHODS = ("address", "begin", "stored", "read", "remove")
_ATTRIBUTES: dict[str, type | tuple[type, ...]] = {"is_near": bool, "patience": (int, float), "keep": Keep}


def is_url(given: object) -> bool:
    """Whether something is the URL of a store, and no path."""
    return isinstance(given, str) and "://" in given


def store_of(given: str | Path | JournalStore) -> JournalStore:
    """Return a store; raises BadOption for a URL of none, or where its client is not installed."""
    if not isinstance(given, str | Path):
        return _require_store(given)
    if not is_url(given):
        return Directory(given)
    url, scheme = str(given), str(given).partition(":")[0].lower()
    if scheme == "file":
        return Directory(url2pathname(require_url(url, "a folder", "file:///folder").path))
    return RedisStreams(url) if scheme in _REDIS else Bucket(url)


def located(address: str) -> tuple[JournalStore, str]:
    """Return the store and the session that `URL#ID` or `DIR#ID` means; the session is empty where it means all."""
    url, _, session = address.partition("#") if is_url(address) else address.rpartition("#")
    return store_of(url), session


def located_session(address: str) -> tuple[JournalStore, str]:
    """Return the store and the session that an address means; raises BadOption where it means all of a store."""
    store, session = located(address)
    if not session:
        shown = shown_url(address).rstrip("#")
        remedy = f"name one: {shown}#ID; `oao import` takes them all"
        raise BadOption("this is a store of many sessions", where=shown, remedy=remedy)
    return store, session


def _require_store(given: JournalStore) -> JournalStore:
    """Return a store; raises BadOption where one lacks what a session asks of it, when the program goes on already."""
    lacked = [name for name in _METHODS if not callable(getattr(given, name, None))]
    lacked += [name for name, kind in _ATTRIBUTES.items() if not isinstance(getattr(given, name, None), kind)]
    if not lacked:
        return given
    remedy = "give a folder, a URL, a Directory, Bucket or RedisStreams of pytest_oao, or an object with all that "
    remedy += "JournalStore in pytest_oao/ports.py has"
    what = f"{given!r} is no store: it lacks {', '.join(lacked)}"
    raise BadOption(what, where="pytest_oao.record", remedy=remedy)
