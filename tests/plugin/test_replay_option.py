from fnmatch import fnmatch
from xml.etree import ElementTree as ET

import pytest

XDIST = ("-p", "xdist.plugin", "-n", "2")
RERUNS = ("-p", "pytest_rerunfailures", "--reruns", "1")


@pytest.fixture
def recorded(light):
    light.record().assert_outcomes(passed=1)
    light.server.stop()
    return light


def test_it_answers_without_server_and_key(recorded):
    done = recorded.replay()
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["1 call replayed in 1 test, none live"])


def test_without_an_option_managed_tests_replay_too(recorded):
    recorded.run().assert_outcomes(passed=1)


def test_a_changed_prompt_fails_and_is_shown(project):
    project.record().assert_outcomes(passed=1)
    project.server.stop()
    project.edit("my_agent.py", "You are terse.", "You are verbose.")
    done = project.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*request changed*call 1 of 1*",
            "*my_agent.py:*",
            "*terse*",
            "*verbose*",
            '*pytest --oao-record "test_agent.py::test_refund"*',
        ]
    )
    assert "_base_client.py" not in done.stdout.str()


@pytest.mark.parametrize(("columns", "widest"), [("70", 70), ("", 100), ("300", 100)])
def test_a_report_is_as_wide_as_the_terminal(recorded, monkeypatch, columns, widest):
    recorded.edit("my_agent.py", '"messages"', '"user": "x" * 500, "messages"')
    monkeypatch.setenv("COLUMNS", columns)
    lines = recorded.replay().outlines
    assert "  because    user was added" in lines
    (added,) = (line for line in lines if line.startswith("  + $.user: "))
    assert len(added) == widest


@pytest.mark.parametrize(
    "swallow",
    [
        "try:\n        answer('something else')\n    except Exception:\n        pass",
        "try:\n        answer('something else')\n    except BaseException:\n        pass",
        (
            "import asyncio\n    async def run():\n"
            "        return await asyncio.gather(asyncio.to_thread(answer, 'something else'), return_exceptions=True)\n"
            "    asyncio.run(run())"
        ),
    ],
)
def test_a_swallowed_divergence_fails_all_the_same(recorded, swallow):
    recorded.write(
        test_agent=f"import pytest\nfrom my_agent import answer\n\n@pytest.mark.oao\ndef test_refund():\n    {swallow}\n"
    )
    done = recorded.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*request changed*call 1 of 1*"])


def test_a_missing_call_fails(recorded):
    recorded.edit("test_agent.py", 'answer("I want my money back").startswith("answer")', "True")
    done = recorded.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*call missing*call 1 of 1*"])


def test_an_extra_call_fails(recorded):
    recorded.edit("test_agent.py", "    assert", '    answer("I want my money back")\n    assert')
    done = recorded.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*extra call*"])


def test_reordered_calls_fail(light):
    light.edit("test_agent.py", "    assert", '    answer("first"); answer("second")\n    assert')
    light.record().assert_outcomes(passed=1)
    light.edit("test_agent.py", 'answer("first"); answer("second")', 'answer("second"); answer("first")')
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*calls reordered*call 1 of 3*", "*expected*", "*“first”*", "*came*", "*“second”*"])
    done.stdout.fnmatch_lines(
        ["*# record it anew", "*# where nobody chose the order*", "*@pytest.mark.oao(order='any')"]
    )
    light.edit("test_agent.py", "mark.oao\n", "mark.oao(order='any')\n")
    light.replay().assert_outcomes(passed=1)


def test_a_missing_cassette_prints_the_command_that_records_it(project):
    done = project.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(['*pytest --oao-record "test_agent.py::test_refund"*'])


def test_the_test_s_own_failure_stays_its_own(recorded):
    recorded.edit("test_agent.py", 'startswith("answer")', 'startswith("never")')
    done = recorded.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*AssertionError*"])
    assert "call missing" not in done.stdout.str()


THREE = """
import pytest
from my_agent import answer

@pytest.fixture
def afterwards():
    yield
    answer("four")

@pytest.mark.oao
def test_refund(afterwards):
    answer("one"); answer("two"); answer("three")
    assert answer
"""


