"""The sessions that a test may be pinned to: cassettes, journals, and dumps of other tools, each with its facts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from shlex import quote
from typing import Any

import pytest

from pytest_oao.cassette import loading
from pytest_oao.cassette.blobs import BLOBS
from pytest_oao.cassette.conversions import begins_as_ours
from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.cassette.journal_reading import read_header, state
from pytest_oao.cassette.paths import files_below, is_hidden
from pytest_oao.errors import MissingFile, OaoError
from pytest_oao.model.sessions import FORMAT, Session
from pytest_oao.plugin.dump_cassettes import DumpCassettes, is_dump
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.providers.session_description import described_session
from pytest_oao.runtime.recording_header import runtime_versions
from pytest_oao.runtime.session_facts import SessionFacts, facts_from, session_facts
from pytest_oao.stores.locating import is_url
from pytest_oao.stores.urls import shown_url

_OURS = (".yaml", ".yml", SUFFIX)
_SOME = 10
"""Files of each ending that are looked at for a dump, which takes 10 ms."""
_LAYOUT = f"6 {FORMAT}"
_FACTS = "oao/session-facts"
UNREADABLE = "unreadable"
"""The status of a cassette or journal of which nothing is known: it cannot be read."""


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """A session on disk, and what is known of it."""

    path: Path
    facts: SessionFacts


class SessionLibrary:
    """What is found below the project's root; what was looked at before is not read again while it is unchanged."""

    def __init__(self, run: PytestRun) -> None:
        self._run = run
        self._cache: Any = getattr(run.config, "cache", None)
        self._known: dict[str, Any] = dict(self._cache.get(_FACTS, {})) if self._cache else {}
        self._learned = False
        self._dumps = DumpCassettes(run)

    def found(self, pattern: str) -> list[LibraryEntry]:
        """Return the sessions of all files that a pattern names; raises OaoError where there are none."""
        paths = sorted(path for path in self._paths(pattern) if path.is_file())
        if not paths:
            raise self._missing(pattern)
        entries, refused = list[LibraryEntry](), list[OaoError]()
        for path in paths:
            try:
                entries += self._entries(path)
            except OaoError as error:
                refused.append(error)
        self._warn(refused, instead=bool(entries))
        self._tell_of_dumps(pattern, paths)
        if self._cache and self._learned:
            self._cache.set(_FACTS, self._known)
            self._learned = False
        return entries

    def _warn(self, refused: Sequence[OaoError], *, instead: bool) -> None:
        """Tell of files that cannot be used; raises the first where there is no other."""
        if refused and not instead:
            raise refused[0]
        for error in refused:
            self._run.config.issue_config_time_warning(pytest.PytestWarning(f"oao: not pinned: {error}"), stacklevel=2)

    def _tell_of_dumps(self, pattern: str, taken: Sequence[Path]) -> None:
        """Tell of dumps in a folder that is named: it stands for other files, and nobody would miss them."""
        folder, named = self._run.config.rootpath / pattern, pattern.rstrip("/")
        dumps = _dumps_in(folder) if folder.is_dir() else {}
        if not dumps:
            return
        ways = [_below(named, f"**/*{ending}" if ending else one) for ending, one in dumps.items()]
        alone = [_below(named, f"**/*{ending}") for ending in _OURS if any(one.name.endswith(ending) for one in taken)]
        text = (
            f"oao: not pinned: dumps in the folder {named}, such as {', '.join(dumps.values())}. It stands for the "
            f"files in it that end in {', '.join(_OURS)}. Name dumps besides: {', '.join(ways)}; or those files alone: "
            f"{', '.join(alone)}"
        )
        self._run.config.issue_config_time_warning(pytest.PytestWarning(text), stacklevel=2)

    def load(self, path: Path) -> Session:
        """Read a session that was found."""
        if path.name.endswith(SUFFIX):
            return described_session(loading.load(path))
        return self._run.store.load(path)

    def _paths(self, pattern: str) -> Iterator[Path]:
        """Yield what is named: a path that is there by its own spelling, whatever signs of patterns are in it."""
        root = self._run.config.rootpath
        path = root / pattern
        if path.is_dir():
            yield from (one for one in files_below(path, _may_be_ours) if not _passed_over(one))
        elif path.exists() or not any(sign in pattern for sign in "*?["):
            yield path
        else:
            base = next(one for one in path.parents if one.is_dir())
            named = path.relative_to(base)
            dotted = is_hidden(named)
            yield from (one for one in base.glob(str(named)) if dotted or not is_hidden(one.relative_to(base)))

    def _missing(self, pattern: str) -> MissingFile:
        """Return what is wrong where nothing is named, and what to write instead."""
        folder, root = self._run.config.rootpath / pattern, self._run.config.rootpath
        store = pattern.rpartition("#")[0]
        if is_url(pattern) or (store and (root / store).is_dir()):
            shown = shown_url(pattern)
            remedy = f"import it, and pin what it becomes: oao import {quote(shown)}"
            return MissingFile("this is an address of a store, and a pin names files", where=shown, remedy=remedy)
        if not folder.is_dir():
            remedy = f"give a path or a pattern relative to {root}, or absolute: cassettes/prod/*.yaml"
            return MissingFile("no file is named by this", where=pattern, remedy=remedy)
        journals = Counter(filter(None, map(_passed_over, files_below(folder))))
        if journals:
            count = journals.total()
            are = "1 journal in this folder is" if count == 1 else f"{count} journals in this folder are"
            why = ", ".join(f"{count} {reason}" for reason, count in sorted(journals.items()))
            remedy = f"see what is in them: oao show {pattern}; or import sessions: oao import DUMP -o {pattern}"
            return MissingFile(f"{are} passed over: {why}", where=pattern, remedy=remedy)
        suffixes = Counter(one.suffix for one in files_below(folder))
        dumps = [f"write '{pattern}/**/*{most}' for dumps of other tools" for most, _ in suffixes.most_common(1)]
        remedy = ", or ".join([*dumps, f"import sessions into it: oao import DUMP -o {pattern}"])
        return MissingFile("there is no cassette and no journal in this folder", where=pattern, remedy=remedy)

    def _entries(self, path: Path) -> list[LibraryEntry]:
        if not self._is_ours(path):
            return [LibraryEntry(one, self._facts(one)) for one in self._dumps.of(path)]
        try:
            return [LibraryEntry(path, self._facts(path))]
        except (OaoError, FileNotFoundError):  # its test is made, and says what is wrong with it
            removed = not path.exists()  # since it was listed, as stores do that are bounded
            return [] if removed else [LibraryEntry(path, SessionFacts(path.stem, status=UNREADABLE))]

    def _is_ours(self, path: Path) -> bool:
        return path.name.endswith(SUFFIX) or (path.name.endswith(_OURS) and begins_as_ours(path))

    def _facts(self, path: Path) -> SessionFacts:
        status = path.stat()
        release = runtime_versions().get("pytest-oao", "")
        stamp = f"{_LAYOUT} {release} {self._run.prices.digest} {status.st_size} {status.st_mtime_ns}"
        known = self._known.get(str(path))
        if isinstance(known, list) and known[:1] == [stamp]:
            with suppress(TypeError, ValueError, KeyError, IndexError):  # of another release: it is read anew
                return facts_from(known[1])
        facts = session_facts(self.load(path), self._run.prices)
        self._known[str(path)] = [stamp, facts.plain()]
        self._learned = True
        return facts


