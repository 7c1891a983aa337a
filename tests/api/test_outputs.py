"""What a recorded run was given and what came out of it, where the program says so amid it, or the function returned."""

import asyncio
import json

import pytest
from production_samples import aask, ask, in_threads

import pytest_oao
from pytest_oao.cassette.schema import check_schema
from pytest_oao.runtime.outputs import LIMIT, said_record
from pytest_oao.runtime.pinned_sessions import PinnedSession

pytestmark = pytest.mark.usefixtures("no_engine", "taken_out")
SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sessions"


@pytest.fixture
def recorder(folder):
    recorder = pytest_oao.record(folder)
    yield recorder
    assert recorder.close()
    assert recorder.counts.dropped == 0


def pinned(folder):
    """Return the one session in a folder as a test that is pinned to it sees it."""
    (journal,) = folder.glob("*.oao.jsonl")
    check_schema(journal)
    return PinnedSession("s", lambda: pytest_oao.load(journal))


def kept(output):
    """Return what a record keeps of it."""
    return said_record({"output": output})


class TestWhatAFunctionReturns:
    def test_is_the_session_s_output_whatever_the_model_said(self, recorder, folder):
        @recorder
        def triage(question):
            return {"said": ask(question), "urgent": True, "parts": [1, 2.5, None]}

        returned = triage("one")
        assert recorder.flush()
        assert pinned(folder).output == returned == {"said": "you said one", "urgent": True, "parts": [1, 2.5, None]}

    def test_of_a_coroutine_too(self, recorder, folder):
        @recorder
        async def triage(question):
            await aask(question)
            return ["refund"]

        asyncio.run(triage("one"))
        assert recorder.flush()
        assert pinned(folder).output == ["refund"]

    def test_has_no_secrets_and_is_what_it_was_when_it_was_returned(self, recorder, folder):
        @recorder
        def triage(question):
            ask(question)
            return {"key": SECRET, "password": "open sesame", "list": ["a"]}

        triage("one")["list"].append("b")
        assert recorder.flush()
        kept = pinned(folder).output
        assert kept["list"] == ["a"]
        assert SECRET not in json.dumps(kept)
        assert kept["password"] != "open sesame"

    @pytest.mark.parametrize(
        "returned", [None, object(), (1, 2), {1: "a"}, float("nan"), 2**70, "x" * LIMIT, {"a": set()}]
    )
    def test_is_not_kept_where_it_is_no_plain_json_and_the_model_s_words_stay(self, recorder, folder, returned):
        @recorder
        def triage(question):
            ask(question)
            return returned

        assert triage("one") is returned
        assert recorder.flush()
        assert pinned(folder).output == "you said one"
        assert "output" not in pinned(folder).metadata

    def test_of_a_generator_is_nothing(self, recorder, folder):
        @recorder
        def words(question):
            yield from ask(question).split()

        assert list(words("one")) == ["you", "said", "one"]
        assert recorder.flush()
        assert pinned(folder).output == "you said one"

    def test_of_a_function_without_a_call_begins_no_session(self, recorder, folder):
        assert recorder(lambda: "nothing")() == "nothing"
        assert recorder.flush()
        assert not folder.exists()

    def test_within_another_session_is_not_that_one_s(self, recorder, folder):
        inner = recorder(lambda: ask("inner") and {"inner": True})
        with pytest_oao.record(folder / "outer", policy=pytest_oao.Policy(max_model_calls=5)) as session:
            inner()
            session.output = "outer"
        assert pinned(folder / "outer").output == "outer"


class TestWhatAProgramSays:
    @pytest.mark.parametrize("options", [{}, {"durable": True}, {"strict": True}])
    def test_is_the_session_s_output(self, folder, options):
        with pytest_oao.record(folder, **options) as session:
            ask("one")
            session.output = {"answer": 41}
            session.output["answer"] += 1
            assert session.output == {"answer": 42}
        assert pinned(folder).output == {"answer": 42}
        assert pinned(folder).metadata == {"output": {"answer": 42}}

    def test_is_kept_of_one_that_fails(self, folder):
        with pytest.raises(ZeroDivisionError), pytest_oao.record(folder, strict=True) as session:
            ask("one")
            session.output = "half"
            raise ZeroDivisionError
        assert pinned(folder).output == "half"
        assert pinned(folder).session.ending.status == "failed"

    def test_is_nobody_s_where_it_is_sampled_out(self, folder):
        with pytest_oao.record(folder, sample=0) as session:
            session.output = "nobody asks"
            assert session.output is None

    def test_of_a_request_is_its_own(self, folder):
        recorder = pytest_oao.record(folder)

        def app(environ, _):
            environ["oao.session"].output = {"status": ask("one")}
            return [b"ok"]

        assert pytest_oao.RecordWSGI(app, recorder)({}, None) == [b"ok"]
        assert recorder.close()
        assert pinned(folder).output == {"status": "you said one"}

    def test_of_sessions_at_once_each_keeps_its_own(self, recorder, folder):
        def work(number):
            with recorder as session:
                session.output = ask(str(number)).upper()

        in_threads(*[lambda number=number: work(number) for number in range(8)])
        found = [pytest_oao.load(path).header.metadata["output"] for path in folder.iterdir()]
        assert sorted(found) == [f"YOU SAID {number}" for number in range(8)]


