"""`oao import` of what a fleet recorded: a whole store, or one session by its address."""

import sys
from pathlib import Path

import httpx2
import pytest

import pytest_oao
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import UnreadableFile
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.stores.cleaning import RedactedBefore
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.lines import Lines
from pytest_oao.stores.locating import store_of

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
    assert (code, said.splitlines()[-1].partition(":")[0]) == (0, "2 imported, 0 refused, 1 skipped")
    (third,) = [line for line in said.splitlines() if line.startswith("skipped")]
    assert "no end" in third
    assert f"imported  {first.address} (journal)" in said
    assert len(list((tmp_path / "all").iterdir())) == 2
    running.__exit__(None, None, None)
    code, said, _ = cli("import", f"{url}#{first.id}", "-o", "one")
    assert code == 0, said
    assert [path.name for path in (tmp_path / "one").iterdir()] == [f"{first.id}.yaml"]
    code, said, _ = cli("import", f"{url}#20200101T000000Z-00000000", "-o", "none")
    assert code == 1
    assert "there is no such" in said


def test_what_was_imported_before_is_passed_over(url, cli):
    first, *_ = three_sessions(url)
    assert cli("import", f"{url}#{first}", "-o", "all")[0] == 0
    code, said, _ = cli("import", url, "-o", "all")
    counts = "2 imported, 0 refused, 0 skipped, 1 imported before: 2 exchanges, 0 model calls"
    assert (code, said.splitlines()[-1]) == (0, counts)
    code, said, _ = cli("import", url, "-o", "all")
    assert (code, said) == (0, "0 imported, 0 refused, 0 skipped, 3 imported before: 0 exchanges, 0 model calls\n")
    code, said, _ = cli("import", url, "-o", "all", "--force")
    assert (code, said.count("replaced  ")) == (0, 3)


def test_what_is_redacted_now_was_not_imported_before(url, tmp_path, cli):
    three_sessions(url)
    assert cli("import", url, "-o", "all")[0] == 0
    (telling,) = [path for path in tmp_path.joinpath("all").iterdir() if "example/0" in path.read_text()]
    code, said, _ = cli("import", url, "-o", "all", "--redact", "example/0")
    assert (code, said.splitlines()[-1].partition(":")[0]) == (
        1,
        "0 imported, 1 refused, 0 skipped, 2 imported before",
    )
    assert f"{telling.name}: a cassette is there already, and holds something else" in said
    assert cli("import", url, "-o", "all", "--redact", "example/0", "--force")[0] == 0
    assert "example/0" not in telling.read_text()
    code, said, _ = cli("import", url, "-o", "all", "--redact", "example/0")
    assert (code, said.partition(":")[0]) == (0, "0 imported, 0 refused, 0 skipped, 3 imported before")


def test_a_cassette_of_another_tool_under_its_id_is_not_taken_for_it(tmp_path, cli, log_of):
    folder = tmp_path / "sessions"
    first, *_ = three_sessions(folder)
    assert cli("import", log_of(first))[0] == 0
    code, said, _ = cli("import", folder)
    assert (code, said.splitlines()[-1].partition(":")[0]) == (1, "2 imported, 1 refused, 0 skipped")


def three_sessions(url):
    recorder = pytest_oao.record(url)
    client = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json={"a": 1})))
    sessions = []
    for number in range(3):
        with recorder as session:
            client.get(f"http://a.example/{number}")
        sessions.append(session.id)
    assert recorder.flush(20)
    return sorted(sessions)


def test_one_that_cannot_be_read_leaves_the_others_be(tmp_path, cli, monkeypatch):
    url = f"file://{tmp_path}/sessions"
    first, second, _ = three_sessions(url)
    read = Directory.read

    def failing(store, session):
        if session == first:  # retention was faster
            store.file(session).unlink()
        elif session == second:
            raise UnreadableFile("the disk is broken", where=store.address(session), remedy="Mend it.")
        return read(store, session)

    monkeypatch.setattr(Directory, "read", failing)
    code, said, _ = cli("import", url)
    assert (code, said.splitlines()[-1].partition(":")[0]) == (1, "1 imported, 2 refused, 0 skipped")
    assert f"{first}.oao.jsonl: there is no such" in said
    assert f"{second}.oao.jsonl: the disk is broken" in said


def test_a_cassette_of_another_session_is_not_taken_for_it(tmp_path, cli):
    url = f"file://{tmp_path}/sessions"
    first, second, third = three_sessions(url)
    assert cli("import", url)[0] == 0
    cassettes = tmp_path / "cassettes"
    (cassettes / f"{first}.yaml").write_bytes((cassettes / f"{second}.yaml").read_bytes())
    (cassettes / f"{third}.yaml").write_text("mine")
    code, said, _ = cli("import", url)
    assert (code, said.splitlines()[-1].partition(":")[0]) == (
        1,
        "0 imported, 2 refused, 0 skipped, 1 imported before",
    )


