import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_samples import nth_operation_fails

from pytest_oao.cassette.blobs import blob_path, read_blob, write_blob
from pytest_oao.cassette.disk import read_bounded, write_atomically, write_new
from pytest_oao.cassette.paths import files_below, inside
from pytest_oao.cassette.slugs import slug
from pytest_oao.errors import BadPath, DamagedFile, HostileFile, MissingFile, OaoError, StoreFailed, UnreadableFile

OLD, NEW = b"old" * 1000, b"new" * 2000
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# --- written whole or not at all


@pytest.mark.parametrize("before", [OLD, None])
def test_a_file_is_written(tmp_path, before):
    path = tmp_path / "deeper" / "a.yaml"
    if before:
        path.parent.mkdir()
        path.write_bytes(before)
    write_atomically(path, NEW)
    assert path.read_bytes() == NEW
    assert names(path.parent) == ["a.yaml"]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("before", [OLD, None])
def test_whichever_operation_fails_the_old_file_is_intact(tmp_path, monkeypatch, before, error):
    path = tmp_path / "a.yaml"
    for nth in range(1, 100):
        path.unlink(missing_ok=True)
        if before:
            path.write_bytes(before)
        with nth_operation_fails(monkeypatch, nth, error) as faults:
            if not _written(path):
                assert faults.fired
                assert (path.read_bytes() if path.exists() else None) == before
            else:
                assert path.read_bytes() == NEW
        assert names(tmp_path) == (["a.yaml"] if path.exists() else [])
        if not faults.fired:
            assert nth == 5, "a write, an fsync, a replace and the folder's fsync have failed each in its turn"
            return
    pytest.fail("the faults never ran out")


@pytest.mark.parametrize("before", [OLD, None])
def test_what_need_not_last_is_not_waited_for_and_is_whole_all_the_same(tmp_path, monkeypatch, before):
    path = tmp_path / "a.yaml"
    monkeypatch.setattr(os, "fsync", lambda fd: pytest.fail("it waits for the disk"))
    for nth in (1, 2):
        path.unlink(missing_ok=True)
        if before:
            path.write_bytes(before)
        with nth_operation_fails(monkeypatch, nth, errno.EIO) as faults:
            assert not _written(path, lasting=False)
        assert faults.fired
        assert (path.read_bytes() if path.exists() else None) == before
        assert names(tmp_path) == (["a.yaml"] if before else [])
    write_atomically(path, NEW, lasting=False)
    assert path.read_bytes() == NEW


def _written(path, *, lasting=True):
    try:
        write_atomically(path, NEW, lasting=lasting)
    except StoreFailed as failed:
        assert_told(failed, path)
        return False
    return True


@posix
def test_whenever_the_process_dies_the_old_file_or_the_new_one_is_there_whole(tmp_path, monkeypatch):
    path = tmp_path / "a.yaml"
    for nth in range(1, 100):
        path.write_bytes(OLD)
        died = _in_child(lambda nth=nth: _die_at(nth, path, monkeypatch))
        assert path.read_bytes() == (OLD if died and nth <= 3 else NEW)
        if not died:
            assert nth == 5
            return


def assert_told(failed, path):
    assert failed.where == str(path)
    assert str(path.parent) in failed.remedy


def _die_at(nth, path, monkeypatch):
    with nth_operation_fails(monkeypatch, nth, 0, lambda: os._exit(9)):
        write_atomically(path, NEW)


def _in_child(action):
    """Run in a forked child; return whether it died."""
    pid = os.fork()
    if not pid:
        action()
        os._exit(0)
    return bool(os.waitpid(pid, 0)[1])


@pytest.fixture(params=["links", "no links"])
def _links(request, monkeypatch):
    def fail(*_):
        raise PermissionError(errno.EPERM, "not on this file system")

    if request.param == "no links":
        monkeypatch.setattr(os, "link", fail)


@pytest.mark.usefixtures("_links")
def test_what_is_new_takes_the_place_of_nothing(tmp_path):
    path = tmp_path / "a" / "new"
    assert write_new(path, NEW)
    assert not write_new(path, OLD)
    assert (names(path.parent), path.read_bytes()) == (["new"], NEW)


@pytest.mark.usefixtures("_links")
def test_whichever_operation_fails_what_is_new_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    for nth in range(1, 100):
        path = tmp_path / str(nth) / "new"
        with nth_operation_fails(monkeypatch, nth, errno.ENOSPC) as faults:
            try:
                assert write_new(path, NEW)
            except StoreFailed:
                assert faults.fired
        assert names(path.parent) == ([] if faults.fired else ["new"])
        if not faults.fired:
            assert path.read_bytes() == NEW
            assert nth > 1
            return
    pytest.fail("the faults never ran out")


