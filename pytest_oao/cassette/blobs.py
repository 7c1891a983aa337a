"""Large and binary bodies, kept beside a cassette in `blobs/`, each named by the sha256 of its bytes."""

import re
from hashlib import sha256
from pathlib import Path

from pytest_oao.cassette.disk import READ_LIMIT, read_bounded, write_atomically
from pytest_oao.cassette.paths import inside
from pytest_oao.errors import BadPath, DamagedFile, MissingFile

BLOBS = "blobs"
"""The folder beside a cassette."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def blob_path(cassette: Path, digest: str) -> Path:
    """Return where the blob of that sha256 (hex) stands for a cassette; raises BadPath for any other name."""
    if not _DIGEST.fullmatch(digest):
        raise BadPath(f"{digest[:80]!r} is no sha256", where=str(cassette), remedy="A blob is named by 64 hex digits.")
    return inside(cassette.parent, f"{BLOBS}/{digest}")


def write_blob(cassette: Path, data: bytes, *, lasting: bool = True) -> str:
    """Keep bytes beside a cassette, once, and return their sha256; raises StoreFailed and BadPath."""
    digest = sha256(data).hexdigest()
    path = blob_path(cassette, digest)
    if not _holds(path, data):
        write_atomically(path, data, lasting=lasting)
    return digest


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:  # not there, or not to be read: to write it anew says which, or mends it
        return False


def read_blob(cassette: Path, digest: str, limit: int = READ_LIMIT) -> bytes:
    """Return the bytes of that sha256; raises MissingFile, DamagedFile, BadPath, and what `read_bounded` does."""
    path = blob_path(cassette, digest)
    try:
        data = read_bounded(path, limit)
    except MissingFile as error:
        remedy = f"Take it from where {cassette.name} was copied or committed, or record again."
        raise MissingFile("a body of the cassette is not there", where=str(path), remedy=remedy) from error
    if sha256(data).hexdigest() != digest:
        remedy = "The file was edited or damaged: take it from where it was copied, or record again."
        raise DamagedFile("the bytes are not those that the name says", where=str(path), remedy=remedy)
    return data
