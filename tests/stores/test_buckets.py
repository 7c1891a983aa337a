"""Journals in a bucket: in memory, and in a real S3 API."""

import errno
import subprocess
import sys
import time
from uuid import uuid4

import pytest
from servers import s3, s3_server  # noqa: F401 - fixtures

from pytest_oao.errors import BadOption, MissingFile, StoreFailed, UnreadableFile
from pytest_oao.stores.buckets import Bucket
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.keeping import trim
from pytest_oao.stores.locating import located, store_of
from pytest_oao.stores.production import Production

SEAL = b'{"prev":"' + b"0" * 64 + b'","event":"ended","status":"passed"}\n'
NOW = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
ONE, TWO, LIVE = f"{NOW}-00000001", f"{NOW}-00000002", f"{NOW}-00000003"
OLD = "20240101T000000Z-00000004"

pytest.importorskip("fsspec", reason="fsspec is not installed")


@pytest.fixture(params=["memory", "s3"])
def url(request):
    return request.getfixturevalue("s3") if request.param == "s3" else f"memory://{uuid4().hex}/sessions"


def write(store, session, *parts):
    writer = store.begin(session)
    for part in parts:
        writer.append(part, durable=False)
    writer.close()


def sessions(store):
    return {one.session: one.size for one in store.stored()}


def test_a_short_session_is_one_object_and_a_long_one_several(url):
    store = store_of(url)
    assert isinstance(store, Bucket)
    assert sessions(store) == {}
    write(store, ONE, b"first\n")
    write(store, TWO, b"first\n", b"second\n", b"third\n")
    assert store.read(ONE) == b"first\n"
    assert store.read(TWO) == b"first\nsecond\nthird\n"
    assert sessions(store) == {ONE: 6, TWO: 19}
    again, session = located(store.address(TWO))
    assert again.read(session) == store.read(TWO)
    fs, root = store._fs()
    fs.pipe_file(f"{root}/notes.txt", b"mine")
    assert sorted(path.rpartition("/")[2] for path in fs.ls(root, detail=False)) == sorted(
        [f"{ONE}.oao.jsonl", f"{TWO}.oao.0001.jsonl", f"{TWO}.oao.0002.jsonl", f"{TWO}.oao.jsonl", "notes.txt"]
    )
    assert set(sessions(store)) == {ONE, TWO}
    with pytest.raises(MissingFile):
        store.read(LIVE)


def test_the_oldest_that_are_sealed_go_whole(url):
    store = Bucket(url, keep_bytes=1)
    write(store, ONE, b"first\n", SEAL)
    write(store, LIVE, b"line\n")
    write(store, OLD, b"left behind\n")
    trim(store)
    assert set(sessions(store)) == {LIVE}
    store = Bucket(url, keep_days=1)
    write(store, OLD, SEAL)
    write(store, TWO, SEAL)
    trim(store)
    assert set(sessions(store)) == {LIVE, TWO}
    assert store.remove(OLD)


def test_a_bucket_that_is_not_there_is_one_clear_error(s3):
    store = Bucket("s3://no-such-bucket-of-ours/sessions")
    with pytest.raises(StoreFailed, match="the bucket failed") as caught:
        write(store, ONE, b"line\n")
    assert caught.value.where == f"s3://no-such-bucket-of-ours/sessions#{ONE}"
    assert sessions(store) == {}


def test_so_is_a_server_that_is_down(monkeypatch):
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    from servers import free_port

    store = Bucket(
        "s3://bucket/sessions",
        key="k",
        secret="s",
        endpoint_url=f"http://127.0.0.1:{free_port()}",
        config_kwargs={"retries": {"max_attempts": 0}, "connect_timeout": 1},
    )
    store._fs()[0].retries = 1
    for ask, error in (
        (lambda: store.put(ONE, 0, b"line\n"), StoreFailed),
        (lambda: store.read(ONE), UnreadableFile),
        (lambda: sessions(store), UnreadableFile),
    ):
        with pytest.raises(error, match="the bucket failed"):
            ask()


@pytest.mark.parametrize("url", ["nothing://bucket/x", "memory+nothing://a"])
def test_a_url_of_none_is_refused(url):
    with pytest.raises(BadOption, match="no URL of a bucket"):
        store_of(url)


@pytest.mark.parametrize("missing", ["fsspec.core", "s3fs"])
def test_what_is_not_installed_is_told(missing):
    script = f"""
import sys
sys.modules[{missing!r}] = None
from pytest_oao.errors import BadOption
from pytest_oao.stores.locating import store_of
try:
    store_of("s3://bucket/x")
except BadOption as error:
    print(error.what, error.remedy)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "not installed" in done.stdout, done.stderr
    assert "pytest-oao[s3]" in done.stdout


def test_single_lines_are_not_for_buckets():
    with pytest.raises(BadOption, match="takes no single lines"):
        Production(Bucket("memory://x"), durable=True)


def test_a_file_url_is_a_folder(tmp_path):
    store = store_of(f"file://{tmp_path}")
    assert isinstance(store, Directory)
    assert store.path == tmp_path


@pytest.mark.parametrize("given", [3, object()])
def test_what_is_no_store_is_refused(given):
    with pytest.raises(BadOption, match="is no store"):
        store_of(given)


def test_options_are_the_file_system_s_and_no_password_is_told():
    store = Bucket("memory://me:a-password@x/y", keep_days=3, write_every=5)
    assert store.patience == 5
    assert "a-password" not in repr(store) + store.address(ONE)


def test_a_session_of_an_id_that_is_there_is_refused_and_the_first_one_stays(url):
    store = store_of(url)
    write(store, ONE, b"first\n", b"second\n")
    with pytest.raises(StoreFailed, match="a session of this id is there already") as caught:
        write(store_of(url), ONE, b"another\n")
    assert caught.value.where == store.address(ONE)
    assert store.read(ONE) == b"first\nsecond\n"


def test_what_a_client_sent_again_since_no_answer_came_is_no_other_session(url):
    store = store_of(url)
    write(store, ONE, b"first\n")
    write(store, ONE, b"first\n")
    assert store.read(ONE) == b"first\n"


def test_a_file_system_that_knows_no_such_condition_is_written_to_all_the_same(monkeypatch):
    store = store_of(f"memory://{uuid4().hex}")
    fs, _ = store._fs()

    def pipe_file(self, path, value):
        with self.open(path, "wb") as file:
            file.write(value)

    monkeypatch.setattr(type(fs), "pipe_file", pipe_file)
    write(store, ONE, b"first\n", b"second\n")
    assert store.read(ONE) == b"first\nsecond\n"


def test_a_server_that_cannot_tell_whether_an_object_is_there_is_written_to_all_the_same(monkeypatch):
    store = store_of(f"memory://{uuid4().hex}")
    fs, _ = store._fs()
    pipe_file = type(fs).pipe_file

    def no_conditions(self, path, value, mode="overwrite", **options):
        if mode == "create":  # as s3fs has a server's 501
            raise OSError(errno.ENOSYS, "A header you provided implies functionality that is not implemented")
        return pipe_file(self, path, value, mode=mode, **options)

    monkeypatch.setattr(type(fs), "pipe_file", no_conditions)
    write(store, ONE, b"first\n", b"second\n")
    assert store.read(ONE) == b"first\nsecond\n"