RACER = """
import sys
from pathlib import Path
from pytest_oao.cassette.disk import write_new
me = sys.argv[1].encode()
print(flush=True)
sys.stdin.readline()
print(sum(write_new(Path(str(number)), me * 1000) for number in range(1000)))
"""


def test_of_two_processes_that_put_something_new_in_one_place_one_does(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, name], cwd=tmp_path, env=environment, **pipes) for name in "ab"
    ]
    for racer in racers:
        racer.stdout.readline()
    for racer in racers:
        racer.stdin.write("\n")
        racer.stdin.flush()
    won = [int(racer.communicate(timeout=120)[0]) for racer in racers]
    assert sum(won) == 1000
    found = [path.read_bytes() for path in tmp_path.iterdir()]
    assert [found.count(name * 1000) for name in (b"a", b"b")] == won


def test_a_write_that_takes_a_part_is_gone_on_with(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:7]))
    write_atomically(tmp_path / "a", NEW)
    assert (tmp_path / "a").read_bytes() == NEW


def test_an_interrupt_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(OLD)
    with nth_operation_fails(monkeypatch, 2, 0, _interrupt), pytest.raises(KeyboardInterrupt):
        write_atomically(path, NEW)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a"]


def _interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("error", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_written_is_told_with_a_way_out(tmp_path, monkeypatch, error):
    def refuse(*args):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "open", refuse)  # root may write anywhere: the fault has to be made
    with pytest.raises(StoreFailed, match=os.strerror(error)) as raised:
        write_atomically(tmp_path / "a", NEW)
    assert raised.value.remedy == f"Make {tmp_path} writable for this user, or choose another folder."


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path):
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(StoreFailed, match="in the way"):
        write_atomically(tmp_path / "file" / "a.yaml", NEW)
    assert (tmp_path / "file").read_bytes() == OLD


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(StoreFailed, match="in the way"):
        write_atomically(tmp_path / "a", NEW)
    assert names(tmp_path) == ["a"]


@posix
def test_the_mode_of_a_file_is_kept_and_a_new_one_follows_the_umask(tmp_path):
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_bytes(OLD)
    kept.chmod(0o640)
    umask = os.umask(0o027)
    try:
        write_atomically(kept, NEW)
        write_atomically(new, NEW)
    finally:
        os.umask(umask)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept, new)] == [0o640, 0o640]


# --- read within limits


def test_reading_tells_what_is_wrong(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bounded(tmp_path / "a", 5) == b"12345"
    with pytest.raises(HostileFile, match="more than 4 bytes"):
        read_bounded(tmp_path / "a", 4)
    with pytest.raises(MissingFile):
        read_bounded(tmp_path / "b")
    with pytest.raises(UnreadableFile):
        read_bounded(tmp_path)
    with pytest.raises(UnreadableFile):
        read_bounded(tmp_path / "a\0b")


def test_a_large_file_is_read_to_its_end_unless_it_begins_wrong(tmp_path):
    data = bytes(range(256)) * 4000
    (tmp_path / "a").write_bytes(data)
    begun = []
    assert read_bounded(tmp_path / "a", len(data), begun.append) == data
    assert 0 < len(begun[0]) < len(data)
    assert data.startswith(begun[0])
    with pytest.raises(HostileFile):
        read_bounded(tmp_path / "a", len(data) - 1)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
def test_a_file_that_holds_more_than_it_says_is_read_to_its_end_or_its_limit():
    environment = Path("/proc/self/environ").read_bytes()
    assert Path("/proc/self/environ").stat().st_size == 0
    assert read_bounded(Path("/proc/self/environ")) == environment
    with pytest.raises(HostileFile):
        read_bounded(Path("/proc/self/environ"), 9)


@posix
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableFile, match="no file"):
        read_bounded(tmp_path / "pipe")


# --- kept inside their folder


@pytest.mark.parametrize("name", ["a", "a/b.yaml", "..a/b..", "a b", "é"])
def test_a_name_below_the_folder_is_taken(tmp_path, name):
    assert inside(tmp_path, name) == tmp_path / name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "/", "/etc/passwd", "a/../b", "a//b", "a/", "./a", "a\0b", "x" * 5000, "\ud800"),
        *("..\\a", "a\\..\\b", "C:a", "C:\\a", "\\a", "\\\\host\\share\\a"),
    ],
)
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path, name):
    with pytest.raises(BadPath) as raised:
        inside(tmp_path, name)
    assert raised.value.where == str(tmp_path)


@posix
def test_a_symlink_on_the_way_is_refused_and_one_above_is_not(tmp_path):
    real = tmp_path / "real"
    (real / "deep").mkdir(parents=True)
    (real / "link").symlink_to("/etc")
    (real / "deep" / "file").symlink_to("nowhere")
    above = tmp_path / "above"
    above.symlink_to(real)
    assert inside(above, "deep/a") == above / "deep" / "a"
    for name in ("link/passwd", "link", "deep/file"):
        with pytest.raises(BadPath, match="symbolic link"):
            inside(real, name)


