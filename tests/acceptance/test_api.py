"""record(), replay() and load() as scripts and services use them: without pytest, against a real server."""

import asyncio
import contextlib
import gc
import itertools
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import openai
import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.errors import (
    BadOption,
    DamagedFile,
    Diverged,
    EscapedCall,
    HostileFile,
    IncompleteFile,
    LostRecord,
    MissingFile,
    SeamMissing,
    StoreFailed,
    UnreadableFile,
)
from pytest_oao.model.bodies import Body
from pytest_oao.model.exchanges import Exchange
from pytest_oao.providers.session_description import described_session

pytestmark = pytest.mark.usefixtures("no_engine", "taken_out")

HERE = Path(__file__).parent


class Agent:
    """Asks the model server questions, in every way that scripts do."""

    def __init__(self, server):
        self.url = f"{server.url}/v1"

    def ask(self, question, **more):
        with openai.OpenAI(base_url=self.url, api_key="k", max_retries=0) as client:
            return self.create(client, question, **more).choices[0].message.content

    def create(self, client, question, **more):
        messages = [{"role": "user", "content": question}]
        return client.chat.completions.create(model="gpt-test", messages=messages, **more)

    async def aask(self, question):
        async with openai.AsyncOpenAI(base_url=self.url, api_key="k", max_retries=0) as client:
            return (await self.create(client, question)).choices[0].message.content

    def words(self, question):
        with openai.OpenAI(base_url=self.url, api_key="k", max_retries=0) as client:
            return [chunk.model_dump() for chunk in self.create(client, question, stream=True)]


@pytest.fixture
def agent(model_server):
    return Agent(model_server)


@pytest.fixture
def sessions(tmp_path):
    return tmp_path / "sessions"


@pytest.fixture
def journal(agent, sessions):
    """A journal of two calls; the answers are kept on the agent."""
    with pytest_oao.record(sessions) as running:
        agent.said = [agent.ask("one"), agent.ask("two")]
    return running.cassette


def asked(session):
    return [exchange.call.body.json()["messages"][0]["content"] for exchange in session.exchanges]


