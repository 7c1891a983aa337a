"""How much a store keeps: the oldest journals that nobody writes any more go."""

import logging
from time import monotonic, time

from pytest_oao.errors import BadOption, MissingFile, OaoError, StoreFailed
from pytest_oao.ports import JournalStore, Keep

_LOG = logging.getLogger("pytest_oao")
_DAY = 86_400.0
FORGOTTEN = _DAY
"""Seconds after which a journal without an end is nobody's any more, where a store has no locks to tell."""
_RARELY = 60.0
"""Seconds between two looks at a store: it may hold many journals."""
_PART = 16
"""A store is looked at sooner when as much was written as this part of what it may hold."""
_NAMED = 3
"""So many sessions are named where one is asked for that is not there."""


def require_keep(days: float | None, size: int | None) -> Keep:
    """Return how much is kept; raises BadOption where it is not above zero."""
    for name, value in (("keep_days", days), ("keep_bytes", size)):
        if value is not None and not value > 0:
            remedy = f"give {name} a number above 0, or leave it out to keep all"
            raise BadOption(f"{name}={value!r} keeps nothing", where="pytest_oao", remedy=remedy)
    return Keep(days, size)


def no_such_session(store: JournalStore, session: str, shown: str) -> MissingFile:
    """Return the error of a session that a store, of which `shown` is told, does not have; it says which there are."""
    there = sorted((one.session for one in store.stored()), reverse=True)
    if not there:
        remedy = f"`record` has kept none in {shown}; `oao import {shown}` takes whatever else is there."
    elif len(there) <= _NAMED:
        remedy = f"{shown} has {', '.join(there)}."
    else:
        latest = ", ".join(there[:_NAMED])
        remedy = f"{shown} has {len(there)}, the latest of them {latest}; `oao import {shown}` takes them all."
    return MissingFile("there is no such session", where=store.address(session), remedy=remedy)


def id_taken(store: JournalStore, session: str) -> StoreFailed:
    """Return the error of a session whose id a store has already, of another one: ids are partly random."""
    what, remedy = "a session of this id is there already", "Record again: the next session has an id of its own."
    return StoreFailed(what, where=store.address(session), remedy=remedy)


def is_sealed(end: bytes) -> bool:
    """Whether lines end with the one that seals a journal."""
    return b'","event":"ended",' in end[end.rfind(b"\n", 0, -1) + 1 :][:100]


class Keeper:
    """Sees to it that a store holds no more than it is to keep."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._next, self._written = 0.0, 0

    def wrote(self, size: int) -> None:
        """Say that a journal was finished; look at the store where it is time. What fails there is told in the log."""
        keep = self._store.keep
        if keep == Keep():
            return
        self._written += size
        much = keep.bytes is not None and self._written * _PART > keep.bytes
        if not much and monotonic() < self._next:
            return
        self._next, self._written = monotonic() + _RARELY, 0
        try:
            trim(self._store)
        except OaoError as error:
            _LOG.warning("old sessions are not removed: %s: %s", error.where, error.what)


def trim(store: JournalStore, now: float | None = None) -> None:
    """Remove what is too old, then the oldest until the rest is small enough; raises OaoError."""
    now, keep = time() if now is None else now, store.keep
    stored = sorted(store.stored(), key=lambda one: one.changed)
    size = sum(one.size for one in stored)
    for one in stored:
        is_old = keep.days is not None and one.changed < now - keep.days * _DAY
        is_much = keep.bytes is not None and size > keep.bytes
        if (is_old or is_much) and store.remove(one.session):
            size -= one.size
