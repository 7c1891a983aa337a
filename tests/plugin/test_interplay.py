"""With other plugins and options of pytest, and with what tests do besides passing."""

from xml.etree import ElementTree as ET

import pytest

RERUNS = ("-p", "pytest_rerunfailures", "--reruns", "2")
XDIST = ("-p", "xdist.plugin", "-n", "2")

OUTCOMES = """
import pathlib, pytest, sys
from my_agent import answer

pytestmark = pytest.mark.oao

def test_passes(capsys):
    answer("1")
    print("printed")
    assert capsys.readouterr().out == "printed\\n"

def test_skips_inside():
    answer("2")
    pytest.skip("not today")

def test_skips_at_once():
    pytest.skip("not today")

@pytest.mark.skip
def test_skipped():
    answer("never")

@pytest.mark.xfail
def test_xfails():
    answer("3")
    assert False

@pytest.mark.xfail(strict=True)
def test_xpasses_strictly():
    answer("4")

def test_fails():
    answer("5")
    assert False

@pytest.fixture
def broken_setup():
    answer("6")
    raise ValueError

def test_with_broken_setup(broken_setup):
    pass

@pytest.fixture
def broken_teardown():
    yield
    answer("7")
    raise ValueError

def test_with_broken_teardown(broken_teardown):
    answer("8")

@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.xfail(raises=ZeroDivisionError))])
def test_xfails_for_another_reason(n):
    answer("9")
    assert False
"""


def test_only_what_passed_is_sealed_and_the_rest_keeps_its_journal(light):
    light.write(test_agent=OUTCOMES)
    done = light.record("-rs")
    done.assert_outcomes(passed=2, skipped=3, xfailed=1, failed=3, errors=2)
    names = light.cassettes()
    assert [name for name in names if name.endswith(".yaml")] == [
        f"test_agent/test_{name}.yaml" for name in ("passes", "xfails")
    ]
    kept = [
        name.removeprefix("test_agent/test_").removesuffix(".oao.jsonl") for name in names if name.endswith(".jsonl")
    ]
    assert kept == [
        "fails",
        "skips_inside",
        "with_broken_setup",
        "with_broken_teardown",
        "xfails_for_another_reason_1-" + kept[-2].rpartition("-")[2],
        "xpasses_strictly",
    ]
    for name, why in (
        ("fails", "call: failed"),
        ("skips_inside", "call: skipped"),
        ("with_broken_setup", "setup: failed"),
        ("with_broken_teardown", "teardown: failed"),
    ):
        done.stdout.fnmatch_lines_random(
            [f"not recorded ({why}): the journal is kept at cassettes/test_agent/test_{name}.oao.jsonl"]
        )
    light.server.stop()
    chosen = "test_passes or xfails and not another"
    light.replay("-k", chosen).assert_outcomes(passed=1, xfailed=1, deselected=8)


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="subtests came with pytest 9")
def test_the_calls_of_subtests_are_those_of_their_test(light):
    light.write(
        test_agent="""
        import pytest
        from my_agent import answer

        @pytest.mark.oao
        def test_subtests(subtests):
            for name in "ab":
                with subtests.test(name):
                    answer(name)
        """
    )
    light.record().assert_outcomes(passed=1)
    assert light.cassettes() == ["test_agent/test_subtests.yaml"]
    light.server.stop()
    light.replay().assert_outcomes(passed=1)


EXPECTED = """
import contextlib, pathlib, pytest
from my_agent import answer

pytestmark = pytest.mark.oao
changed = pathlib.Path("changed").exists()

def ask():
    answer("changed" if changed else "hi")

@pytest.mark.xfail
def test_plain():
    ask()
    assert False

@pytest.mark.xfail(strict=True)
def test_strict():
    ask()
    assert False

@pytest.mark.xfail(raises=ZeroDivisionError)
def test_raises():
    ask()
    1 / 0

@pytest.mark.xfail(raises=BaseException)
def test_raises_anything():
    ask()
    raise KeyError

def test_imperative():
    with contextlib.suppress(BaseException):
        ask()
    pytest.xfail("a known bug")

def test_by_request(request):
    request.applymarker(pytest.mark.xfail)
    ask()
    assert False

@pytest.mark.xfail
def test_swallows():
    with contextlib.suppress(BaseException):
        ask()
    assert False

@pytest.mark.xfail
def test_leaves_out_a_call():
    answer("one")
    if not changed:
        answer("two")
    assert False

def test_leaves_out_a_call_imperatively():
    answer("one")
    if not changed:
        answer("two")
    pytest.xfail("a known bug")

@pytest.fixture
def prepared():
    ask()

@pytest.mark.xfail
def test_fixture(prepared):
    assert False

@pytest.fixture
def cleaned():
    yield
    ask()

@pytest.mark.xfail
def test_teardown(cleaned):
    assert False

@pytest.mark.xfail(run=False)
def test_is_not_run():
    ask()
"""