class TestWhatItWasGiven:
    @pytest.mark.parametrize("options", [{}, {"durable": True}, {"strict": True}])
    def test_is_said_amid_it(self, folder, options):
        with pytest_oao.record(folder, **options) as session:
            assert session.task is None
            ask("one")
            session.task = {"question": "When?", "key": SECRET}
            session.task["question"] += "!"
            assert session.task["question"] == "When?!"
        assert pinned(folder).input["question"] == "When?!"
        assert SECRET not in json.dumps(pinned(folder).input)

    def test_stands_beside_what_came_out_and_before_what_the_recorder_was_told(self, folder):
        with pytest_oao.record(folder, task="/chat", tags=["eu"], metadata={"plan": "free"}) as session:
            assert session.task == "/chat"
            session.task, session.output = ask("one"), ["refund"]
        told = {"task": "you said one", "tags": ["eu"], "plan": "free", "output": ["refund"]}
        assert pinned(folder).metadata == told
        assert pinned(folder).input == "you said one"

    @pytest.mark.parametrize("said", [None, object(), {1: "a"}, "x" * LIMIT])
    def test_is_what_it_was_where_it_is_no_plain_json_and_the_output_is_kept_all_the_same(self, folder, said):
        with pytest_oao.record(folder, task="/chat") as session:
            ask("one")
            session.task, session.output = said, "out"
        assert (pinned(folder).input, pinned(folder).output) == ("/chat", "out")

    def test_of_a_request_is_said_where_its_body_is_read(self, folder):
        recorder = pytest_oao.record(folder, task=lambda scope: scope["path"])

        async def app(scope, receive, send):
            question = json.loads((await receive())["body"])["question"]
            scope["oao.session"].task = question
            await aask(f"You run a shop. {question}")

        async def receive():
            return {"type": "http.request", "body": b'{"question": "When are you open?"}'}

        asyncio.run(pytest_oao.RecordASGI(app, recorder)({"type": "http", "path": "/chat"}, receive, None))
        assert recorder.close()
        assert pinned(folder).input == "When are you open?"

    def test_is_nobody_s_where_it_is_sampled_out(self, folder):
        with pytest_oao.record(folder, sample=0) as session:
            session.task = "nobody asks"
            assert session.task is None

    def test_within_another_session_is_not_that_one_s(self, recorder, folder):
        outer = pytest_oao.record(folder / "outer", task="outer", policy=pytest_oao.Policy(max_model_calls=5))
        with outer, recorder as session:
            ask("inner")
            session.task = "inner"
            assert session.task == "inner"
        assert pinned(folder / "outer").input == "outer"


@pytest.mark.parametrize("sample", [0, 1])
@pytest.mark.parametrize("name", ["input", "metadata", "tags", "ouptut"])
def test_what_a_session_does_not_keep_cannot_be_set(folder, name, sample):
    with pytest_oao.record(folder, sample=sample) as session:
        with pytest.raises(AttributeError, match=f"no `{name}`.*session.task.*session.output.*record.tags=") as caught:
            setattr(session, name, {"user": "u1"})
        assert not hasattr(session, name)
    assert "nothing would be kept of it" in str(caught.value)


def test_what_has_no_end_is_no_output():
    endless = []
    endless.append(endless)
    deep = "bottom"
    for _ in range(100_000):
        deep = [deep]
    assert kept(endless) == kept(deep) == b""
    assert kept([0] * (LIMIT // 32)) == b""  # the program would wait for long
    assert kept([0] * 5_000) != b""
    assert kept({"half": "\ud800"}) == rb'{"output":{"half":"\ud800"}}'


def test_a_class_of_the_program_s_own_is_not_looked_into():
    class Dict(dict):
        def items(self):
            raise AssertionError

        __len__ = __iter__ = items

    assert kept(Dict(a=1)) == kept([Dict(a=1)]) == b""
