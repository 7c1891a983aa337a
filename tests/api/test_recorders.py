"""A recorder in a program: sessions side by side, each with its own calls, and nobody is disturbed."""

import asyncio
import gc
import logging
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial, reduce
from types import SimpleNamespace

import httpx2
import pytest
from production_samples import aask, ask, asked, in_threads, journals

import pytest_oao
from pytest_oao.adapters.tapes import Tape
from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal_reading import parse_journal
from pytest_oao.errors import BadOption, BadPolicy, PolicyViolation, UnknownSpend
from pytest_oao.policy.prices import Prices
from pytest_oao.ports import Keep
from pytest_oao.runtime.chance import has_seed
from pytest_oao.runtime.pinned_sessions import PinnedSession
from pytest_oao.runtime.session_facts import session_facts
from pytest_oao.runtime.variables import recorded_variables

pytestmark = pytest.mark.usefixtures("no_engine", "taken_out")


@pytest.fixture
def recorder(tmp_path):
    recorder = pytest_oao.record(tmp_path / "sessions")
    yield recorder
    assert recorder.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sessions"


KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"


class TestWhatNamesIt:
    """Whatever the session is, a program may ask `is_recorded`, `id` and `address` of it."""

    def test_of_one_that_is_recorded_strictly(self, folder):
        with pytest_oao.record(folder, strict=True) as session:
            ask("one")
            assert session.is_recorded
        assert pytest_oao.load(session.address).header.id == session.id
        with pytest_oao.replay(session.cassette) as again:
            with pytest_oao.record(folder) as inner:
                ask("one")
                assert (inner.is_recorded, inner.id, inner.address) == (True, session.id, "")
            assert (again.is_recorded, again.id, again.address) == (True, session.id, str(session.cassette))

    def test_of_one_within_another_that_is_held_to_a_policy(self, folder):
        recorder = pytest_oao.record(folder, policy=pytest_oao.Policy(max_model_calls=5))
        with recorder as session, recorder as inner:
            ask("one")
            assert (inner.is_recorded, inner.id, inner.address) == (True, session.id, session.address)
        assert recorder.flush()
        assert asked(pytest_oao.load(inner.address)) == ["one"]

    def test_rules_of_the_project_s_own_hear_of_what_is_recorded_inside(self, folder):
        house = SimpleNamespace(name="house", before=lambda call, ledger: "no", after=lambda exchange, ledger: None)
        strict, plain = pytest_oao.record(folder, rules=[house]), pytest_oao.record(folder)
        with pytest.raises(pytest_oao.PolicyViolation, match="house"), strict, plain:
            ask("one")

    def test_of_one_that_is_lost_it_tells_that_it_is(self, folder):
        folder.write_text("in the way")
        recorder = pytest_oao.record(folder, policy=pytest_oao.Policy(max_model_calls=5))
        with recorder as session, recorder as inner:
            ask("one")
            assert recorder.flush()
            assert (session.is_recorded, inner.is_recorded) == (False, False)


