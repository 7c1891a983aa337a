"""Dumps that tests are pinned to directly: imported once for what they hold, into a folder of pytest's cache."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import pytest

from pytest_oao.cassette.disk import opened, write_atomically
from pytest_oao.cassette.locks import lock
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.errors import NoCall, OaoError, PartOfAnother, UnknownFormat, UnreadableFile
from pytest_oao.importers.contents import contents
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import importers
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.runtime.recording_header import runtime_versions

_LAYOUT = "2"
_WAIT = 0.02


class DumpCassettes:
    """The cassettes of dumps, each in a folder that its content, what is redacted and the release name."""

    def __init__(self, run: PytestRun) -> None:
        self._run = run
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    def of(self, dump: Path) -> list[Path]:
        """Return the cassettes of a dump's sessions, in its order; warns of those that are refused, raises OaoError."""
        folder = self._folder(self._name(dump))
        index = folder / "index.json"
        with _alone(folder):
            told = _kept(index, dump)
            if told is None:
                told = self._imported(dump, folder)
                self._require_unchanged(dump, folder)
                write_atomically(index, json.dumps(told).encode(), lasting=False)
        if told["refused"]:
            first, others = told["refused"][0], len(told["refused"]) - 1
            more = f" (and {others} more sessions)" if others else ""
            warning = pytest.PytestWarning(f"oao: not pinned: {first}{more}")
            self._run.config.issue_config_time_warning(warning, stacklevel=2)
        return [folder / name for name in told["cassettes"]]

    def _imported(self, dump: Path, folder: Path) -> dict[str, Any]:
        opened = FileDump(self._shown(dump), dump)
        cassettes, refused, passed_over = list[str](), list[str](), False
        for session in contents(opened, detect(opened, importers())):
            if isinstance(session, PartOfAnother) or (cassettes and isinstance(session, NoCall)):
                passed_over = True
                continue
            if isinstance(session, OaoError):
                refused.append(self._run.printed(f"{session.where}: {session.what}. {session.remedy}"))
                continue
            clean = redacted_session(session, self._run.redactor)
            cassettes.append(f"{len(cassettes):05d}-{clean.header.id}.yaml")
            self._run.store.save(clean, folder / cassettes[-1])
        if not cassettes and not passed_over:
            what = f"no session of it can be used: {refused[0]}"
            raise UnknownFormat(what, where=opened.source, remedy="See oao import.")
        looked_for = sorted((os.path.relpath(where, dump.parent), pattern) for where, pattern in opened.looked_for)
        beside = _digest_of_files(_found(looked_for, dump))
        return {"cassettes": cassettes, "refused": refused, "looked_for": looked_for, "beside": beside}

    def _shown(self, dump: Path) -> str:
        root = self._run.config.rootpath
        return str(dump.relative_to(root)) if dump.is_relative_to(root) else str(dump)

    def _name(self, dump: Path) -> str:
        """Return a name that changes with the dump's place and content, what is redacted, and with each release."""
        rules = [*self._run.redactor.rules, runtime_versions().get("pytest-oao", ""), _LAYOUT]
        return sha256(json.dumps([*rules, self._shown(dump), _digest_of_files([dump])]).encode()).hexdigest()[:20]

    def _require_unchanged(self, dump: Path, folder: Path) -> None:
        """Refuse what was imported while somebody wrote the dump: it is not what its folder is named for."""
        if self._name(dump) != folder.name:
            what = "the file changed while it was imported"
            remedy = "Run pytest again once it is written; of a file that grows, pin a copy."
            raise UnreadableFile(what, where=self._shown(dump), remedy=remedy)

    def _folder(self, name: str) -> Path:
        """Return a dump's folder in pytest's cache; where that cannot be written, in one that goes with the run."""
        cache: Any = getattr(self._run.config, "cache", None)
        if cache is not None:
            with suppress(OSError):  # pytest itself says so of its cache
                return _writable(Path(cache.mkdir("oao-dumps")) / name)
        if self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="oao-dumps-")
        return _writable(Path(self._temporary.name) / name)


def is_dump(path: Path) -> bool:
    """Whether a file is a dump of a tool that is known: the others may be anything."""
    try:
        detect(FileDump(str(path), path), importers())
    except OaoError:
        return False
    return True


def _writable(folder: Path) -> Path:
    """Make a folder, if there is none; raises OSError where nothing can be put into it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        return folder


def _kept(index: Path, dump: Path) -> dict[str, Any] | None:
    """Return what a dump came to before; None where nothing did, its files are others now, or a cassette is gone."""
    try:
        told: dict[str, Any] = json.loads(index.read_bytes())
    except (OSError, ValueError):  # there is none, or it was cut off by a full disk
        return None
    same = told["beside"] == _digest_of_files(_found(told["looked_for"], dump))
    return told if same and all((index.parent / name).is_file() for name in told["cassettes"]) else None


def _found(looked_for: Iterable[Sequence[str]], dump: Path) -> list[Path]:
    """Return the files that a dump's reading took in, by the folders and patterns that it looked for."""
    return sorted({path for where, pattern in looked_for for path in (dump.parent / where).glob(pattern)})


def _digest_of_files(files: Iterable[Path]) -> str:
    digest = sha256()
    for path in files:
        if path.is_file():
            with opened(path, sys.maxsize) as fd, os.fdopen(fd, "rb", closefd=False) as stream:
                digest.update(file_digest(stream, "sha256").digest())
    return digest.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time into a folder: each worker of xdist collects."""
    with (folder / "lock").open("wb") as file:
        while not lock(file.fileno()):
            time.sleep(_WAIT)
        yield