def test_a_divergence_is_never_an_expected_failure(light):
    light.write(test_agent=EXPECTED)
    light.record().assert_outcomes(xfailed=12)
    light.server.stop()
    light.replay().assert_outcomes(xfailed=12)
    (light.path / "changed").touch()
    done = light.replay()
    # Two diverge by what they leave out, and one in its teardown: that shows once their own failure was expected.
    done.assert_outcomes(failed=7, errors=4, xfailed=4)
    assert {
        line.split("::")[1].split(" ")[0] for line in done.stdout.lines if line.startswith(("FAILED", "ERROR test"))
    } == {
        f"test_{name}"
        for name in (
            "plain",
            "strict",
            "raises",
            "raises_anything",
            "imperative",
            "by_request",
            "swallows",
            "leaves_out_a_call",
            "leaves_out_a_call_imperatively",
            "fixture",
            "teardown",
        )
    }
    assert done.stdout.str().count("\noao: request changed") == 9
    assert done.stdout.str().count("\noao: call missing") == 2


def test_what_cannot_be_replayed_is_no_expected_failure_either(light):
    light.write(
        test_agent="""
        import pytest
        from my_agent import answer

        pytestmark = [pytest.mark.oao, pytest.mark.xfail]

        def test_missing():
            answer("hi")

        def test_cut():
            answer("hi")

        def test_calls_nothing():
            pass
        """
    )
    light.record("-k", "cut").assert_outcomes(xpassed=1, deselected=2)
    cassette = light.cassette("test_agent/test_cut.yaml")
    cassette.write_bytes(cassette.read_bytes()[:-40])
    done = light.replay()
    done.assert_outcomes(failed=3)
    done.stdout.fnmatch_lines_random(["*there is no cassette to answer from*", "*does not end with its last line*"])
    done = light.record("-k", "nothing")
    done.assert_outcomes(failed=1, deselected=2)
    done.stdout.fnmatch_lines(["*managed and made no host call*"])


def test_the_first_failure_stops_and_the_last_failed_run_again(light):
    light.write(
        test_agent="import pytest\nfrom my_agent import answer\n\n@pytest.mark.oao\n@pytest.mark.parametrize('n', range(4))\ndef test_it(n):\n    answer(str(n))\n"
    )
    light.record().assert_outcomes(passed=4)
    light.server.stop()
    light.edit("test_agent.py", "answer(str(n))", "answer(str(n if n in (0, 3) else -n))")
    light.replay("-x").assert_outcomes(passed=1, failed=1)
    light.replay("--maxfail", "2").assert_outcomes(passed=1, failed=2)
    light.replay().assert_outcomes(passed=2, failed=2)
    light.replay("--lf").assert_outcomes(failed=2)
    light.replay("-p", "no:cacheprovider").assert_outcomes(passed=2, failed=2)
    assert not list(light.path.glob(".pytest_cache/d/oao/*nothing*"))


FLAKY = """
import pathlib, pytest
from my_agent import answer

@pytest.mark.oao
def test_flaky():
    tries = pathlib.Path("tries")
    tries.open("a").write("x")
    answer("a")
    answer("try " + str(len(tries.read_text())) if pathlib.Path("live").exists() else "try 3")
    assert len(tries.read_text()) >= 3
"""


def test_each_rerun_is_an_attempt_of_its_own(light):
    light.write(test_agent=FLAKY)
    (light.path / "live").touch()
    done = light.record(*RERUNS)
    assert "1 passed, 2 rerun" in done.stdout.str()
    assert light.cassettes() == ["test_agent/test_flaky.yaml"]
    done.stdout.fnmatch_lines(["recorded cassettes/test_agent/test_flaky.yaml (2 calls)"])
    assert "journal is kept" not in done.stdout.str()
    (light.path / "live").unlink()
    (light.path / "tries").unlink()
    light.server.stop()
    done = light.replay(*RERUNS)
    assert "1 passed, 2 rerun" in done.stdout.str()
    light.edit("test_agent.py", 'answer("a")', 'answer("b")')
    done = light.replay(*RERUNS)
    assert "1 failed, 2 rerun" in done.stdout.str()
    assert done.stdout.str().count("oao: request changed") == 1


def test_xdist_records_replays_and_refuses_like_one_process(light):
    light.write(
        test_agent="""
        import pytest, socket
        from my_agent import answer

        @pytest.mark.oao
        @pytest.mark.parametrize("n", range(8))
        def test_it(n):
            for call in range(3):
                answer(f"{n} {call}")

        def test_unmanaged_socket():
            socket.create_connection(("127.0.0.1", 9))
        """
    )
    done = light.record(*XDIST)
    done.assert_outcomes(passed=8, failed=1)
    assert sum(line.startswith("recorded cassettes/test_agent/test_it_") for line in done.stdout.lines) == 8
    light.server.stop()
    done = light.replay(*XDIST)
    done.assert_outcomes(passed=8, failed=1)
    done.stdout.fnmatch_lines(
        ["*a connection to 127.0.0.1:9 was tried in replay*", "24 calls replayed in 8 tests, none live"]
    )
    light.edit("test_agent.py", "@pytest.mark.oao", "@pytest.mark.oao(order='random')")
    done = light.replay(*XDIST)
    assert done.ret != 0
    assert "order='random' is neither 'lane' nor 'any'" in done.stdout.str() + done.stderr.str()


