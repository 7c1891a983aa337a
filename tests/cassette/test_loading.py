import os
import socket
import threading
from dataclasses import replace

import cassette_samples as samples
import pytest
from journal_samples import write_down

from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.loading import load
from pytest_oao.errors import DamagedFile, IncompleteFile, MissingFile, UnreadableFile
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.journals import Journals
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.sessions import Ending


def fifo(path):
    os.mkfifo(path)


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


def loop(path):
    path.symlink_to(path)


NO_FILES = {"folder": os.mkdir, "fifo": fifo, "socket": a_socket, "loop": loop, "empty": lambda path: path.touch()}


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_refused_at_once(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "it"
    NO_FILES[kind](path.relative_to(tmp_path) if kind == "socket" else path)
    refused(path)


@pytest.mark.parametrize("name", ["a\0b", "", ".", "\ud800", "a" * 5000, "/dev/zero", "/dev/null", "/dev/full"])
def test_a_name_that_no_recording_has_is_refused_at_once(name):
    refused(name)


def refused(name):
    """Have a name refused with one error, in a thread: a pipe or a device could be waited for, for ever."""
    found = []

    def work():
        with pytest.raises(UnreadableFile) as raised:
            load(name)
        found.append(raised.value)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout=10)
    (error,) = found
    assert error.what
    assert error.where == (str(name) or ".")
    assert error.remedy


def test_what_is_not_there_is_missing(tmp_path):
    with pytest.raises(MissingFile, match="there is no such file"):
        load(tmp_path / "it.yaml")


def test_a_cassette_and_a_journal_are_told_apart_by_how_they_begin(tmp_path):
    session = samples.agent()
    shelf.save(session, tmp_path / "it.txt")
    assert load(str(tmp_path / "it.txt")) == session
    journal = Journal.create(tmp_path / "it.yaml", session.header)
    for exchange in session.exchanges:
        write_down(journal, exchange)
    with pytest.raises(IncompleteFile, match="its recording has not ended"):
        load(tmp_path / "it.yaml")
    journal.close(Ending("passed"))
    assert load(tmp_path / "it.yaml") == session


def test_a_session_that_does_not_hold_its_run_to_the_end_is_refused_by_all_who_need_it(tmp_path):
    session, slow = samples.agent(1), Call("http", "GET https://h.test/slow")
    unended, in_doubt = replace(session, ending=None), replace(session, in_doubt=(slow,))
    for cut, why in (
        (unended, "has not ended, or was killed"),
        (in_doubt, r"still under way \(GET https://h.test/slow\)"),
    ):
        cassette, journal = tmp_path / "it.yaml", tmp_path / "it.oao.jsonl"
        shelf.save(cut, cassette)
        _write(cut, journal)
        for reads in (
            lambda path=cassette: load(path),
            lambda path=journal: load(path),
            lambda path=journal: list(Journals().read(FileDump(str(path), path))),
        ):
            with pytest.raises(IncompleteFile, match=f"the session is incomplete: .*{why}"):
                reads()
        journal.unlink()


def _write(session, path):
    journal = Journal.create(path, session.header)
    for exchange in session.exchanges:
        write_down(journal, exchange)
    for seq, call in enumerate(session.in_doubt, len(session.exchanges) + 1):
        journal.started(seq, call)
    if session.ending is None:
        journal.abandon()
    else:
        journal.close(session.ending)


def test_a_journal_with_a_value_that_cannot_be_is_shown_and_not_replayed(tmp_path):
    path = tmp_path / "it.oao.jsonl"
    session = samples.agent(1)
    journal = Journal.create(path, session.header)
    write_down(journal, replace(session.exchanges[0], outcome=Returned(Body(b"{}"), Head(99999))))
    journal.close(Ending("passed"))
    with pytest.raises(DamagedFile, match=r"it\.oao\.jsonl: `exchanges\[0\]\.outcome\.status` is 99999"):
        load(path)
    with pytest.raises(DamagedFile, match=r"`exchanges\[0\]\.outcome\.status` is 99999"):
        list(Journals().read(FileDump("it.oao.jsonl", path)))
    assert read_journal(path).session.exchanges[0].outcome.head.status == 99999