def test_a_session_of_a_folder_is_named_as_that_of_any_store(tmp_path, cli):
    folder = tmp_path / "a b" / "sessions"
    _, second, _ = three_sessions(folder)
    code, said, _ = cli("import", f"{folder}#{second}", "-o", "one")
    assert code == 0, said
    assert said.startswith(f"imported  {folder / second}.oao.jsonl (journal) to one/{second}.yaml: 1 exchange")
    assert [path.name for path in (tmp_path / "one").iterdir()] == [f"{second}.yaml"]
    code, said, _ = cli("import", f"a b/sessions#{second}", "-o", "one")
    assert (code, said.splitlines()) == (
        0,
        ["0 imported, 0 refused, 0 skipped, 1 imported before: 0 exchanges, 0 model calls"],
    )
    code, said, _ = cli("import", f"{folder}#20200101T000000Z-00000000", "-o", "one")
    assert (code, said.count("20200101T000000Z-00000000.oao.jsonl: there is no such session")) == (1, 1)
    (tmp_path / f"mine#{second}").write_bytes((folder / f"{second}.oao.jsonl").read_bytes())
    assert cli("import", f"mine#{second}", "-o", "two")[0] == 0


@pytest.mark.parametrize("as_store", [False, True])
def test_a_folder_is_imported_again_and_again_by_its_path_and_by_its_url(tmp_path, cli, as_store):
    folder = tmp_path / "sessions"
    first, *_ = three_sessions(folder)
    name = f"file://{folder}" if as_store else folder
    recorder = pytest_oao.record(folder)
    running = recorder.session()
    running.__enter__()
    httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(204))).get("http://a.example/")
    assert recorder.flush(20)
    code, said, _ = cli("import", name)
    assert (code, said.splitlines()[-1].partition(":")[0]) == (0, "3 imported, 0 refused, 1 skipped")
    running.__exit__(None, None, None)
    code, said, _ = cli("import", name)
    assert (code, said.splitlines()[-1].partition(":")[0]) == (
        0,
        "1 imported, 0 refused, 0 skipped, 3 imported before",
    )
    assert len(list((tmp_path / "cassettes").iterdir())) == 4
    (tmp_path / "cassettes" / f"{first}.yaml").write_text("mine")
    code, said, _ = cli("import", name)
    assert (code, said.splitlines()[-1].partition(":")[0]) == (
        1,
        "0 imported, 1 refused, 0 skipped, 3 imported before",
    )


def test_a_session_without_a_call_is_passed_over(url, cli):
    three_sessions(url)
    put_without_a_call(url)
    code, said, _ = cli("import", url, "-o", "all")
    assert (code, said.splitlines()[-1].partition(":")[0]) == (0, "3 imported, 0 refused, 1 skipped")
    (told,) = [line for line in said.splitlines() if line.startswith("skipped")]
    assert told == f"skipped   {store_of(url).address('20200101T000000Z-00000000')}: the session holds no call"
    code, said, _ = cli("import", f"{url}#20200101T000000Z-00000000", "-o", "all")
    assert (code, said.count("the session holds no call")) == (1, 1)


def put_without_a_call(url, session="20200101T000000Z-00000000"):
    lines = Lines(RedactedBefore(Redactor.of(())))
    written = lines.begun(Header(session)) + lines.ended(Ending("passed"))
    journal = store_of(url).begin(session)
    journal.append(written, durable=True)
    journal.close()


def test_one_with_no_session_in_it_says_what_was_looked_for(url, cli):
    code, said, _ = cli("import", url)
    assert (code, said.count("there is no session in it")) == (1, 1)
    code, said, _ = cli("import", "file:///nowhere/at/all")
    assert (code, said.count("file:///nowhere/at/all: there is no session in it")) == (1, 1)


def test_of_a_redis_it_says_what_its_keys_begin_with(redis_server, cli):
    three_sessions(f"{redis_server.url}?prefix=ours:")
    code, said, _ = cli("import", redis_server.url)
    assert (code, said.count("keys begin with 'oao:'")) == (1, 1)


def test_many_sessions_of_a_store_are_told_in_one_line(tmp_path, cli):
    url = f"file://{tmp_path}/sessions"
    recorder = pytest_oao.record(url)
    client = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json={"a": 1})))
    for number in range(6):
        with recorder:
            client.get(f"http://a.example/{number}")
    assert recorder.flush(20)
    code, said, _ = cli("import", url, "-o", "all")
    told, _ = said.splitlines()
    assert (code, told) == (0, f"imported  {url} (journal) to all: 6 sessions: 6 exchanges, 0 model calls")
    assert len(cli("import", url, "-o", "one", "-v")[1].splitlines()) == 7