class TestRecord:
    def test_it_writes_a_journal_of_its_own_and_gives_the_running_session(self, agent, sessions, monkeypatch):
        monkeypatch.chdir(HERE)
        with pytest_oao.record(sessions, task={"ask": "one"}, agent_version="7") as running:
            answer = agent.ask("one")
            assert [call.reply.text for call in running.calls("chat")] == [answer]
            assert described_session(read_journal(running.cassette).session).exchanges == running.session.exchanges
        session = pytest_oao.load(running.cassette)
        assert session.complete
        assert session.ending.status == "passed"
        assert session.header.id == running.id
        assert session.header.metadata == {"task": {"ask": "one"}, "agent_version": "7"}
        assert session.exchanges == running.session.exchanges
        assert session.usage.cached_tokens == 4
        assert session.exchanges[0].call.site.agent.startswith("test_api.py:")
        assert [path.name for path in sessions.iterdir()] == [running.cassette.name]

    def test_what_is_on_disk_is_not_kept_in_memory(self, agent, sessions):
        def kept():
            gc.collect()
            return sum(isinstance(one, Exchange | Body) for one in gc.get_objects())

        with pytest_oao.record(sessions) as running:
            agent.ask("one")
            before = kept()
            for number in range(20):
                agent.ask(f"again {number}")
            assert kept() - before < 10
            assert len(running.calls) == 21

    def test_its_secrets_are_in_no_file(self, agent, sessions, monkeypatch):
        monkeypatch.setenv("SERVICE_TOKEN", "a-token-of-the-service-9b1c")
        with pytest_oao.record(
            sessions, task="log in with a-token-of-the-service-9b1c, pin 98765432", redact=(r"pin \d+",)
        ) as running:
            agent.ask("is a-token-of-the-service-9b1c right? pin 98765432")
        text = running.cassette.read_text()
        assert "a-token" not in text
        assert "98765432" not in text  # as many digits as no digest and no time has by chance

    def test_a_secret_that_is_set_late_is_one_all_the_same(self, agent, sessions, monkeypatch):
        with pytest_oao.record(sessions) as running:
            agent.ask("what is in my pocket?")
            monkeypatch.setenv("SERVICE_TOKEN", "a-token-of-the-service-9b1c")
            agent.ask("is a-token-of-the-service-9b1c right?")
            monkeypatch.delenv("SERVICE_TOKEN")
            agent.ask("was a-token-of-the-service-9b1c right?")
        assert "a-token" not in running.cassette.read_text()

    def test_an_exception_inside_is_raised_as_it_is_and_ends_the_session_as_failed(self, agent, sessions):
        error = ValueError("mine")
        with pytest.raises(ValueError, match="mine") as caught, pytest_oao.record(sessions) as running:
            agent.ask("one")
            raise error
        assert caught.value is error
        session = pytest_oao.load(running.cassette)
        assert session.ending.status == "failed"
        assert session.ending.message == "ValueError"
        assert asked(session) == ["one"]

    def test_what_the_library_raises_is_recorded_and_raised(self, agent, sessions):
        with pytest_oao.record(sessions) as running:
            with pytest.raises(openai.APIConnectionError):
                agent.ask("DROP")
            with pytest.raises(openai.NotFoundError):
                agent.ask("REFUSE")
        with pytest_oao.replay(running.cassette) as running:
            with pytest.raises(openai.APIConnectionError):
                agent.ask("DROP")
            with pytest.raises(openai.NotFoundError):
                agent.ask("REFUSE")
            assert [call.error.partition(":")[0] for call in running.calls] == ["RemoteProtocolError", ""]

    def test_calls_before_and_after_are_not_its_own(self, agent, sessions):
        agent.ask("before")
        with pytest_oao.record(sessions) as running:
            agent.ask("inside")
        agent.ask("after")
        assert asked(pytest_oao.load(running.cassette)) == ["inside"]

    def test_the_inner_of_two_nested_records_owns_its_calls(self, agent, sessions):
        with pytest_oao.record(sessions) as outer:
            agent.ask("outer")
            with pytest_oao.record(sessions) as inner:
                agent.ask("inner")
            agent.ask("outer again")
        assert asked(pytest_oao.load(inner.cassette)) == ["inner"]
        assert asked(pytest_oao.load(outer.cassette)) == ["outer", "outer again"]

    def test_inside_a_replay_nothing_is_recorded_and_all_is_answered(self, agent, journal, tmp_path):
        with pytest_oao.replay(journal) as outer:
            with pytest_oao.record(tmp_path / "inner") as running:
                assert [agent.ask("one"), agent.ask("two")] == agent.said
            assert running.session == outer.session
        assert not (tmp_path / "inner").exists()

    def test_two_threads_at_once_each_have_their_own(self, agent, sessions):
        met = threading.Barrier(2)

        def work(name):
            with pytest_oao.record(sessions) as running:
                met.wait(10)
                for number in range(5):
                    agent.ask(f"{name} {number}")
                    with ThreadPoolExecutor(2) as pool:
                        list(pool.map(agent.ask, [f"{name} pooled"] * 2))
                met.wait(10)
            return running.cassette

        with ThreadPoolExecutor(2) as pool:
            paths = dict(zip("ab", pool.map(work, "ab"), strict=True))
        for name, path in paths.items():
            session = pytest_oao.load(path)
            assert len(session.exchanges) == 15
            assert {question[0] for question in asked(session)} == {name}
        assert "oao" not in threading.Thread.start.__module__

    def test_two_tasks_of_one_loop_each_have_their_own(self, agent, sessions):
        async def work(name):
            with pytest_oao.record(sessions) as running:
                for number in range(3):
                    await asyncio.gather(agent.aask(f"{name} {number}"), agent.aask(f"{name} too"))
            return pytest_oao.load(running.cassette)

        async def both():
            return await asyncio.gather(work("a"), work("b"))

        for name, session in zip("ab", asyncio.run(both()), strict=True):
            assert {question[0] for question in asked(session)} == {name}
            assert len(session.exchanges) == 6

    def test_in_a_running_loop_and_replayed_from_a_plain_one(self, agent, sessions):
        async def run(session):
            with session as running:
                first = await agent.aask("one")
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(agent.aask(f"task {number}")) for number in range(4)]
            return running, [first, *(task.result() for task in tasks)]

        running, live = asyncio.run(run(pytest_oao.record(sessions)))
        _, again = asyncio.run(run(pytest_oao.replay(running.cassette)))
        assert again == live
        assert len(set(live)) == 5

    def test_it_is_a_decorator_too(self, agent, sessions):
        @pytest_oao.record(sessions)
        def job():
            return agent.ask("one")

        assert job() != job()
        assert [asked(pytest_oao.load(path)) for path in sessions.iterdir()] == [["one"], ["one"]]

    def test_a_stream_is_passed_on_and_one_left_open_was_closed_at_the_end(self, agent, sessions):
        with pytest_oao.record(sessions) as running:
            whole = agent.words("one")
        assert pytest_oao.load(running.cassette).complete
        client = openai.OpenAI(base_url=agent.url, api_key="k")
        with pytest_oao.record(sessions) as running:
            stream = agent.create(client, "two SLOW", stream=True)
            first = next(iter(stream))
        session = pytest_oao.load(running.cassette)
        assert session.complete
        assert session.exchanges[0].outcome.end == "closed"
        assert len(list(stream)) == len(whole) - 1  # the agent still gets the rest
        with pytest_oao.replay(running.cassette):
            assert next(iter(agent.create(client, "two SLOW", stream=True))) == first
        with pytest.raises(Diverged, match="session ended late") as caught, pytest_oao.replay(running.cassette):
            list(agent.create(client, "two SLOW", stream=True))
        assert caught.value.divergence.cassette == str(running.cassette)

    def test_a_call_under_way_at_the_end_is_in_doubt_and_goes_on_unharmed(self, sessions):
        go, done = threading.Event(), []

        class Waits(httpx2.BaseTransport):
            def handle_request(self, request):
                assert go.wait(20)
                return httpx2.Response(200, text="late")

        def work():
            done.append(httpx2.Client(transport=Waits()).get("http://slow.invalid/").text)

        with pytest_oao.record(sessions) as running:
            thread = threading.Thread(target=work)
            thread.start()
            while not running.session.in_doubt:
                time.sleep(0.001)
        go.set()
        thread.join(20)
        assert done == ["late"]
        session = read_journal(running.cassette).session
        assert [call.target for call in session.in_doubt] == ["GET http://slow.invalid/"]
        assert session.exchanges == ()
        with pytest.raises(IncompleteFile, match="still under way"):
            pytest_oao.load(running.cassette)

    def test_an_sdk_imported_inside_is_seen(self, model_server, tmp_path):
        script = f"""
import pytest_oao
with pytest_oao.record("s") as running:
    import openai
    client = openai.OpenAI(base_url="{model_server.url}/v1", api_key="k")
    client.chat.completions.create(model="m", messages=[])
assert len(running.calls("chat")) == 1
from pytest_oao.adapters.installation import _SEAMS
for _ in range(50):
    with pytest_oao.record("s"):
        pass
import wrapt.importer
print(max(map(len, wrapt.importer._post_import_hooks.values())), all(not seam._users for seam in _SEAMS.values()))
"""
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
        assert done.stdout.split() == ["3", "True"], done.stderr  # three adapters look at httpx, once each

    def test_a_folder_that_cannot_be_named_is_one_clear_error(self):
        with pytest.raises(StoreFailed, match="this is no path"), pytest_oao.record("a\0b", strict=True):
            pytest.fail("it began")

    @pytest.mark.parametrize("place", ["file", "file/below"])
    def test_where_no_folder_can_be_there_is_one_clear_error(self, agent, tmp_path, place):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(StoreFailed, match="stands in the way"), pytest_oao.record(tmp_path / place, strict=True):
            raise AssertionError
        assert agent.ask("the world is open")

    def test_a_bad_pattern_is_refused(self, sessions):
        with pytest.raises(BadOption), pytest_oao.record(sessions, redact=("(",)):
            raise AssertionError
        assert not sessions.exists()

    @pytest.mark.parametrize("wrong", [{"redact": "CUST"}, {"passthrough_hosts": "localhost"}])
    def test_one_text_in_place_of_a_list_is_refused(self, sessions, wrong):
        ((name, text),) = wrong.items()
        meant = re.escape(f"{name}={text!r} is one text\n  give a list: {name}=[{text!r}]")
        with pytest.raises(BadOption, match=meant), pytest_oao.record(sessions, **wrong):
            raise AssertionError
        assert not sessions.exists()

    def test_a_task_that_is_no_json_is_refused_and_leaves_nothing(self, sessions):
        with pytest.raises(pytest_oao.OaoError), pytest_oao.record(sessions, task=object()):
            raise AssertionError
        assert not any(sessions.glob("*"))

    def test_an_unknown_generation_of_httpx_is_refused_before_anything_is_written(self, sessions, monkeypatch):
        monkeypatch.delattr(httpx2.Client, "_transport_for_url")
        with pytest.raises(SeamMissing, match="unknown generation"), pytest_oao.record(sessions, strict=True):
            raise AssertionError
        assert not sessions.exists()
        assert "oao" not in threading.Thread.start.__module__

    def test_passthrough_hosts_are_no_part_of_it(self, agent, sessions):
        with pytest_oao.record(sessions, passthrough_hosts=("127.0.0.1",)) as running:
            agent.ask("one")
        assert not running.calls