class TestWhoseCallsTheyAre:
    def test_calls_outside_every_session_are_nobody_s_while_one_runs(self, recorder, folder):
        began, go = threading.Event(), threading.Event()

        def stranger():
            assert began.wait(20)
            assert ask("a stranger") == "you said a stranger"
            go.set()

        thread = threading.Thread(target=stranger)
        thread.start()  # before the session, so no strand of it
        with recorder as session:
            began.set()
            assert go.wait(20)
            ask("mine")
        thread.join(20)
        assert asked(pytest_oao.load(session.cassette)) == ["mine"]
        assert recorder.counts.recorded == 1

    def test_threads_and_tasks_started_inside_are_of_the_session(self, recorder):
        pool = ThreadPoolExecutor(2)
        pool.submit(ask, "before").result()
        with recorder as session:
            in_threads(lambda: ask("a thread"), lambda: ask("another"))
            pool.submit(ask, "a pool from before").result()

            async def tasks():
                await asyncio.gather(aask("a task"), asyncio.to_thread(ask, "to a thread"))

            asyncio.run(tasks())
        pool.submit(ask, "after").result()
        pool.shutdown()
        questions = ["a pool from before", "a task", "a thread", "another", "to a thread"]
        assert sorted(asked(pytest_oao.load(session.cassette))) == questions

    def test_one_recorder_is_entered_by_many_threads_at_once(self, recorder, folder):
        met = threading.Barrier(8)

        def work(name):
            with recorder:
                met.wait(20)
                for number in range(3):
                    ask(f"{name} {number}")
                met.wait(20)

        in_threads(*[lambda name=name: work(name) for name in range(8)])
        found = [asked(session) for session in journals(folder)]
        assert sorted(found) == [[f"{name} {number}" for number in range(3)] for name in range(8)]
        assert recorder.counts == type(recorder.counts)(recorded=8)

    def test_and_by_many_tasks(self, recorder, folder):
        async def work(name):
            async with recorder:
                for number in range(2):
                    await aask(f"{name} {number}")

        async def all_of_them():
            await asyncio.gather(*map(work, range(10)))

        asyncio.run(all_of_them())
        assert recorder.flush()
        assert sorted(map(asked, journals(folder))) == [[f"{name} 0", f"{name} 1"] for name in range(10)]

    def test_nested_in_itself_the_inner_one_owns_its_calls(self, recorder, folder):
        with recorder:
            ask("outer")
            with recorder:
                ask("inner")
            ask("outer again")
        assert sorted(map(asked, journals(folder))) == [["inner"], ["outer", "outer again"]]

    def test_what_goes_on_after_the_session_goes_on_unrecorded(self, recorder):
        go, said = threading.Event(), []

        def late():
            assert go.wait(20)
            said.append(ask("late"))

        with recorder as session:
            ask("in time")
            thread = threading.Thread(target=late)
            thread.start()
        go.set()
        thread.join(20)
        assert said == ["you said late"]
        assert asked(pytest_oao.load(session.cassette)) == ["in time"]

    def test_a_function_that_makes_no_call_leaves_nothing_behind_but_a_block_does(self, recorder, folder):
        seen = []

        @recorder
        def work():
            seen.append(len(session.calls))

        with recorder as session:
            work()
            assert not session.calls
            assert session.session.header.id == session.id
        assert recorder.counts.recorded == 1
        assert pytest_oao.load(session.cassette).exchanges == ()
        assert len(list(folder.iterdir())) == len(seen) == 1


class TestDecorator:
    def test_an_async_function_is_recorded_until_it_returns(self, recorder, folder):
        @recorder
        async def work(name):
            return await aask(name)

        async def both():
            return await asyncio.gather(work("a"), work("b"))

        assert asyncio.run(both()) == ["you said a", "you said b"]
        assert recorder.flush()
        assert sorted(map(asked, journals(folder))) == [["a"], ["b"]]
        assert work.__name__ == "work"

    def test_so_are_an_object_that_is_called_and_a_partial_of_one(self, recorder, folder):
        class Asked:
            async def __call__(self, name):
                return await aask(name)

        class Streamed:
            async def __call__(self, name):
                yield await aask(name)

        class Told:
            def __call__(self, name):
                yield ask(name)

        async def streamed(work, *names):
            return [word async for word in work(*names)]

        async def all_of_them():
            said = [await recorder(Asked())("a"), await recorder(partial(Asked(), "b"))()]
            return [
                *said,
                *await streamed(recorder(Streamed()), "c"),
                *await streamed(recorder(partial(Streamed(), "d"))),
            ]

        said = [*asyncio.run(all_of_them()), *recorder(Told())("e"), *recorder(partial(partial(Told()), "f"))()]
        assert said == [f"you said {name}" for name in "abcdef"]
        assert recorder.flush()
        assert sorted(map(asked, journals(folder))) == [[name] for name in "abcdef"]

    def test_a_function_that_hands_on_what_runs_later_is_told_of_once(self, recorder, folder, caplog):
        @recorder
        def work(name):
            return aask(name)

        assert [asyncio.run(work(name)) for name in "ab"] == ["you said a", "you said b"]
        assert recorder.flush()
        assert recorder.counts.empty == 2
        assert not journals(folder)
        (said,) = caplog.messages
        assert "work returned a coroutine, which runs after its session and is not recorded: decorate" in said

    def test_a_generator_is_of_the_session_and_who_reads_it_is_not(self, recorder, folder):
        @recorder
        def words(name):
            try:
                got = yield ask(f"{name} first")
                yield ask(f"{name} {got}")
            except KeyError:
                yield ask(f"{name} told")
            return "done"

        def whole(name):
            said = yield from words(name)
            assert said == "done"

        one, other = whole("one"), whole("other")
        assert next(one) == "you said one first"
        assert ask("between") == "you said between"
        assert next(other) == "you said other first"
        assert one.send("second") == "you said one second"
        assert other.throw(KeyError()) == "you said other told"
        assert list(one) == list(other) == []
        assert sorted(map(asked, journals(folder))) == [["one first", "one second"], ["other first", "other told"]]
        assert {session.ending.status for session in journals(folder)} == {"passed"}

    def test_one_that_is_not_read_to_its_end_has_not_failed(self, recorder, folder):
        closed = []

        @recorder
        def words():
            try:
                yield ask("first")
                yield ask("second")
            finally:
                closed.append(ask("closing"))

        stream = words()
        next(stream)
        stream.close()
        assert closed == ["you said closing"]
        (session,) = journals(folder)
        assert asked(session) == ["first", "closing"]
        assert session.ending.status == "passed"

    def test_so_is_an_async_generator(self, recorder, folder):
        @recorder
        async def words(name):
            try:
                got = yield await aask(f"{name} first")
                yield await aask(f"{name} {got}")
            except KeyError:
                yield await aask(f"{name} told")

        async def read():
            one, other = words("one"), words("other")
            assert await anext(one) == "you said one first"
            await aask("between")
            assert await anext(other) == "you said other first"
            assert await one.asend("second") == "you said one second"
            assert await other.athrow(KeyError()) == "you said other told"
            await other.aclose()
            assert [word async for word in one] == []

        asyncio.run(read())
        assert recorder.flush()
        assert sorted(map(asked, journals(folder))) == [["one first", "one second"], ["other first", "other told"]]

    def test_what_it_raises_is_raised_and_ends_the_session(self, recorder, folder):
        @recorder
        def work():
            ask("one")
            raise KeyError("mine")

        with pytest.raises(KeyError, match="mine"):
            work()
        (session,) = journals(folder)
        assert (session.ending.status, session.ending.message) == ("failed", "KeyError")

    def test_sample_and_task_are_functions_of_its_arguments(self, folder):
        recorder = pytest_oao.record(
            folder, sample=lambda job, **_: job["kind"] == "chat", task=lambda job, **more: {"job": job["id"], **more}
        )

        @recorder
        def work(job, **more):
            return ask(f"{job['id']}")

        work({"id": 1, "kind": "chat"}, more=2)
        work({"id": 2, "kind": "other"})
        (session,) = journals(folder)
        assert session.header.metadata["task"] == {"job": 1, "more": 2}
        assert recorder.counts.sampled_out == 1


