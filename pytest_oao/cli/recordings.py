"""A recording of ours, cassette or journal, told apart by how it begins."""

from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.loading import is_journal, load
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
    return described_session(read_journal(path).session) if is_journal(path) else shelf.load(path)


def whole_session_at(path: Path) -> Session:
    """Read a cassette or a journal that holds its run to the end; raises OaoError."""
    return described_session(load(path))