class TestLostRecords:
    def test_a_full_disk_stops_the_agent_and_leaves_no_half_file(self, agent, sessions, monkeypatch):
        monkeypatch.setattr(
            sys, "dont_write_bytecode", True
        )  # a .pyc cut at the limit would stay, for others to trip over
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        try:
            with pytest.raises(LostRecord) as caught, pytest_oao.record(sessions, strict=True) as running:
                for number in itertools.count():
                    agent.ask(f"{number} {'x' * 5000}{number}")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert caught.value.where == str(running.cassette)
        assert caught.value.remedy
        kept = read_journal(running.cassette).session
        assert not kept.complete
        assert [question.split()[0] for question in asked(kept)] == [
            str(number) for number in range(len(kept.exchanges))
        ]
        assert kept.exchanges
        with pytest.raises(IncompleteFile):
            pytest_oao.load(running.cassette)

    def test_a_swallowed_loss_is_raised_at_the_end(self, agent, sessions):
        with (
            pytest.raises(LostRecord, match="was changed while it was written"),
            pytest_oao.record(sessions, strict=True) as running,
        ):
            agent.ask("one")
            with running.cassette.open("a") as file:
                file.write("somebody else\n")
            with contextlib.suppress(BaseException):
                agent.ask("two")
        with pytest.raises(pytest_oao.OaoError):
            pytest_oao.load(running.cassette)

    def test_another_error_made_of_a_loss_does_not_hide_it(self, agent, sessions):
        with pytest.raises(LostRecord, match="was deleted"), pytest_oao.record(sessions, strict=True) as running:
            running.cassette.unlink()
            try:
                agent.ask("one")
            except BaseException as error:
                raise RuntimeError("the agent's own") from error