def _dumps_in(folder: Path) -> dict[str, str]:
    """Return by endings of names the first dump in a folder that ends so; of each ending, some files are looked at."""
    dumps, looked_at = dict[str, str](), Counter[str]()
    for one in files_below(folder, lambda name: not _may_be_ours(name)):
        ending = one.suffix
        if ending in dumps or looked_at[ending] == _SOME or one.parent.name == BLOBS:
            continue
        looked_at[ending] += 1
        if is_dump(one):
            dumps[ending] = one.relative_to(folder).as_posix()
    return dumps


def _below(folder: str, name: str) -> str:
    """Return how a pin names what is below a folder."""
    return repr(f"{escape(folder)}/{name}")


def _may_be_ours(name: str) -> bool:
    return name.endswith(_OURS)


def _passed_over(path: Path) -> str:
    """Return why a file is no session of its folder, empty where it is one.

    A journal is one if it holds a run of production to its end, and no cassette was made of it beside it.
    """
    if not path.name.endswith(SUFFIX):
        return ""
    stem = path.name.removesuffix(SUFFIX)
    beside = (path.with_name(stem + suffix) for suffix in _OURS if suffix != SUFFIX)
    if any(one.is_file() and begins_as_ours(one) for one in beside):
        return "beside its cassette"
    try:
        if state(path) != "sealed":
            return "without an end"
        return "of a test whose recording failed" if read_header(path).test else ""
    except OaoError:  # its test is made, and says what is wrong with it
        return ""
