"""Whatever happens to the store, to the process or to a library, the program goes on, and what is kept is true."""

import importlib
import logging
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import nullcontext
from pathlib import Path

import httpx2
import pytest
from production_samples import ask, asked, journals

import pytest_oao
from pytest_oao.adapters.httpx_transport import HttpxTransport
from pytest_oao.cassette.journal_file import JournalFile
from pytest_oao.cassette.journal_reading import parse_journal, state
from pytest_oao.errors import (
    BadOption,
    EscapedCall,
    IncompleteFile,
    LostRecord,
    PolicyViolation,
    SeamMissing,
    StoreFailed,
    UnkeptValue,
)
from pytest_oao.runtime.running import current

sys.path.insert(0, str(Path(__file__).parents[1] / "stores"))

from servers import RedisServer, redis_server, s3, s3_server  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("no_engine", "taken_out")
HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sessions"


@pytest.fixture
def recorder(folder):
    return pytest_oao.record(folder)


def script(tmp_path, text, *arguments):
    """Start a program of its own."""
    path = tmp_path / "program.py"
    path.write_text(f"import sys\nsys.path.insert(0, {str(HERE)!r})\n" + textwrap.dedent(text))
    return subprocess.Popen(
        [sys.executable, path, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def said(process):
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return out.split()


class TestStores:
    def test_a_full_disk_drops_the_session_and_the_next_one_has_a_chance(self, recorder, folder, monkeypatch, caplog):
        monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a .pyc cut at the limit would stay
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        try:
            with recorder as session:
                for number in range(20):
                    question = f"{number} {'x' * 5000}{number}"
                    assert ask(question) == f"you said {question}"
                    recorder.flush()
                assert not session.is_recorded
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert (recorder.counts.recorded, recorder.counts.dropped) == (0, 1)
        assert "bytes went to the disk" in recorder.counts.reason
        assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) == 1
        with pytest.raises(IncompleteFile):
            pytest_oao.load(session.cassette)
        (kept,) = journals(folder)
        assert kept.exchanges
        assert [question.split()[0] for question in asked(kept)] == [str(n) for n in range(len(kept.exchanges))]
        with recorder as session:
            ask("again")
        assert pytest_oao.load(session.cassette).complete

    @pytest.mark.parametrize(("room", "error"), [(0, StoreFailed), (20_000, LostRecord)])
    def test_a_full_disk_stops_a_strict_recording(self, folder, monkeypatch, room, error):
        monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a .pyc cut at the limit would stay
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
        begun = False
        try:
            with pytest.raises(error), pytest_oao.record(folder, strict=True):
                begun = True
                for number in range(20):
                    ask(f"{number} {'x' * 5000}")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert begun == (error is LostRecord)
        assert bool(list(folder.iterdir())) == begun

    @pytest.mark.parametrize("durable", [False, True])
    @pytest.mark.parametrize("place", ["file", "file/below", "nul\0byte"])
    def test_a_folder_that_cannot_be_costs_the_record_alone(self, tmp_path, place, durable):
        (tmp_path / "file").write_text("in the way")
        recorder = pytest_oao.record(f"{tmp_path}/{place}", durable=durable)
        for _ in range(2):
            with recorder:
                assert ask("one") == "you said one"
        assert recorder.flush()
        assert recorder.counts.dropped == 2

    @pytest.mark.parametrize("durable", [False, True])
    @pytest.mark.parametrize(("limit", "reason"), [("chain.LINE_LIMIT", "too long"), ("chain.READ_LIMIT", "too large")])
    def test_what_would_be_too_long_to_be_read_is_not_counted_as_recorded(
        self, folder, monkeypatch, limit, reason, durable
    ):
        monkeypatch.setattr(f"pytest_oao.cassette.{limit}", 20_000)
        recorder = pytest_oao.record(folder, durable=durable)
        with recorder as session:
            ask("one")
            question = "x" * 30_000
            assert ask(question) == f"you said {question}"
        assert recorder.flush()
        assert (recorder.counts.recorded, recorder.counts.dropped) == (0, 1)
        assert f"{reason} to be read" in recorder.counts.reason
        assert not session.is_recorded
        with pytest.raises(IncompleteFile):
            pytest_oao.load(session.cassette)
        (left,) = journals(folder)
        assert asked(left) == ["one"]

    @pytest.mark.parametrize("after_the_write", [False, True])
    def test_an_interrupt_amid_a_write_costs_the_record(self, folder, monkeypatch, after_the_write):
        recorder = pytest_oao.record(folder, durable=True)
        append = JournalFile.append

        def interrupted(self, lines, *, durable):
            if after_the_write:
                append(self, lines, durable=durable)
            raise KeyboardInterrupt

        with recorder as session:
            ask("one")
            with monkeypatch.context() as patch:
                patch.setattr(JournalFile, "append", interrupted)
                with pytest.raises(KeyboardInterrupt):
                    ask("two")
            assert ask("three") == "you said three"
        assert not session.is_recorded
        assert (recorder.counts.recorded, recorder.counts.reason) == (0, "KeyboardInterrupt amid a write")
        with pytest.raises(IncompleteFile):
            pytest_oao.load(session.cassette)

    @pytest.mark.parametrize("durable", [False, True])
    def test_a_journal_that_is_deleted_or_changed_meanwhile(self, folder, durable):
        recorder = pytest_oao.record(folder, durable=durable)
        with recorder as session:
            ask("one")
            recorder.flush()
            session.cassette.unlink()
            assert ask("two") == "you said two"
        assert recorder.flush()
        assert "was deleted" in recorder.counts.reason
        assert not list(folder.iterdir())

    @pytest.mark.parametrize("durable", [False, True])
    def test_a_redis_that_goes_down_and_comes_back(self, redis_server, durable):
        server = RedisServer()
        recorder = pytest_oao.record(f"{server.url}?prefix=team:", durable=durable)
        with recorder as whole:
            ask("before")
        assert recorder.flush()
        with recorder as cut:
            ask("one")
            assert len(cut.calls) == 1
            server.stop()
            assert ask("two") == "you said two"
            recorder.flush()
            assert ask("three") == "you said three"
        assert recorder.flush()
        assert (recorder.counts.recorded, recorder.counts.dropped) == (1, 1)
        assert "Redis failed" in recorder.counts.reason
        server.start()
        with recorder as after:
            ask("after")
        assert recorder.flush()
        assert recorder.counts.recorded == 2
        assert asked(pytest_oao.load(after.address)) == ["after"]
        assert whole.address.startswith("redis://")
        server.stop()

    def test_a_session_in_redis_is_loaded_and_replayed_by_its_address(self, redis_server):
        with pytest_oao.record(redis_server.url) as session:
            ask("one")
            assert asked(session.session) == ["one"]
        assert asked(pytest_oao.load(session.address)) == ["one"]
        with pytest_oao.replay(session.address):
            assert ask("one") == "you said one"
        with pytest.raises(BadOption, match="keeps no files"):
            _ = session.cassette
        with pytest.raises(BadOption, match="a store of many sessions"):
            pytest_oao.load(redis_server.url)

    def test_one_in_a_bucket_too(self, s3):
        recorder = pytest_oao.record(s3)
        with recorder as session:
            ask("one")
            assert asked(session.session) == ["one"]
            ask("two")
        assert recorder.flush(20)
        assert recorder.counts.dropped == 0, recorder.counts
        assert asked(pytest_oao.load(session.address)) == ["one", "two"]

    def test_the_oldest_go_where_the_store_is_to_keep_little(self, folder):
        recorder = pytest_oao.record(pytest_oao.Directory(folder, keep_bytes=12_000))
        for number in range(30):
            with recorder as session:
                ask(f"{number} {'x' * 1000}")
        assert recorder.flush()
        kept = journals(folder)
        assert len(kept) < 10
        assert session.cassette.exists()
        assert sum(path.stat().st_size for path in folder.iterdir()) < 16_000


class TestProcesses:
    def test_killed_it_leaves_whole_lines_and_durable_ones_before_each_call(self, tmp_path):
        program = """
            import os, signal, pytest_oao
            from production_samples import Model, ask
            class Dies(Model):
                def handle_request(self, request):
                    if b"last" in request.content:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return super().handle_request(request)
            import production_samples
            production_samples.Model = Dies
            with pytest_oao.record(sys.argv[1], durable=sys.argv[2] == "True"):
                for number in range(5):
                    ask(str(number))
                ask("last")
        """
        for durable in (True, False):
            process = script(tmp_path, program, tmp_path / str(durable), durable)
            process.communicate(timeout=60)
            assert process.returncode == -signal.SIGKILL
            for path in (tmp_path / str(durable)).iterdir():
                assert state(path) == "dead"
                with pytest.raises(IncompleteFile):
                    pytest_oao.load(path)
            sessions = journals(tmp_path / str(durable))
            if durable:
                (session,) = sessions
                assert asked(session) == [str(number) for number in range(5)]
                assert [call.body.json()["messages"][0]["content"] for call in session.in_doubt] == ["last"]
            for session in sessions:
                assert asked(session) == [str(number) for number in range(len(session.exchanges))]

    @pytest.mark.parametrize("store", ["folder", "redis"])
    def test_what_waits_is_written_when_the_program_ends(self, tmp_path, store, request):
        url = str(tmp_path / "s") if store == "folder" else request.getfixturevalue("redis_server").url + "?prefix=end:"
        program = """
            import asyncio, pytest_oao
            from production_samples import aask
            recorder = pytest_oao.record(sys.argv[1])
            @recorder
            async def work(number):
                return await aask(str(number))
            async def all_of_them():
                await asyncio.gather(*map(work, range(20)))
            asyncio.run(all_of_them())
        """
        said(script(tmp_path, program, url))
        found = loaded(url)
        assert sorted(asked(session)[0] for session in found) == sorted(map(str, range(20)))
        assert all(session.complete for session in found)

    def test_a_forked_child_writes_nothing_of_its_parent_s_and_all_of_its_own(self, recorder, folder):
        with recorder as session:
            ask("before")
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    assert ask("the child, outside") == "you said the child, outside"
                    with recorder:
                        ask("the child's own")
                    assert recorder.flush()
                    assert recorder.counts.recorded == 1
                    code = 0
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            ask("after")
        assert sorted(map(asked, journals(folder))) == [["before", "after"], ["the child's own"]]
        assert all(one.complete for one in journals(folder))
        assert asked(pytest_oao.load(session.cassette)) == ["before", "after"]

    @pytest.mark.parametrize("options", [{}, {"durable": True}, {"policy": pytest_oao.Policy(max_steps=9)}])
    def test_nor_how_a_call_ends_that_the_parent_has_under_way(self, folder, options):
        parts = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=httpx2.ByteStream(b"a part")))
        recorder = pytest_oao.record(folder, **options)
        with recorder, httpx2.Client(transport=parts) as client, client.stream("GET", "http://a.example/") as answer:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    answer.close()
                    assert recorder.flush()
                    code = 0
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert answer.read() == b"a part"
        assert recorder.close()
        (session,) = journals(folder)
        assert session.complete
        assert [one.outcome.body.data for one in session.exchanges] == [b"a part"]

    def test_a_child_that_leaves_its_parent_s_block_leaves_the_journal_alone(self, recorder, folder):
        child = None
        try:
            with recorder:
                ask("before")
                child = os.fork()
                ask("after")
        finally:
            if child == 0:
                recorder.flush()
                os._exit(0 if recorder.counts == type(recorder.counts)() else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        (session,) = journals(folder)
        assert asked(session) == ["before", "after"]
        assert session.complete

    def test_a_child_holds_no_lock_on_its_parent_s_journal(self, tmp_path):
        program = """
            import os, time, pytest_oao
            from production_samples import ask
            recorder = pytest_oao.record(sys.argv[1])
            session = recorder.session()
            session.__enter__()
            ask("one")
            recorder.flush()
            if os.fork() == 0:
                os.close(1), os.close(2)
                time.sleep(30)
            os._exit(0)
        """
        script(tmp_path, program, tmp_path / "s").wait(60)
        (path,) = (tmp_path / "s").iterdir()
        assert state(path) == "dead"

    @pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
    def test_multiprocessing_inside_a_session_goes_on_as_ever(self, recorder, folder, method):
        context = multiprocessing.get_context(method)
        with recorder:
            ask("before")
            process = context.Process(target=works, args=(str(folder),))
            process.start()
            process.join(60)
            assert process.exitcode == 0
            ask("after")
        assert sorted(map(asked, journals(folder))) == [["a child's own"], ["before", "after"]]

    def test_prefork_workers_each_record_their_own(self, tmp_path):
        program = """
            import os, pytest_oao
            from production_samples import ask, in_threads
            recorder = pytest_oao.record(sys.argv[1])
            @recorder
            def request(name):
                return ask(name)
            request("the master, once")
            children = []
            for worker in range(3):
                child = os.fork()
                if child == 0:
                    in_threads(*[lambda n=n: request(f"{worker} {n}") for n in range(5)])
                    assert recorder.flush() and recorder.counts.recorded == 5
                    os._exit(0)
                children.append(child)
            print(*[os.waitpid(child, 0)[1] for child in children])
        """
        assert said(script(tmp_path, program, tmp_path / "s")) == ["0", "0", "0"]
        names = sorted(asked(session)[0] for session in journals(tmp_path / "s"))
        assert names == sorted([f"{worker} {n}" for worker in range(3) for n in range(5)] + ["the master, once"])

    def test_a_worker_that_leaves_at_once_has_its_job_on_disk(self, tmp_path):
        program = """
            import os, pytest_oao
            from production_samples import ask
            @pytest_oao.record(sys.argv[1])
            def job():
                return ask("a job")
            job()
            os._exit(0)
        """
        said(script(tmp_path, program, tmp_path / "s"))
        (session,) = journals(tmp_path / "s")
        assert session.complete


def works(folder):
    """Be a process that multiprocessing starts."""
    assert ask("a stranger") == "you said a stranger"
    recorder = pytest_oao.record(folder)
    with recorder:
        ask("a child's own")
    assert recorder.flush()


def loaded(url):
    from pytest_oao.stores.locating import store_of

    store = store_of(url)
    return [parse_journal(store.read(one.session), url).session for one in store.stored()]


class TestLibraries:
    def test_what_cannot_be_kept_costs_the_record_alone(self, recorder):
        @pytest_oao.tool
        def find(given):
            return print

        with recorder as session:
            assert find(1) is print
            assert not session.is_recorded
            assert current() is None
            assert find(object()) is print
            assert ask("on we go") == "you said on we go"
        assert recorder.flush()
        assert "cannot be recorded faithfully: it returned" in recorder.counts.reason
        with pytest.raises(UnkeptValue), pytest_oao.record(session.cassette.parent, strict=True):
            find(1)

    def test_arguments_that_a_policy_cannot_see_stop_the_call_all_the_same(self, folder):
        @pytest_oao.tool
        def find(given):
            pytest.fail("it ran")

        recorder = pytest_oao.record(folder, policy=pytest_oao.Policy(max_tool_calls=5))
        with pytest.raises(UnkeptValue, match="it is given"), recorder:
            find(object())

    def test_a_result_that_cannot_be_kept_does_not(self, folder):
        @pytest_oao.tool
        def find():
            return print

        recorder = pytest_oao.record(folder, policy=pytest_oao.Policy(max_tool_calls=2))
        with pytest.raises(PolicyViolation), recorder as session:
            assert find() is print
            assert not session.is_recorded
            assert find() is print
            find()
        assert recorder.counts.dropped == 1

    def test_a_generator_is_what_it_was(self, recorder):
        @pytest_oao.tool
        def count():
            got = yield 1
            yield got
            return "done"

        def whole():
            said = yield from count()
            assert said == "done"

        with recorder:
            source = whole()
            assert next(source) == 1
            assert source.send(7) == 7
            assert list(source) == []
        assert recorder.flush()
        assert recorder.counts.dropped == 1

    def test_a_connection_that_becomes_a_websocket_goes_on(self, recorder):
        switching = httpx2.MockTransport(lambda _: httpx2.Response(101, headers={"upgrade": "websocket"}))
        with recorder, httpx2.Client(transport=switching) as client:
            assert client.get("http://a.example/").status_code == 101
        assert recorder.flush()
        assert "became a websocket" in recorder.counts.reason

    @pytest.mark.parametrize("policy", [None, pytest_oao.Policy(max_steps=9)])
    def test_a_library_of_an_unknown_generation(self, folder, monkeypatch, policy):
        monkeypatch.delattr(httpx2.Client, "_transport_for_url")
        recorder = pytest_oao.record(folder, policy=policy)
        if policy is not None:
            with pytest.raises(SeamMissing), recorder:
                pytest.fail("nobody would see what it calls")
            return
        with recorder:
            pass
        assert recorder.flush()
        assert "unknown generation" in recorder.counts.reason

    @pytest.mark.parametrize("policy", [None, pytest_oao.Policy(max_steps=9)])
    def test_one_that_is_met_amid_a_session(self, folder, tmp_path, monkeypatch, policy):
        name = "of_tomorrow" if policy is None else "of_the_day_after"
        (tmp_path / f"{name}.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(HttpxTransport, "modules", (*HttpxTransport.modules, name))
        recorder = pytest_oao.record(folder, policy=policy)
        ends = nullcontext() if policy is None else pytest.raises(SeamMissing, match="unknown generation")
        with ends, recorder:
            ask("one")
            importlib.import_module(name)
        assert recorder.flush()
        assert ("unknown generation" in recorder.counts.reason) == (policy is None)

    def test_a_bug_of_ours_costs_the_record_alone(self, recorder, monkeypatch):
        def broken(*_):
            raise ZeroDivisionError("a bug")

        with recorder as session:
            ask("one")
            monkeypatch.setattr("pytest_oao.runtime.gateway.Causes.note", broken)
            assert ask("two") == "you said two"
            monkeypatch.setattr("pytest_oao.runtime.gateway.Numbering.performed", broken)
            assert ask("three") == "you said three"
        assert not session.is_recorded
        assert recorder.flush()
        assert recorder.counts.reason == "ZeroDivisionError: a bug"

    @pytest.mark.parametrize("policy", [None, pytest_oao.Policy(max_steps=9)])
    def test_a_call_that_a_session_ends_under_goes_on(self, folder, policy):
        """An SDK has asked for its transport inside, and calls when the session is over."""
        with pytest_oao.record(folder, policy=policy) as session:
            ask("one")
            transport = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200)))
            ready = transport._transport_for_url(httpx2.URL("http://a.example/"))
        assert ready.handle_request(httpx2.Request("GET", "http://a.example/")).status_code == 200
        assert asked(pytest_oao.load(session.cassette)) == ["one"]
        with pytest.raises(EscapedCall), pytest_oao.record(session.cassette.parent, strict=True):
            ready = transport._transport_for_url(httpx2.URL("http://a.example/"))
            ready.gateway.close()
            ready.handle_request(httpx2.Request("GET", "http://a.example/"))

    def test_nothing_waits_for_a_writer_that_is_busy(self, tmp_path, monkeypatch):
        """A disk that hangs holds one end of a session up for a while, and no call."""
        monkeypatch.setattr("pytest_oao.api.production_runs._END", 0.05)
        hangs = __import__("threading").Event()
        append = JournalFile.append

        def slow(self, lines, *, durable):
            hangs.wait(20)
            append(self, lines, durable=durable)

        monkeypatch.setattr("pytest_oao.cassette.journal_file.JournalFile.append", slow)
        recorder = pytest_oao.record(tmp_path / "s")
        began = time.monotonic()
        with recorder:
            for number in range(10):
                ask(str(number))
        assert time.monotonic() - began < 5
        hangs.set()
        assert recorder.flush()
        assert recorder.counts.recorded == 1
