"""Cassettes as files and as bytes: load, save, and accept a hand edit."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pytest_oao.cassette import disk, document, seal, snapshots, yamlwriter
from pytest_oao.cassette.anchors import anchors
from pytest_oao.cassette.blobs import read_blob, write_blob
from pytest_oao.cassette.cache import Cache
from pytest_oao.cassette.edits import accepted
from pytest_oao.cassette.limits import FILE_BYTES
from pytest_oao.cassette.payloads import Blobs, Room
from pytest_oao.cassette.soundness import flaw
from pytest_oao.cassette.yamlreader import Tree, parse
from pytest_oao.errors import StoreFailed
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.sessions import Session


@dataclass(frozen=True, slots=True)
class Sealed:
    """The bytes of a cassette, and of the blobs beside it by their sha256."""

    data: bytes
    blobs: dict[str, bytes]


def load(path: Path, cache: Cache | None = None) -> Session:
    """Read a cassette, or the snapshot that is kept of one with the same bytes; raises OaoError."""
    data, blobs = _read(path), partial(read_blob, path)
    kept = cache.recall(data, snapshots.LAYOUT) if cache else None
    if kept is not None:
        return snapshots.opened(kept, str(path), blobs)
    tree = _parsed(data, str(path))
    session = document.session(tree.root, str(path), blobs)
    if cache and (made := snapshots.snapshot(tree, session)):
        cache.keep(data, snapshots.LAYOUT, made)
    return session


def save(session: Session, path: Path, *, lasting: bool = True) -> None:
    """Seal a session at `path`, its blobs beside it, whole or not at all; raises StoreFailed.

    What need not be `lasting` can be made again: a power cut may undo it, which its digest then tells.
    """
    disk.write_atomically(path, _beside_blobs(session, path, lasting=lasting), lasting=lasting)


def add(session: Session, path: Path) -> bool:
    """Seal a session at `path`, not lasting, where nothing is; False where something is. Raises StoreFailed."""
    return not path.exists() and disk.write_new(path, _beside_blobs(session, path, lasting=False))


def _beside_blobs(session: Session, path: Path, *, lasting: bool) -> bytes:
    """Return the bytes of a session's cassette, once its blobs are in place."""
    made = dumps(session)
    for data in made.blobs.values():
        write_blob(path, data, lasting=lasting)
    return made.data


def reseal(path: Path) -> Session:
    """Accept a hand edit of the cassette at `path`, and return what it now is; raises OaoError where it is none."""
    blobs, data = partial(read_blob, path), disk.read_bounded(path, FILE_BYTES)
    text = accepted(data, str(path), blobs)
    if isinstance(text, Session):
        save(text, path)
    elif text != data:
        loads(text, str(path), blobs)  # raises where the edit made no cassette
        disk.write_atomically(path, text)
    return load(path)


def dumps(session: Session) -> Sealed:
    """Return the bytes of a session's cassette: of the same session always the same; raises StoreFailed."""
    found = flaw(session)
    if found:
        raise StoreFailed(found, remedy="Report the adapter or importer that made it.")
    room = Room()
    tree = document.tree(session, room)
    exchanges = tree["exchanges"]
    assert isinstance(exchanges, list)
    data = seal.sealed(yamlwriter.write(tree, anchors(exchanges)).encode())
    if len(data) > FILE_BYTES:
        raise StoreFailed(f"the cassette has more than {FILE_BYTES} bytes", remedy="Record it as several sessions.")
    return Sealed(data, room.blobs)


def loads(data: bytes, name: str, blobs: Blobs) -> Session:
    """Return the session of a cassette's bytes; `name` names it in errors. Raises OaoError."""
    return document.session(_parsed(data, name).root, name, blobs)


def tree_at(path: Path) -> JSON:
    """Return the plain data that a cassette holds, as it stands in the file; raises OaoError."""
    return _parsed(_read(path), str(path)).root


def _parsed(data: bytes, name: str) -> Tree:
    return parse(seal.opened(data, name), name)


def _read(path: Path) -> bytes:
    """Return a file's bytes; one that does not begin as ours do is not read on."""
    return disk.read_bounded(path, FILE_BYTES, lambda data: seal.check_head(data, str(path)))