def nested(levels):
    return reduce(lambda inner, _: [inner], range(levels - 1), [])


class TestTagsAndMetadata:
    """What sessions are chosen by: the same for all, or said of each."""

    def test_are_what_a_pinned_test_chooses_by(self, folder):
        metadata = {"user": "u1", "plan": {"name": "pro", "seats": 3}, "environment": "prod"}
        with pytest_oao.record(folder, tags=["eu", "beta"], metadata=metadata) as session:
            metadata["user"] = "u2"
            ask("one")
        facts = session_facts(pytest_oao.load(session.cassette), Prices.of({}))
        assert facts.tags == ("eu", "beta")
        told = {name: facts.metadata[name] for name in ("user", "plan.name", "plan.seats", "environment")}
        assert told == {"user": "u1", "plan.name": "pro", "plan.seats": 3, "environment": "prod"}
        assert PinnedSession("s", lambda: pytest_oao.load(session.cassette)).tags == ("eu", "beta")

    def test_may_be_functions_of_what_a_session_is_of(self, folder):
        recorder = pytest_oao.record(
            folder,
            tags=lambda user: {user["region"]},
            metadata=lambda user: {"user": user["id"]} if user["id"] else None,
        )
        for user in ({"id": "u1", "region": "eu"}, {"id": "", "region": "us"}):
            with recorder.session(user):
                ask("one")
        first, second = (session.header.metadata for session in journals(folder))
        assert (first, second) == ({"tags": ["eu"], "user": "u1"}, {"tags": ["us"]})

    def test_names_that_are_ours_stand_apart_and_seed_nothing(self, folder):
        own = {"seed": 7, "task": "mine", "user": "u1", "password": "open sesame"}
        with pytest_oao.record(folder, task="ours", metadata=own, strict=True) as session:
            ask("one")
        header = pytest_oao.load(session.cassette).header
        assert header.metadata["metadata"] == {"seed": 7, "task": "mine"}
        assert (header.metadata["task"], header.metadata["user"]) == ("ours", "u1")
        assert "open sesame" not in session.cassette.read_text()
        assert not has_seed(header)

    def test_variables_of_a_test_s_are_another_thing(self, folder, monkeypatch):
        monkeypatch.setenv("PLACE", "here")
        with pytest_oao.record(folder, metadata={"environment": {"PLACE": "there"}}) as session:
            ask("one")
        with recorded_variables(pytest_oao.load(session.cassette).header, ["PLACE"]):
            assert os.environ["PLACE"] == "here"

    @pytest.mark.parametrize("options", [{}, {"strict": True}])
    def test_are_as_deep_as_a_cassette_can_hold(self, folder, tmp_path, options):
        own = {"deep": nested(98), "seed": nested(97)}
        with pytest_oao.record(folder, task=nested(98), metadata=own, **options) as session:
            session.output = nested(98)
            ask("one")
        read = pytest_oao.load(session.cassette)
        shelf.save(read, tmp_path / "it.yaml")
        assert shelf.load(tmp_path / "it.yaml").header == read.header
        assert read.header.metadata["output"] == nested(98)

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"task": nested(99)}, "the task is nested deeper than 98 levels, in `task`"),
            ({"metadata": {"deep": nested(99)}}, "the metadata is nested deeper than 98 levels, in `deep`"),
            ({"metadata": {"seed": nested(98)}}, "the metadata is nested deeper than 98 levels, in `metadata`"),
            ({"tags": "eu"}, "tags='eu' is no list of texts"),
            ({"tags": [1]}, "is no list of texts"),
            ({"metadata": ["a"]}, "is no dict"),
            ({"metadata": {"a": object()}}, "the metadata is no JSON"),
            ({"task": object()}, "the task is no JSON"),
        ],
    )
    def test_what_cannot_be_is_refused_at_once_and_of_a_function_costs_the_record(self, folder, wrong, told):
        with pytest.raises(BadOption, match=told):
            pytest_oao.record(folder, **wrong)
        recorder = pytest_oao.record(folder, **{name: lambda value=value: value for name, value in wrong.items()})
        with recorder:
            assert ask("one") == "you said one"
        assert recorder.flush()
        assert (recorder.counts.recorded, recorder.counts.dropped) == (0, 1)
        assert told in recorder.counts.reason

    @pytest.mark.parametrize("version", [5, 1.5, b"1", ["1"], lambda: "1", False])
    def test_a_version_that_is_no_text_is_refused(self, folder, version):
        with pytest.raises(BadOption, match=r"agent_version=.* is no text"):
            pytest_oao.record(folder, agent_version=version)

    def test_one_that_is_not_known_is_none(self, folder):
        with pytest_oao.record(folder, agent_version=os.environ.get("NO_SUCH_VARIABLE")) as session:
            ask("one")
        assert "agent_version" not in pytest_oao.load(session.cassette).header.metadata

    @pytest.mark.parametrize(
        "said",
        [
            {"tags": lambda: KEY},
            {"metadata": lambda: [KEY]},
            {"metadata": lambda: {}[KEY]},
            {"sample": lambda: {}[KEY]},
            {"tags": lambda: "y" * 470 + " " + KEY},
        ],
    )
    def test_what_it_says_of_a_drop_has_no_secret_and_is_short(self, tmp_path, caplog, said):
        recorder = pytest_oao.record(tmp_path / KEY, **said)
        with recorder:
            ask("one")
        assert recorder.flush()
        assert recorder.counts.dropped == 1
        assert recorder.counts.reason
        assert len(recorder.counts.reason) <= 500
        for told in (recorder.counts.reason, caplog.text):
            assert KEY[:12] not in told
        assert "~redacted-openai-key~" in caplog.text

    def test_a_long_value_does_not_make_a_long_log(self, folder, caplog):
        recorder = pytest_oao.record(folder, tags=lambda: "x y " * 100_000)
        with recorder:
            ask("one")
        assert recorder.counts.reason.startswith("BadOption: pytest_oao.record: tags='x y x y")
        assert len(caplog.text) < 2000