class TestReplay:
    def test_it_answers_from_a_journal_without_server_and_key(self, agent, journal, model_server, monkeypatch):
        model_server.stop()
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with pytest_oao.replay(journal) as running:
            assert [agent.ask("one"), agent.ask("two")] == agent.said
            assert openai.OpenAI().api_key
        assert "OPENAI_API_KEY" not in os.environ
        assert running.session.exchanges == pytest_oao.load(journal).exchanges
        with pytest.raises(openai.APIConnectionError):
            agent.ask("the world is back, and nobody listens")

    def test_it_answers_from_a_sealed_cassette(self, agent, journal, tmp_path):
        cassette = tmp_path / "sealed.yaml"
        shelf.save(pytest_oao.load(journal), cassette)
        with pytest_oao.replay(cassette):
            assert [agent.ask("one"), agent.ask("two")] == agent.said

    def test_threads_and_tasks_get_their_own_answers(self, agent, sessions):
        def run():
            with ThreadPoolExecutor(4) as pool:
                pooled = list(pool.map(agent.ask, ["same"] * 8))

            async def gathered():
                return await asyncio.gather(*(agent.aask("same") for _ in range(8)))

            return pooled + asyncio.run(gathered())

        with pytest_oao.record(sessions) as running:
            live = run()
        assert len(set(live)) == 16
        for _ in range(3):
            with pytest_oao.replay(running.cassette):
                assert run() == live

    def test_a_missing_call_is_told_at_the_end(self, agent, journal):
        with pytest.raises(Diverged) as caught, pytest_oao.replay(journal):
            agent.ask("one")
        assert caught.value.divergence.name == "call missing"
        assert (caught.value.divergence.number, caught.value.divergence.total) == (2, 2)
        assert str(journal) in str(caught.value)

    def test_a_changed_request_is_told_where_it_is_made(self, agent, journal):
        with pytest.raises(Diverged) as caught, pytest_oao.replay(journal):
            agent.ask("uno")
        divergence = caught.value.divergence
        assert (divergence.name, divergence.number) == ("request changed", 1)
        assert [change.path for change in divergence.explanation.changes] == ["$.messages[0].content"]

    @pytest.mark.parametrize("swallow", ["suppress", "gather", "thread", "other error", "return"])
    def test_a_swallowed_divergence_is_raised_at_the_end(self, agent, journal, swallow):
        def run():
            if swallow == "suppress":
                with contextlib.suppress(BaseException):
                    agent.ask("uno")
            elif swallow == "gather":
                asyncio.run(_gathered(agent.aask("uno")))
            elif swallow == "thread":
                pool = ThreadPoolExecutor(1)
                pool.submit(agent.ask, "uno").exception()
            elif swallow == "other error":
                try:
                    agent.ask("uno")
                except BaseException as error:
                    raise RuntimeError("the agent's own") from error
            with contextlib.suppress(BaseException):
                agent.ask("a second difference")

        with pytest.raises(Diverged) as caught, pytest_oao.replay(journal):
            run()
        assert caught.value.divergence.actual.body.json()["messages"][0]["content"] in {"uno", "a second difference"}
        if swallow != "return":
            assert caught.value.divergence.actual.body.json()["messages"][0]["content"] == "uno"

    def test_an_exception_of_the_caller_s_own_stays(self, agent, journal):
        with pytest.raises(KeyError), pytest_oao.replay(journal):
            agent.ask("one")
            raise KeyError

    def test_nothing_goes_out(self, agent, journal):
        import socket

        with pytest.raises(EscapedCall, match="tried in replay"), pytest_oao.replay(journal):
            with contextlib.suppress(BaseException):
                socket.create_connection(("127.0.0.1", 9))
            agent.ask("one")
        with pytest_oao.replay(journal, passthrough_hosts=("localhost",)):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", 9))
            assert [agent.ask("one"), agent.ask("two")] == agent.said

    def test_a_thread_that_goes_on_after_it_does_not_reach_the_world(self, agent, journal, model_server):
        before, go, heard = model_server.count(), threading.Event(), []

        def late():
            assert go.wait(20)
            try:
                agent.ask("late")
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is looked at
                heard.append(error)

        with pytest_oao.replay(journal):
            assert [agent.ask("one"), agent.ask("two")] == agent.said
            thread = threading.Thread(target=late)
            thread.start()
        go.set()
        thread.join(20)
        assert [type(error) for error in heard] == [EscapedCall]
        assert "was made after the session that started it had ended" in str(heard[0])
        assert model_server.count() == before
        assert agent.ask("the caller is free")

    def test_neither_does_a_task(self, agent, journal, model_server):
        before = model_server.count()

        async def late(go):
            await go.wait()
            await agent.aask("late")

        async def run():
            go = asyncio.Event()
            with pytest_oao.replay(journal):
                assert [await agent.aask("one"), await agent.aask("two")] == agent.said
                task = asyncio.create_task(late(go))
            go.set()
            (error,) = await asyncio.gather(task, return_exceptions=True)
            return error, await agent.aask("the caller is free")

        error, answer = asyncio.run(run())
        assert "EscapedCall('a connection to 127.0.0.1" in repr(error)  # anyio groups it
        assert answer
        assert model_server.count() == before + 1

    def test_who_interrupts_the_run_is_heard(self, agent, journal):
        with pytest.raises(KeyboardInterrupt), pytest_oao.replay(journal):
            with contextlib.suppress(BaseException):
                agent.ask("uno")
            raise KeyboardInterrupt

    def test_ignore_and_order(self, agent, journal):
        with pytest_oao.replay(journal, ignore=("$.messages[*].content",)):
            assert [agent.ask("uno"), agent.ask("due")] == agent.said
        with pytest_oao.replay(journal, order="any"):
            assert [agent.ask("two"), agent.ask("one")] == agent.said[::-1]
        with pytest.raises(Diverged, match="calls reordered"), pytest_oao.replay(journal):
            agent.ask("two")
            agent.ask("one")
        for bad in ({"order": "random"}, {"ignore": ("messages",)}, {"ignore": "$.a"}, {"redact": ("(",)}):
            with pytest.raises(BadOption), pytest_oao.replay(journal, **bad):
                raise AssertionError

    def test_redacted_requests_match(self, agent, sessions, monkeypatch):
        monkeypatch.setenv("SERVICE_TOKEN", "a-token-of-the-service-9b1c")
        with pytest_oao.record(sessions) as running:
            live = agent.ask("is a-token-of-the-service-9b1c right?")
        with pytest_oao.replay(running.cassette):
            assert agent.ask("is a-token-of-the-service-9b1c right?") == live

    def test_back_off_is_not_slept(self, agent, sessions):
        def run():
            with openai.OpenAI(base_url=agent.url, api_key="k", max_retries=2) as client:
                return agent.create(client, "FAIL-ONCE in replay").choices[0].message.content

        with pytest_oao.record(sessions) as running:
            live = run()
        assert [call.status for call in running.calls] == [500, 200]
        started = time.process_time(), time.perf_counter()
        with pytest_oao.replay(running.cassette):
            assert run() == live
        assert time.perf_counter() - started[1] < 2

    def test_a_cancelled_call_waits_to_be_cancelled_again(self, agent, sessions):
        async def run():
            results = []
            for question, stream in (("HANG", False), ("SLOW", True)):
                try:
                    async with asyncio.timeout(0.4), openai.AsyncOpenAI(base_url=agent.url, api_key="k") as client:
                        answer = await agent.create(client, question, stream=stream)
                        async for chunk in answer:
                            results.append(chunk.choices[0].delta.content)  # noqa: PERF401 - kept when it is cancelled
                except TimeoutError:
                    results.append("timed out")
            return results

        with pytest_oao.record(sessions) as running:
            live = asyncio.run(run())
        assert live[0] == live[-1] == "timed out"
        assert len(live) > 2
        with pytest_oao.replay(running.cassette):
            assert asyncio.run(run()) == live

    def test_a_cancelled_call_that_nobody_cancels_any_more_does_not_hang(self, agent, sessions, monkeypatch):
        async def run(seconds):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(agent.aask("HANG"), seconds)

        with pytest_oao.record(sessions) as running:
            asyncio.run(run(0.2))
        monkeypatch.setattr("pytest_oao.runtime.overruns.SLACK", 0.2)
        with pytest.raises(Diverged, match="session ended late"), pytest_oao.replay(running.cassette):
            asyncio.run(run(None))


