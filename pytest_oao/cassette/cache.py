"""A folder for what was made of cassettes, so that an unchanged file need not be parsed again.

An entry is named by the sha256 of the cassette's bytes and authenticated, with the name of its layout, under a key that
only this user has. So it can neither be stale nor be planted: whatever does not fit is passed over, and written anew.
"""

import os
import secrets
import stat
from contextlib import suppress
from hashlib import sha256
from hmac import compare_digest, digest
from pathlib import Path

from pytest_oao.cassette.disk import read_bounded
from pytest_oao.errors import OaoError

_ENDING = ".oao"
_KEY_BYTES = 32
_MAC_BYTES = 32
_ENTRIES = 2000
_ENTRY_BYTES = 16 * 1024 * 1024
_ALL_BYTES = 256 * 1024 * 1024
_SWEEP = 64
"""Entries after so many of which their sizes are added up: for each, a suite's first run would be quadratic."""


class Cache:
    """The folder; this user's key is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known_key: bytes | None = None

    @classmethod
    def of_user(cls) -> "Cache | None":
        """Return the cache that is no project's; None where there is no home folder."""
        with suppress(RuntimeError):
            return cls(_user_folder() / "cassettes")
        return None

    def recall(self, cassette: bytes, layout: bytes) -> bytes | None:
        """Return what was kept for a cassette's bytes in that layout, None where nothing was."""
        key = self._key(create=False)
        name = sha256(cassette).hexdigest()
        try:
            entry = read_bounded(self._folder / f"{name}{_ENDING}", _ENTRY_BYTES)
        except OaoError:
            return None
        kept = entry[_MAC_BYTES:]
        if key is None or not compare_digest(entry[:_MAC_BYTES], _mac(key, layout, name, kept)):
            return None
        return kept

    def keep(self, cassette: bytes, layout: bytes, made: bytes) -> None:
        """Keep what was made of a cassette's bytes; where that fails, nothing is lost."""
        key = self._key(create=True)
        if key is None or len(made) > _ENTRY_BYTES - _MAC_BYTES:
            return
        name = sha256(cassette).hexdigest()
        with suppress(OSError):  # a full disk or a folder that is not ours: the next load parses again
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self._folder / f"{name}{_ENDING}", _mac(key, layout, name, made) + made)
            _prune(self._folder)

    def _key(self, *, create: bool) -> bytes | None:
        if self._known_key is None:
            self._known_key = _key(create=create)
        return self._known_key


def _mac(key: bytes, layout: bytes, name: str, kept: bytes) -> bytes:
    return digest(key, layout + name.encode() + kept, "sha256")


def _replace(path: Path, data: bytes) -> None:
    """Write whole or not at all; without fsync, since a torn entry is found out."""
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Drop the oldest entries beyond the bounds."""
    entries = [entry for entry in os.scandir(folder) if entry.name.endswith((_ENDING, ".tmp"))]
    if len(entries) <= _ENTRIES and len(entries) % _SWEEP:
        return
    found = [(entry.stat(), Path(entry)) for entry in entries]
    size = 0
    for count, (status, path) in enumerate(sorted(found, key=lambda item: -item[0].st_mtime), 1):
        size += status.st_size
        if count > _ENTRIES or size > _ALL_BYTES:
            path.unlink(missing_ok=True)


def _key(*, create: bool) -> bytes | None:
    """Return this user's key, None where there can be none."""
    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home folder
        path = _user_folder() / "key"
        if create and not path.exists():
            _make_key(path)
        status = path.lstat()
        foreign = os.name != "nt" and (status.st_uid != os.getuid() or status.st_mode & 0o077)
        if foreign or not stat.S_ISREG(status.st_mode):
            return None
        key = path.read_bytes()
        if len(key) == _KEY_BYTES:
            return key
    return None


def _user_folder() -> Path:
    """Return this user's folder; raises RuntimeError where there is no home folder."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))  # one that is relative is to be ignored
    return (named if named.is_absolute() else Path.home() / ".cache") / "pytest-oao"


def _make_key(path: Path) -> None:
    """Make the key, whole and once: of several processes that try, one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(fd, secrets.token_bytes(_KEY_BYTES))
    finally:
        os.close(fd)
    try:
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