class TestSampling:
    def test_a_fraction_is_recorded(self, folder, monkeypatch):
        draws = iter([0.1, 0.9, 0.24, 0.25])
        monkeypatch.setattr("pytest_oao.api.samples._draw", lambda: next(draws))
        recorder = pytest_oao.record(folder, sample=0.25)
        for number in range(4):
            with recorder as session:
                ask(str(number))
                assert session.is_recorded == (number in {0, 2})
        assert sorted(map(asked, journals(folder))) == [["0"], ["2"]]
        assert (recorder.counts.recorded, recorder.counts.sampled_out) == (2, 2)

    def test_the_program_s_own_draws_stay_as_they_are(self, folder):
        random.seed(4)
        expected = [random.random() for _ in range(3)]
        random.seed(4)
        recorder = pytest_oao.record(folder, sample=0.5)
        drawn = []
        for _ in range(3):
            with recorder:
                drawn.append(random.random())
        assert drawn == expected

    def test_what_is_sampled_out_can_be_looked_at_like_any_other(self, folder):
        with pytest_oao.record(folder, sample=0) as session:
            ask("one")
            assert (len(session.calls), session.usage, session.is_recorded) == (0, session.usage, False)
            assert session.ledger.model_calls == 0
        assert not folder.exists()

    @pytest.mark.parametrize("policy", [None, pytest_oao.Policy(max_model_calls=5)])
    def test_it_has_no_id_that_would_name_nothing(self, folder, policy):
        recorder = pytest_oao.record(folder, sample=0, policy=policy)
        with recorder as session, recorder as inner:
            ask("one")
            for one in (session, inner):
                assert (one.is_recorded, one.id, one.address) == (False, "", "")

    def test_what_it_asks_may_fail(self, folder, caplog):
        recorder = pytest_oao.record(folder, sample=lambda: 1 / 0)
        with recorder:
            assert ask("one") == "you said one"
        assert recorder.counts.dropped == 1
        assert "ZeroDivisionError" in recorder.counts.reason
        assert "ZeroDivisionError" in caplog.text

    @pytest.mark.parametrize("sample", [-0.1, 1.5, "half", None])
    def test_what_is_no_fraction_is_refused(self, folder, sample):
        with pytest.raises(BadOption, match="is no fraction"):
            pytest_oao.record(folder, sample=sample)

    @pytest.mark.parametrize("sample", [0.5, 0, lambda: True])
    def test_of_a_strict_recording_none_is_left_out(self, folder, sample):
        with pytest.raises(BadOption, match="a strict recording leaves no session out"):
            pytest_oao.record(folder, sample=sample, strict=True)

    def test_that_none_is_recorded_is_told_when_the_recorder_is_made(self, folder, caplog):
        caplog.set_level(logging.INFO, "pytest_oao")
        pytest_oao.record(folder, sample=0.1)
        assert caplog.text == ""
        pytest_oao.record(folder, sample=0)
        assert "sample=0: no session of this recorder is recorded" in caplog.text

    def test_sessions_without_a_call_are_counted_and_strict_ones_too(self, folder):
        recorder = pytest_oao.record(folder)
        work = recorder(lambda question: question and ask(question))
        for question in ("", "one", ""):
            work(question)
        assert recorder.flush()
        assert recorder.counts == type(recorder.counts)(recorded=1, empty=2)
        strictly = pytest_oao.record(folder, strict=True)
        with strictly:
            ask("two")
        assert strictly.counts == type(recorder.counts)(recorded=1)

    def test_a_policy_holds_what_is_sampled_out_too(self, folder):
        recorder = pytest_oao.record(folder, sample=0, policy=pytest_oao.Policy(max_model_calls=1))
        with pytest.raises(PolicyViolation), recorder:
            ask("one")
            ask("two")
        assert not folder.exists()
        assert recorder.counts.sampled_out == 1

    def test_what_a_policy_counted_of_it_is_told_and_it_names_no_journal(self, folder):
        policy = pytest_oao.Policy(max_model_calls=5)
        with pytest_oao.record(folder, sample=0, policy=policy) as session:
            ask("one")
            ask("two")
            assert session.ledger.model_calls == 2
            assert (session.is_recorded, session.address) == (False, "")
            assert session.within(policy)
            with pytest.raises(UnknownSpend, match="not recorded"):
                session.within(pytest_oao.Policy(max_model_calls=1))
            with pytest.raises(BadOption, match="not recorded"):
                _ = session.cassette

    def test_without_one_nobody_can_say_what_it_is_within(self, folder):
        with pytest_oao.record(folder, sample=0) as session:
            ask("one")
            with pytest.raises(UnknownSpend, match="not recorded"):
                session.within(pytest_oao.Policy(max_model_calls=0))
            with pytest.raises(BadOption, match="not recorded"):
                _ = session.cassette

    def test_so_is_what_it_counted_of_a_record_that_was_lost(self, folder):
        folder.write_text("in the way")
        recorder = pytest_oao.record(folder, policy=pytest_oao.Policy(max_model_calls=2))
        with pytest.raises(PolicyViolation), recorder as session:
            ask("one")
            assert recorder.flush()
            ask("two")
            assert (session.is_recorded, session.ledger.model_calls) == (False, 2)
            ask("three")
        with pytest.raises(PolicyViolation):
            session.within(session.policy)


