"""`oao import` of what a fleet recorded: a whole store, or one session by its address."""

import sys
from pathlib import Path

import httpx2
import pytest

import pytest_oao

sys.path.insert(0, str(Path(__file__).parents[1] / "stores"))

from servers import redis_server, s3, s3_server  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("no_engine", "taken_out")


@pytest.fixture(params=["folder", "redis", "s3"])
def url(request, tmp_path):
    if request.param == "folder":
        return f"file://{tmp_path}/sessions"
    if request.param == "redis":
        return request.getfixturevalue("redis_server").url + f"?prefix={tmp_path.name}:"
    return request.getfixturevalue("s3")


def test_a_store_is_imported_whole_or_session_by_session(url, tmp_path, cli):
    recorder = pytest_oao.record(url)
    client = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json={"a": 1})))

    @recorder
    def work(number):
        with recorder as session:
            client.get(f"http://a.example/{number}")
            return session

    first, _ = work(1), work(2)
    running = recorder.session()
    running.__enter__()
    client.get("http://a.example/3")
    assert recorder.flush(20)
    code, said, _ = cli("import", url, "-o", "all")
    assert (code, said.splitlines()[-1].partition(":")[0]) == (0, "2 imported, 0 refused, 0 skipped")  # the third runs
    assert len(list((tmp_path / "all").iterdir())) == 2
    running.__exit__(None, None, None)
    code, said, _ = cli("import", f"{url}#{first.id}", "-o", "one")
    assert code == 0, said
    assert [path.name for path in (tmp_path / "one").iterdir()] == [f"{first.id}.yaml"]
    code, said, _ = cli("import", f"{url}#20200101T000000Z-00000000", "-o", "none")
    assert code == 1
    assert "there is no such" in said