@pytest.mark.parametrize("session", ["20261122T080411Z-60b104fczzz", "20200101T000000Z-00000000", "nope"])
def test_a_session_that_is_not_there_is_told_with_those_that_are(url, cli, session):
    there = three_sessions(url)
    (code, said, err), told = cli("import", f"{url}#{session}"), store_of(url).address(session)
    assert (code, err) == (1, "")
    shown = url.removeprefix("file://") if url.startswith("file") else url
    assert said.splitlines()[0].startswith(f"refused   {told}: there is no such session. {shown} has {there[2]}, ")
    assert f"{there[0]}.\n" in said


def test_of_many_sessions_the_latest_are_named(tmp_path, cli):
    for number in range(5):
        put_without_a_call(f"file://{tmp_path}/sessions", f"2020010{number + 1}T000000Z-00000000")
    code, said, _ = cli("import", "sessions#nope")
    latest = ", ".join(f"2020010{day}T000000Z-00000000" for day in (5, 4, 3))
    remedy = f"sessions has 5, the latest of them {latest}; `oao import sessions` takes them all."
    assert (code, said.splitlines()[0]) == (1, f"refused   sessions/nope.oao.jsonl: there is no such session. {remedy}")


@pytest.mark.parametrize("session", ["tr-run-1", "20200101T000000Z-00000000"])
def test_a_folder_of_other_recordings_has_no_session_by_any_id(tmp_path, cli, session):
    (tmp_path / "lf").mkdir()
    (tmp_path / "lf" / "a.jsonl").write_text("{}\n")
    code, said, err = cli("import", f"lf#{session}")
    assert (code, err) == (1, "")
    remedy = "`record` has kept none in lf; `oao import lf` takes whatever else is there."
    assert said.splitlines()[0] == f"refused   lf/{session}.oao.jsonl: there is no such session. {remedy}"


@pytest.mark.parametrize("query", ["?prefix=help:", "", "?foo=1"])
def test_of_an_address_in_redis_no_password_is_told(cli, query):
    pytest.importorskip("redis")
    code, said, err = cli("import", f"redis://:s3cret@127.0.0.1:1/0{query}#20261122T080411Z-60b104fczzz")
    assert (code, err) == (1, "")
    assert said.startswith("refused   redis://127.0.0.1:1/0")
    assert "s3cret" not in said
    assert ("unexpected keyword argument 'foo'" if "foo" in query else "Redis failed: ConnectionError") in said


def test_one_is_shown_checked_and_compared_where_it_is(url, cli):
    first, second, _ = three_sessions(url)
    one, other = f"{url}#{first}", f"{url}#{second}"
    told = store_of(url).address(first)
    code, said, err = cli("show", one)
    assert (code, err, first in said, "GET http://a.example/" in said, second in said) == (0, "", True, True, False)
    assert cli("show", one, other)[1].startswith(f"{told}:\n{said}\n{store_of(url).address(second)}:\n")
    assert cli("check", one) == (0, f"ok     {told}: 1 exchange\n1 file checked, 0 wrong\n", "")
    Path("strict.yaml").write_text("max_model_calls: 0\n")
    assert cli("check", "--policy", "strict.yaml", one)[1].startswith(f"within   {told}: ")
    assert (cli("diff", one, one)[0], cli("diff", one, other)[0]) == (0, 1)
    if "://" in url:
        assert cli("check", url)[1].endswith("\n3 files checked, 0 wrong\n")
        assert "this is a store of many sessions" in cli("diff", url, one)[2]


@pytest.mark.parametrize("command", ["show", "check", "diff"])
def test_one_that_is_not_there_is_no_session(url, cli, command):
    (first, *_), more = three_sessions(url), ("it.yaml",) if command == "diff" else ()
    _, out, err = cli(command, f"{url}#nope", *more)
    assert f"{store_of(url).address('nope')}: there is no such session" in out + err
    assert first in out + err


@pytest.mark.parametrize("command", ["show", "check", "seal", "diff"])
@pytest.mark.parametrize(
    "address",
    [
        "redis://:s3cret@127.0.0.1:1/0#20261122T080411Z-60b104fc",
        "redis://:s3cret@127.0.0.1:1/0#key",
        "http://me:s3cret@a/b",
    ],
)
def test_no_command_tells_the_password_of_an_address(cli, command, address):
    pytest.importorskip("redis")
    code, out, err = cli(command, address, *([address] if command == "diff" else []))
    assert code != 0
    assert "s3cret" not in out + err
    assert "://" in out + err
