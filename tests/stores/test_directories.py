"""A folder of journals: locked while they are written, and bounded by age and size."""

import os
import resource
import signal
import time

import pytest

from pytest_oao.cassette.journal_reading import state
from pytest_oao.errors import BadOption, BusyFile, MissingFile, OaoError, StoreFailed, UnreadableFile
from pytest_oao.ports import Stored
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.keeping import Keeper, trim

DAY = 86_400


def name(number):
    return f"202601{number:02}T000000Z-{number:08x}"


def kept(folder, number, *, size=100, days=0.0):
    """Leave a journal behind that was written some days ago."""
    path = folder / f"{name(number)}.oao.jsonl"
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - days * DAY,) * 2)
    return path


def names(store):
    return sorted(one.session for one in store.stored())


class TestWriting:
    def test_a_journal_is_locked_until_it_is_closed(self, tmp_path):
        store = Directory(tmp_path / "a" / "b")
        writer = store.begin(name(1))
        writer.append(b"line\n", durable=False)
        writer.append(b"more\n", durable=True)
        assert store.read(name(1)) == b"line\nmore\n"
        assert state(store.file(name(1))) == "live"
        writer.close()
        writer.close()
        assert state(store.file(name(1))) == "dead"
        assert list(store.stored()) == [Stored(name(1), 10, store.file(name(1)).stat().st_mtime)]
        assert oct(store.file(name(1)).stat().st_mode)[-3:] == "600"

    def test_where_no_folder_can_be_and_what_is_no_path(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        for path in (tmp_path / "file", tmp_path / "file" / "below"):
            with pytest.raises(StoreFailed, match="stands in the way") as caught:
                Directory(path).begin(name(1))
            assert caught.value.remedy
        with pytest.raises(StoreFailed, match="this is no path"):
            Directory("a\0b").begin(name(1))
        writer = Directory(tmp_path).begin("file")  # nothing is there
        with pytest.raises(BusyFile):
            Directory(tmp_path).begin("file")
        writer.close()
        with pytest.raises(StoreFailed, match="there is a journal already"):
            Directory(tmp_path).begin("file")

    def test_where_this_user_may_not_write(self, tmp_path, monkeypatch):
        def refuse(*_):
            raise PermissionError(13, "Permission denied")  # as root, nothing is

        monkeypatch.setattr("os.open", refuse)
        with pytest.raises(StoreFailed, match="denied"):
            Directory(tmp_path).begin(name(1))

    def test_a_full_disk_leaves_the_lines_that_are_whole(self, tmp_path):
        writer = Directory(tmp_path).begin(name(1))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        writer.append(b"x" * 60 + b"\n", durable=False)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            with pytest.raises(OSError, match="only 39 of 61 bytes"):
                writer.append(b"y" * 60 + b"\n", durable=False)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        writer.close()
        assert Directory(tmp_path).read(name(1)) == b"x" * 60 + b"\n"

    def test_who_changes_or_deletes_the_file_meanwhile_is_found_out(self, tmp_path):
        store = Directory(tmp_path)
        writer = store.begin(name(1))
        writer.append(b"line\n", durable=False)
        with store.file(name(1)).open("a") as file:
            file.write("somebody else\n")
        with pytest.raises(OSError, match="was changed while it was written: it has 19 bytes, 5 were written"):
            writer.append(b"more\n", durable=False)
        writer = store.begin(name(2))
        writer.append(b"line\n", durable=False)
        store.file(name(2)).unlink()
        with pytest.raises(OSError, match="it was deleted"):
            writer.append(b"more\n", durable=False)


class TestReading:
    def test_what_is_not_there(self, tmp_path):
        assert names(Directory(tmp_path / "nowhere")) == []
        with pytest.raises(MissingFile):
            Directory(tmp_path).read(name(1))
        (tmp_path / "file").write_text("no folder")
        with pytest.raises(UnreadableFile):
            names(Directory(tmp_path / "file"))

    def test_files_of_other_names_are_not_listed(self, tmp_path):
        kept(tmp_path, 1)
        for other in ("opening-hours.oao.jsonl", f"{name(2)}.yaml", "notes.txt"):
            (tmp_path / other).write_text("mine")
        assert names(Directory(tmp_path)) == [name(1)]


class TestKeeping:
    def test_the_oldest_go_until_the_rest_is_small_enough(self, tmp_path):
        for number in range(1, 6):
            kept(tmp_path, number, size=100, days=6 - number)
        store = Directory(tmp_path, keep_bytes=250)
        trim(store)
        assert names(store) == [name(4), name(5)]

    def test_and_those_that_are_too_old(self, tmp_path):
        for number in range(1, 6):
            kept(tmp_path, number, days=6 - number)
        store = Directory(tmp_path, keep_days=3.5)
        trim(store)
        assert names(store) == [name(3), name(4), name(5)]

    def test_one_that_is_being_written_stays_however_old_it_is(self, tmp_path):
        store = Directory(tmp_path, keep_days=1, keep_bytes=1)
        writer = store.begin(name(1))
        writer.append(b"line\n", durable=False)
        os.utime(store.file(name(1)), (0, 0))
        kept(tmp_path, 2, days=3)
        trim(store)
        assert names(store) == [name(1)]
        writer.close()
        trim(store)
        assert names(store) == []

    def test_what_somebody_renamed_is_theirs(self, tmp_path):
        mine = kept(tmp_path, 1, days=400).rename(tmp_path / "opening-hours.oao.jsonl")
        trim(Directory(tmp_path, keep_days=1, keep_bytes=1))
        assert mine.exists()

    def test_another_process_may_be_faster(self, tmp_path):
        store = Directory(tmp_path, keep_bytes=1)
        assert store.remove(name(1))

    def test_a_store_is_looked_at_rarely_or_when_much_was_written(self, tmp_path, monkeypatch):
        looked = []
        monkeypatch.setattr("pytest_oao.stores.keeping.trim", looked.append)
        keeper = Keeper(Directory(tmp_path))
        keeper.wrote(10**9)
        assert not looked  # nothing is to go
        keeper = Keeper(Directory(tmp_path, keep_bytes=16_000))
        for _ in range(10):
            keeper.wrote(200)
        assert len(looked) == 2

    def test_what_fails_is_told_in_the_log(self, tmp_path, caplog):
        (tmp_path / "file").write_text("no folder")
        Keeper(Directory(tmp_path / "file", keep_days=1)).wrote(1)
        assert "old sessions are not removed" in caplog.text

    @pytest.mark.parametrize("wrong", [{"keep_days": 0}, {"keep_bytes": -1}])
    def test_what_keeps_nothing_is_refused(self, tmp_path, wrong):
        with pytest.raises(BadOption, match="keeps nothing"):
            Directory(tmp_path, **wrong)


def test_every_error_is_one_of_ours():
    assert issubclass(StoreFailed, OaoError)
