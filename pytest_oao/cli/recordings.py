"""A recording of ours, cassette or journal, told apart by how it begins."""

from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.conversions import begins_as_ours
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.loading import is_journal, load
from pytest_oao.errors import OaoError, UnreadableFile
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import importers
from pytest_oao.model.sessions import Session
from pytest_oao.providers.session_description import described_session

RECORDING = "cassette or journal"


def is_recording(name: str) -> bool:
    """Whether a file's name is one of a cassette or a journal."""
    return is_cassette(name) or name.endswith(".oao.jsonl")


def is_cassette(name: str) -> bool:
    """Whether a file's name is one of a cassette."""
    return name.endswith((".yaml", ".yml"))


def session_at(path: Path) -> Session:
    """Read a cassette, or as much of a journal as is valid; raises OaoError."""
    try:
        return described_session(read_journal(path).session) if is_journal(path) else shelf.load(path)
    except UnreadableFile as error:
        raise _of_another_tool(path) or error from None


def whole_session_at(path: Path) -> Session:
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