class TestPolicies:
    def test_each_session_has_a_ledger_of_its_own_and_reports_hold_no_secret(self, folder):
        policy = pytest_oao.Policy(max_model_calls=2)
        recorder = pytest_oao.record(folder, policy=policy, redact=[r"pin \d+"])
        for _ in range(2):
            with recorder as session:
                ask("one, pin 48151623")
                ask("two, pin 48151623")
                assert session.ledger.model_calls == 2
        with pytest.raises(PolicyViolation) as caught, recorder:
            for _ in range(3):
                ask("pin 48151623")
        assert "48151623" not in repr(caught.value.violation)
        found = journals(folder)
        assert sorted(session.ending.status for session in found) == ["passed", "passed", "stopped"]
        assert not any("48151623" in path.read_text() for path in folder.iterdir())

    def test_a_session_cannot_be_given_another_one(self, recorder):
        with recorder as session, pytest.raises(BadPolicy):
            session.policy = pytest_oao.Policy(max_steps=1)


@pytest.mark.parametrize("policy", [None, pytest_oao.Policy(max_model_calls=99)])
def test_what_is_written_is_not_kept_in_memory(folder, policy):
    from pytest_oao.model.calls import Call

    def kept():
        gc.collect()
        return sum(isinstance(one, Call) for one in gc.get_objects())

    recorder = pytest_oao.record(folder, policy=policy)
    with recorder as session:
        for number in range(10):  # a policy remembers the last few
            ask(f"first {number}")
        assert recorder.flush()
        before = kept()
        for number in range(30):
            ask(str(number))
        assert recorder.flush()
        assert kept() - before < 10
        assert len(session.calls) == 40