def test_reports_in_junit_xml_and_in_every_traceback_style_are_ours(light):
    light.record().assert_outcomes(passed=1)
    light.edit("test_agent.py", "money", "\\x1b[31mcoins\\u202e</failure>")
    for style in ("short", "line", "no", "native", "long"):
        done = light.replay("--tb", style, "--junitxml=out.xml")
        done.assert_outcomes(failed=1)
        assert "\x1b[31mcoins" not in done.stdout.str()
        (failure,) = ET.parse(light.path / "out.xml").iter("failure")
        assert "request changed" in failure.get("message")
        assert "$.messages" in failure.text
    assert "request changed" in light.replay("--tb=line").stdout.str()


def test_debuggers_and_duration_do_not_disturb(light):
    light.record("--durations=3", "--setup-show").assert_outcomes(passed=1)
    light.replay("--durations=3", "--setup-show", "-s").assert_outcomes(passed=1)
    light.run("--collect-only").assert_outcomes()
    assert light.run("--fixtures").ret == 0


@pytest.mark.parametrize("option", ["--assert=rewrite", "--assert=plain"])
def test_our_modules_are_loaded_past_the_rewriting_of_assertions_and_the_agent_s_are_not(light, option):
    """As installed plugins, all our modules would be rewritten: compiled anew, and kept apart."""
    light.pytester.makeconftest("import pytest\n\npytest.register_assert_rewrite('pytest_oao', 'helper')\n")
    light.write(
        helper="def check(one):\n    assert one == 2\n",
        test_agent="""
        import sys, pytest

        def rewritten(name):
            return type(sys.modules[name].__loader__).__name__ == "AssertionRewritingHook"

        before = list(sys.meta_path)

        @pytest.mark.oao
        def test_refund(request):
            import helper
            assert not [name for name in sys.modules if name.startswith("pytest_oao.plugin.engine") and rewritten(name)]
            assert not rewritten("pytest_oao.runtime.gateway")
            assert rewritten("helper") is (request.config.getoption("--assert") == "rewrite")
            assert [hook for hook in sys.meta_path if hook in before] == before
        """,
    )
    done = light.live("--oao-record", option)
    done.stdout.fnmatch_lines(["*the test is managed and made no host call*"])  # it got that far


@pytest.mark.parametrize("option", ["--oao-replay", "--oao-record"])
def test_run_from_a_folder_below(light, option):
    (light.path / "deep").mkdir()
    light.record("--rootdir=.").assert_outcomes(passed=1)
    light.edit("test_agent.py", "money", "coins")
    light.monkeypatch.chdir(light.path / "deep")
    done = light.run(option, "-c", "../tox.ini", "../test_agent.py")
    if option == "--oao-record":
        done.assert_outcomes(passed=1)
        assert light.cassettes() == ["test_agent/test_refund.yaml"]
    else:
        done.assert_outcomes(failed=1)
        done.stdout.fnmatch_lines([f'*pytest --oao-record "{light.path}/test_agent.py::test_refund"*'])


LEFT = """
import gc

def pytest_sessionstart():
    gc.disable()

def pytest_sessionfinish():
    from pytest_oao.model.exchanges import Exchange
    print("left:", sum(type(one) is Exchange for one in gc.get_objects()))
"""


@pytest.mark.parametrize("option", ["--oao-record", "--oao-replay"])
def test_a_session_is_gone_with_its_test_and_waits_for_no_garbage_collection(light, option):
    light.edit(
        "test_agent.py",
        "    assert",
        """    import threading
    thread = threading.Thread(target=answer, args=["in a thread"])
    thread.start(), thread.join()
    assert""",
    )
    light.record().assert_outcomes(passed=1)
    light.pytester.makeconftest(LEFT)
    done = light.run(option, "-s")
    done.assert_outcomes(passed=1)
    assert "left: 0" in done.stdout.str()


@pytest.mark.parametrize("options", [(), ("-p", "no:cacheprovider")])
def test_a_parsed_cassette_is_kept_by_pytest_or_else_for_the_user(light, options):
    light.monkeypatch.setenv("XDG_CACHE_HOME", str(light.path / "of-user"))
    light.record().assert_outcomes(passed=1)
    light.replay(*options).assert_outcomes(passed=1)
    kept = [path.relative_to(light.path).parts[:-1] for path in light.path.rglob("*.oao")]
    assert kept == [("of-user", "pytest-oao", "cassettes") if options else (".pytest_cache", "d", "oao")]
    light.replay(*options).assert_outcomes(passed=1)