class TestLoad:
    @pytest.mark.parametrize(
        ("data", "error"),
        [
            (None, MissingFile),
            (b"", UnreadableFile),
            (b"hello", UnreadableFile),
            (b"\xff\xfe\x00binary", UnreadableFile),
            (b'{"prev":"x"}\n', UnreadableFile),
        ],
    )
    @pytest.mark.parametrize("verb", [pytest_oao.load, pytest_oao.replay])
    def test_what_is_no_session_is_refused(self, tmp_path, data, error, verb):
        path = tmp_path / "file.yaml"
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(error) as caught, verb(path):
            raise AssertionError
        assert str(path) in str(caught.value)
        assert caught.value.remedy

    def test_a_folder_is_no_session(self, tmp_path):
        with pytest.raises(UnreadableFile):
            pytest_oao.load(tmp_path)

    def test_a_journal_that_is_still_written_is_incomplete(self, agent, sessions):
        with pytest_oao.record(sessions) as running:
            agent.ask("one")
            with pytest.raises(IncompleteFile):
                pytest_oao.load(running.cassette)
        assert pytest_oao.load(running.cassette).complete

    def test_cut_anywhere_or_flipped_it_is_never_taken_for_whole(self, journal, tmp_path):
        data = journal.read_bytes()
        copy = tmp_path / "copy.oao.jsonl"
        for end in {*range(0, len(data), 97), len(data) - 1}:
            copy.write_bytes(data[:end])
            with pytest.raises(UnreadableFile):
                pytest_oao.load(copy)
        for place in range(5, len(data), 61):
            flipped = bytearray(data)
            flipped[place] ^= 1
            copy.write_bytes(flipped)
            with pytest.raises((DamagedFile, IncompleteFile, UnreadableFile, HostileFile)):
                pytest_oao.load(copy)


