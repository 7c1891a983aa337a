"""Recordings of ours: cassettes and journals, told apart by how they begin, and sessions of a store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.conversions import begins_as_ours
from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.cassette.journal_reading import parse_journal, read_journal
from pytest_oao.cassette.loading import is_journal, load, parse
from pytest_oao.cassette.schema import check_journal_schema, check_schema
from pytest_oao.cli.files import files_of, shown_name
from pytest_oao.cli.stored_sessions import InStore, is_stored, stored
from pytest_oao.errors import BadOption, OaoError, UnreadableFile
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import importers
from pytest_oao.model.sessions import Session
from pytest_oao.providers.session_description import described_session
from pytest_oao.pullers.table import puller_of
from pytest_oao.stores.locating import located_session

RECORDING = "cassette or journal"
NAMED = "files and folders; the URL of a store of `record`; URL#ID or DIR#ID of one session in it"


def is_recording(name: str) -> bool:
    """Whether a file's name is one of a cassette or a journal."""
    return is_cassette(name) or name.endswith(SUFFIX)


def is_cassette(name: str) -> bool:
    """Whether a file's name is one of a cassette."""
    return name.endswith((".yaml", ".yml"))


@dataclass(frozen=True, slots=True)
class Recording:
    """A cassette or a journal that a command line means; it is not read yet."""

    at: Path | InStore

    @property
    def said(self) -> str:
        """What it is called in what is said."""
        return str(self.at) if isinstance(self.at, Path) else self.at.found.said

    def session(self) -> Session:
        """Read it, of a journal as much as is valid; raises OaoError."""
        if isinstance(self.at, Path):
            return _session_at(self.at)
        return described_session(parse_journal(self.at.data(), self.said).session)

    def checked_session(self) -> Session:
        """Read what holds its run to the end, and is what its schema says; raises OaoError."""
        if isinstance(self.at, Path):
            session = _whole_session_at(self.at)
            check_schema(self.at)
            return session
        data = self.at.data()
        session = described_session(parse(data, self.said))
        check_journal_schema(data.splitlines(), self.said)
        return session


def recordings_of(named: Sequence[str]) -> Iterator[Recording]:
    """Yield the sessions of stores, then the recordings among the files and in the folders that are named.

    Raises OaoError, also where there is none.
    """
    files = [name for name in named if not is_stored(name)]
    for name in named:
        if is_stored(name):
            yield from (Recording(one) for one in stored(name))
        elif puller_of(name) is not None and not Path(name).exists():
            shown = shown_name(name)
            raise BadOption("this is fetched by an import", where=shown, remedy=f"Import it first: oao import {shown}")
    yield from (Recording(found.path) for found in (files_of(files, is_recording, RECORDING) if files else ()))


def recording_at(name: str) -> Recording:
    """Return the one that a file's name or an address means; raises BadOption of a store."""
    if is_stored(name):
        located_session(name)
    return Recording(Path(name)) if Path(name).is_dir() else next(recordings_of([name]))


def _session_at(path: Path) -> Session:
    """Read a cassette, or as much of a journal as is valid; raises OaoError."""
    try:
        return described_session(read_journal(path).session) if is_journal(path) else shelf.load(path)
    except UnreadableFile as error:
        raise _of_another_tool(path) or error from None


def _whole_session_at(path: Path) -> Session:
    """Read a cassette or a journal that holds its run to the end; raises OaoError."""
    try:
        return described_session(load(path))
    except UnreadableFile as error:
        raise _of_another_tool(path) or error from None


def _of_another_tool(path: Path) -> UnreadableFile | None:
    """Return the error that names the format of a dump; None of a file of ours, and of one that nobody knows."""
    try:
        name = "" if is_journal(path) or begins_as_ours(path) else detect(FileDump(str(path), path), importers()).name
    except OaoError:
        return None
    what = f"this is a dump of another tool, of format {name}"
    return UnreadableFile(what, where=str(path), remedy=f"Import it first: oao import {path}") if name else None