@pytest.mark.parametrize("policy", [None, pytest_oao.Policy(max_steps=99)])
def test_nor_is_a_stream_that_is_over(folder, policy):
    def kept():
        gc.collect()
        return sum(isinstance(one, Tape) for one in gc.get_objects())

    answer = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=httpx2.ByteStream(b"a part")))
    recorder = pytest_oao.record(folder, policy=policy)
    with recorder, httpx2.Client(transport=answer) as client:
        for number in range(20):
            assert client.get(f"http://a.example/{number}").content == b"a part"
        assert recorder.flush()
        assert kept() < 5


def test_its_adapters_stay_in_place_once_it_is_used_again(recorder):
    plain = httpx2.Client._transport_for_url
    with recorder:
        assert httpx2.Client._transport_for_url is not plain
    assert httpx2.Client._transport_for_url is plain
    with recorder:
        pass
    assert httpx2.Client._transport_for_url is not plain
    assert recorder.close()
    assert httpx2.Client._transport_for_url is plain
    with recorder as session:
        ask("one")
    assert asked(pytest_oao.load(session.cassette)) == ["one"]


class Own:
    """A store as somebody else writes one."""

    is_near, patience, keep = False, 0.0, Keep()

    def __init__(self):
        self.kept = {}

    def address(self, session):
        return f"own:{session}"

    def begin(self, session):
        kept = self.kept

        class Journal:
            def append(self, lines, *, durable):
                kept[session] = kept.get(session, b"") + lines

            def close(self):
                pass

        return Journal()

    def stored(self):
        return iter(())

    def read(self, session):
        return self.kept[session]

    def remove(self, session):
        return True


def test_a_store_of_one_s_own_is_recorded_into():
    own = Own()
    recorder = pytest_oao.record(own)
    with recorder as session:
        ask("one")
        assert asked(session.session) == ["one"]
    assert recorder.flush()
    assert asked(parse_journal(own.kept[session.id], session.address).session) == ["one"]


@pytest.mark.parametrize("name", ["address", "begin", "stored", "read", "remove", "is_near", "patience", "keep"])
def test_one_that_lacks_something_is_refused_at_once(name):
    lacking = type("Lacking", (Own,), {name: None})()
    with pytest.raises(BadOption, match=f"is no store: it lacks {name}\n"):
        pytest_oao.record(lacking)
