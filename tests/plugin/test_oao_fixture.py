import pytest


def test_it_gives_the_running_session(light):
    light.write(
        test_agent="""
        import pathlib, pytest
        from my_agent import answer

        def test_refund(oao, record_property):
            assert (len(oao.calls), oao.usage.input_tokens, oao.session.exchanges) == (0, None, ())
            text = answer("hi")
            (call,) = oao.calls("chat")
            assert (call.kind, call.model, call.status, call.lane) == ("chat", "gpt-test", 200, "0")
            assert call.request["messages"][-1]["content"] == "hi"
            assert call.response["choices"][0]["message"]["content"] == call.reply.text == text
            assert (call.usage.input_tokens, call.usage.cached_tokens, call.usage.reasoning_tokens) == (11, 4, 2)
            answer("ho")
            assert len(oao.calls) == 2 and oao.usage.output_tokens == 14
            assert not oao.calls("embeddings")
            assert oao.session.header.test == "test_agent.py::test_refund"
            assert oao.cassette == pathlib.Path(__file__).parent / "cassettes/test_agent/test_refund.yaml"
            assert oao.id == oao.session.header.id
            assert oao.session.exchanges[0].call.site.test.startswith("test_agent.py:6 in test_refund")

        @pytest.fixture
        def prepared(oao):
            answer("set up")
            yield oao
            answer("torn down")

        @pytest.mark.usefixtures("prepared")
        def test_with_a_fixture_that_calls():
            answer("in between")

        def test_asked_for_too_late(request):
            request.getfixturevalue("oao")
        """
    )
    recorded = light.record()
    recorded.assert_outcomes(passed=2, failed=1)
    recorded.stdout.fnmatch_lines(
        ["oao: *the oao fixture was asked for while the test was running*", "recorded *test_with_a_fixture*(3 calls)"]
    )
    light.server.stop()
    light.replay().assert_outcomes(passed=2, failed=1)


SAYS_WHAT_CAME_OUT = """
from my_agent import answer

def test_triage(oao):
    oao.task = {"question": "hi"}
    oao.output = {"said": answer("You run a shop. hi"), "key": "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"}
    oao.output["escalate"] = False
    assert oao.output["said"]
"""
PINNED_TO_IT = """
import pytest
from my_agent import answer

@pytest.mark.oao_sessions("cassettes/test_agent/*.yaml", where={"metadata.output.escalate": False})
def test_pinned(session, oao):
    assert answer("You run a shop. " + session.input["question"]) == session.output["said"]
    assert session.output["escalate"] is False
    assert "abcdefghijklmnopqrstuvwxyz" not in session.output["key"]
"""


def test_what_a_test_says_was_given_and_came_out_is_kept_for_those_that_are_pinned_to_it(light):
    light.write(test_agent=SAYS_WHAT_CAME_OUT)
    light.record().assert_outcomes(passed=1)
    cassette = light.path / "cassettes/test_agent/test_triage.yaml"
    before = cassette.read_bytes()
    light.server.stop()
    light.replay().assert_outcomes(passed=1)
    assert cassette.read_bytes() == before
    light.write(test_elsewhere=PINNED_TO_IT)
    light.replay("test_elsewhere.py").assert_outcomes(passed=1)


CALLS_IN_TEARDOWN = """
import pytest
from my_agent import answer

@pytest.fixture
def thread():
    yield "thread"
    answer("delete it")
    {more}

def test_it(thread, oao):
    answer("use it")

def test_after(oao):
    answer("another test")
"""


def test_calls_in_teardown_are_recorded_and_due_in_teardown(light):
    light.write(test_agent=CALLS_IN_TEARDOWN.format(more=""))
    light.record().assert_outcomes(passed=2)
    light.server.stop()
    light.replay().assert_outcomes(passed=2)
    light.edit("test_agent.py", 'answer("delete it")', "pass")
    done = light.replay()
    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["*call missing*call 2 of 2*"])
    light.edit("test_agent.py", "    pass", '    answer("remove it")')
    done = light.replay()
    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["*request changed*call 2 of 2*"])
    light.edit("test_agent.py", '"use it"', '"misuse it"')
    done = light.replay()
    done.assert_outcomes(passed=1, failed=1)  # the teardown tells the same halt: once is enough
    done.stdout.fnmatch_lines(["*request changed*call 1 of 2*"])
    light.edit("test_agent.py", '    answer("remove it")', "    raise ValueError('of its own')")
    light.replay().assert_outcomes(passed=1, failed=1, errors=1)


@pytest.mark.parametrize("scope", ["module", "session"])
def test_calls_of_a_wider_fixture_are_refused_by_its_name(light, scope):
    light.write(
        test_agent=f"""
        import os, pytest, socket
        from my_agent import answer

        @pytest.fixture(scope="{scope}")
        def index():
            return answer("embed everything")

        @pytest.fixture(scope="{scope}")
        def swallowed():
            try:
                socket.create_connection(("127.0.0.1", int(os.environ["MODEL_URL"].rpartition(":")[2]))).close()
            except BaseException:
                pass

        @pytest.fixture(scope="{scope}")
        def quiet():
            yield "nothing to do with the world"

        @pytest.fixture(scope="{scope}")
        def loud_at_the_end():
            yield
            answer("delete everything")

        def test_ok(quiet, oao):
            answer("hi")

        def test_index(index, oao):
            pass

        def test_swallowed(swallowed, oao):
            answer("hi")

        class TestLast:
            def test_loud(self, loud_at_the_end, oao):
                answer("hi")
        """
    )
    recorded = light.record()
    recorded.assert_outcomes(passed=2, failed=1, errors=2)
    recorded.stdout.fnmatch_lines_random(
        [
            f"*the {scope}-scoped fixture 'index' makes a host call*",
            "*give the fixture function scope*",
            "*is made by no call that pytest-oao sees*",
            "*fixture 'loud_at_the_end' makes*",
        ]
    )
    assert [name for name in light.cassettes() if name.endswith(".yaml")] == ["test_agent/test_ok.yaml"]
    if scope == "module":
        light.replay().assert_outcomes(passed=1, failed=2, errors=2)