CHILD = """
import itertools, sys, httpx2, pytest_oao
client = httpx2.Client(base_url=sys.argv[1])
with pytest_oao.record(sys.argv[2], durable=True) as running:
    for number in itertools.count():
        question = {"model": "m", "messages": [{"role": "user", "content": str(number)}]}
        answer = client.post("/v1/chat/completions", json=question).json()
        print(answer["choices"][0]["message"]["content"], flush=True)
"""


def test_a_killed_recording_keeps_every_call_that_the_agent_saw(model_server, tmp_path):
    children = []
    for number in range(15):
        command = [sys.executable, "-c", CHILD, model_server.url, str(tmp_path / str(number))]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        children.append(child)
        if len(children) % 3 == 0:  # three at a time
            for other in children[-3:]:
                seen = [other.stdout.readline() for _ in range(2 + number)]
                assert all(seen)
                other.kill()
                other.seen = seen
    for number, child in enumerate(children):
        seen = [line.strip() for line in child.seen + child.stdout.readlines() if line.endswith("\n")]
        child.wait()
        child.stdout.close()
        (journal,) = (tmp_path / str(number)).iterdir()
        with pytest.raises(IncompleteFile, match="incomplete"):
            pytest_oao.load(journal)
        session = read_journal(journal).session
        answers = [json.loads(one.outcome.body.data)["choices"][0]["message"]["content"] for one in session.exchanges]
        assert answers[: len(seen)] == seen
        assert len(answers) <= len(seen) + 1
        assert len(session.in_doubt) <= 1


async def _gathered(*calls):
    return await asyncio.gather(*calls, return_exceptions=True)