@pytest.mark.parametrize(
    ("ending", "options", "shown"),
    [
        ("assert answer == 17", (), "*assert answer == 17"),
        ("assert answer == 17", ("-v", *XDIST), "*assert answer == 17"),
        ("assert answer == 17", ("--tb=short", "--show-capture=no"), "*assert answer == 17"),
        ("raise ValueError('mine')", ("-v", "--tb=native"), "ValueError: mine"),
        ("pytest.fail('mine', pytrace=False)", (), "mine"),
    ],
)
def test_a_failure_of_the_test_s_own_tells_of_the_calls_that_were_not_made(light, ending, options, shown):
    light.write(test_agent=THREE)
    light.record().assert_outcomes(passed=1)
    light.edit("test_agent.py", '; answer("two"); answer("three")\n    assert answer', f"\n    {ending}")
    done = light.replay(*options, "--junitxml=junit.xml")
    done.assert_outcomes(failed=1)
    lines = [
        "  because * the run ended, and 2 recorded model calls were never made",
        "  expected * chat gpt-test (POST /*chat/completions)",
        "  * my_agent.py:* in answer, from test_agent.py:* in test_refund",
        "  * “two”",
        "  came * no call: the run ended before it was made",
        "  then * oao show -v cassettes/*test_refund.yaml   # what it did",
        "  cassette * cassettes/*test_refund.yaml",
        "  more * oao explain call missing",
    ]
    done.stdout.fnmatch_lines([shown, "--* oao: call missing — call 2 of 4, lane 0 *--", *lines])
    failure = next(ET.parse(light.path / "junit.xml").iter("failure"))
    assert fnmatch(failure.text, f"*{'*'.join(lines)}")
    assert "missing" not in failure.get("message")


def test_calls_that_are_due_later_are_not_missing_yet(light):
    light.write(test_agent=THREE)
    light.record().assert_outcomes(passed=1)
    light.edit("test_agent.py", "assert answer", "assert answer == 17")
    done = light.replay()
    done.assert_outcomes(failed=1)
    assert "call missing" not in done.stdout.str()


def test_nothing_goes_out_in_the_whole_run(recorded):
    recorded.write(
        test_unmanaged="""
        import socket

        def test_connects():
            socket.create_connection(("127.0.0.1", 9))
        """
    )
    done = recorded.replay()
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*a connection to 127.0.0.1:9 was tried in replay*"])


def test_unmanaged_tests_are_left_alone_without_an_option(recorded):
    recorded.write(
        test_unmanaged="""
        import os, socket, threading

        def test_connects():
            with socket.create_server(("127.0.0.1", 0)) as server:
                socket.create_connection(server.getsockname()).close()
            assert "OPENAI_API_KEY" not in os.environ
        """
    )
    recorded.run().assert_outcomes(passed=2)


def test_a_client_made_at_import_needs_no_key(project):
    project.write(
        my_agent="""
        import os, openai
        client = openai.OpenAI(base_url=os.environ["MODEL_URL"] + "/v1")

        def answer(question):
            return client.chat.completions.create(model="m", messages=[{"role": "user", "content": question}]).choices[0].message.content
        """
    )
    project.record().assert_outcomes(passed=1)
    project.server.stop()
    project.replay().assert_outcomes(passed=1)


@pytest.mark.parametrize("options", [XDIST, RERUNS, ("-p", "pytest_randomly")])
def test_it_works_with_other_plugins(light, options):
    light.edit("test_agent.py", "@pytest.mark.oao\n", "@pytest.mark.parametrize('n', range(6))\n@pytest.mark.oao\n")
    light.edit("test_agent.py", "def test_refund():", "def test_refund(n):")
    light.edit("test_agent.py", "I want my money back", "I want my money back {n}")
    light.edit("test_agent.py", 'answer("', 'answer(f"')
    light.record(*options).assert_outcomes(passed=6)
    light.server.stop()
    run = light.replay(*options)
    run.assert_outcomes(passed=6)
    run.stdout.fnmatch_lines(["6 calls replayed in 6 tests, none live"])


def test_xdist_shows_the_same_failure(recorded):
    recorded.edit("my_agent.py", "You are terse.", "You are verbose.")
    plain, spread = recorded.replay(), recorded.replay(*XDIST)
    wanted = [line for line in plain.stdout.lines if "terse" in line or "verbose" in line]
    assert wanted
    spread.stdout.fnmatch_lines([line.replace("[", "[[]") for line in wanted])


def test_reruns_start_afresh(recorded):
    recorded.edit(
        "test_agent.py",
        "    assert",
        "    import pathlib\n    tried = pathlib.Path('tried')\n    again = tried.exists()\n    tried.touch()\n"
        "    if not again:\n        answer('I want my money back'); raise ValueError\n    assert",
    )
    done = recorded.replay(*RERUNS)
    done.assert_outcomes(passed=1)
    assert "1 rerun" in done.stdout.str()