@given(st.text(max_size=30))
def test_whatever_is_taken_stays_inside(name):
    root = Path("/nowhere/root")
    try:
        path = inside(root, name)
    except BadPath:
        return
    assert Path(os.path.normpath(path)).is_relative_to(root)
    assert os.path.normpath(path) != str(root)


# --- names of tests


@pytest.mark.parametrize("text", ["test_refund_is_escalated", "test_x-1.5", "a", "_", "0", "x" * 120])
def test_a_clean_name_stays_itself(text):
    assert slug(text) == text


@pytest.mark.parametrize(
    "text", ["test_x[a/b]", "Test", "con", "nul.txt", "COM1", "", ".", "..", ".git", "-rf", "a.", "a "]
)
def test_any_other_name_gets_a_hash(text):
    assert slug(text) != text
    assert slug(text)[-11] == "-"


def test_a_changed_name_stays_readable():
    assert slug("test_x[a/b]").startswith("test_x_a_b-")
    assert slug("TestRefund").startswith("TestRefund-")


def test_a_name_that_looks_like_a_hashed_one_is_no_other_tests():
    assert slug(slug("test_x[a/b]")) != slug("test_x[a/b]")


ids = (
    st.text(max_size=200)
    | st.text("aA.-_[/ é", max_size=8)
    | st.sampled_from(["con", "CON", "Con.x", "\u017f", "\u212a"])
)


@given(st.lists(ids, unique=True, max_size=20))
def test_no_two_names_meet_on_any_file_system(texts):
    slugs = [slug(text) for text in texts]
    assert len({name.casefold() for name in slugs}) == len(texts)


@given(ids)
def test_every_slug_is_a_file_name_everywhere(text):
    name = slug(text)
    assert 1 <= len(name) <= 120
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert name[0] not in ".-"
    assert name[-1] != "."
    assert name.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}
    assert slug(text) == name


def test_a_lone_surrogate_has_a_slug():
    assert slug("\ud800") != slug("\ud801")


# --- blobs


def test_a_blob_is_kept_once_under_its_sha256(tmp_path):
    cassette = tmp_path / "a.yaml"
    digest = write_blob(cassette, NEW)
    before = blob_path(cassette, digest).stat().st_mtime_ns
    assert write_blob(cassette, NEW) == digest
    assert blob_path(cassette, digest) == tmp_path / "blobs" / digest
    assert blob_path(cassette, digest).stat().st_mtime_ns == before
    assert read_blob(cassette, digest) == NEW


def test_a_blob_that_changed_is_damaged_and_written_anew(tmp_path):
    cassette = tmp_path / "a.yaml"
    digest = write_blob(cassette, NEW)
    blob_path(cassette, digest).write_bytes(NEW[:-1])
    with pytest.raises(DamagedFile):
        read_blob(cassette, digest)
    write_blob(cassette, NEW)
    assert read_blob(cassette, digest) == NEW


def test_a_blob_that_is_gone_names_the_cassette(tmp_path):
    with pytest.raises(MissingFile, match=r"a\.yaml"):
        read_blob(tmp_path / "a.yaml", "0" * 64)


@pytest.mark.parametrize("digest", ["", "../a", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"])
def test_a_blob_has_no_other_name(tmp_path, digest):
    with pytest.raises(BadPath):
        read_blob(tmp_path / "a.yaml", digest)


def test_a_blob_is_read_within_a_limit(tmp_path):
    digest = write_blob(tmp_path / "a.yaml", NEW)
    with pytest.raises(HostileFile):
        read_blob(tmp_path / "a.yaml", digest, limit=10)


@posix
def test_a_blob_behind_a_symlink_is_refused(tmp_path):
    (tmp_path / "blobs").symlink_to("/etc")
    for use in (lambda: read_blob(tmp_path / "a.yaml", "0" * 64), lambda: write_blob(tmp_path / "a.yaml", NEW)):
        with pytest.raises(BadPath):
            use()


def test_a_blob_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "blobs").write_bytes(b"")
    with pytest.raises(OaoError):
        write_blob(tmp_path / "a.yaml", NEW)


@pytest.mark.parametrize(
    ("fault", "told"), [(PermissionError(13, "Permission denied"), True), (FileNotFoundError(2, "gone"), False)]
)
def test_a_folder_below_that_cannot_be_read_is_told_unless_it_is_gone(tmp_path, monkeypatch, fault, told):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "it.yaml").touch()
    scandir = os.scandir

    def scan(folder):
        if Path(folder).name == "b":
            fault.filename = str(folder)
            raise fault
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", scan)
    if told:
        with pytest.raises(MissingFile, match=r"b: the folder cannot be read: Permission denied"):
            list(files_below(tmp_path))
    else:
        assert [path.parent.name for path in files_below(tmp_path)] == ["a", "c"]
