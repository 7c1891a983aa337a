"""Silence is never a pass: what is not seen, not recorded or let out is a failure that says so."""

import pytest
import yaml


def rewrite(light, **tests):
    head = "import asyncio, contextlib, httpx2, os, pytest, socket, threading, time\nfrom my_agent import aanswer, answer\n\n"
    bodies = [
        f"@pytest.mark.oao\ndef test_{name}():\n    " + text.strip().replace("\n", "\n    ") + "\n"
        for name, text in tests.items()
    ]
    light.write(test_agent=head + "\n".join(bodies))


ESCAPES = """
class Own(httpx2.Client):
    def _transport_for_url(self, url):
        return self._transport
with contextlib.suppress(BaseException):
    Own().post(os.environ["MODEL_URL"] + "/v1/chat/completions", json={"messages": []})
"""


def test_an_agent_that_records_itself_is_recorded_by_its_test(light):
    rewrite(
        light,
        own="""
import pytest_oao
answer('hi')
with pytest_oao.record('own') as running:
    answer('ho')
assert len(running.calls) == 2""",
    )
    light.record().assert_outcomes(passed=1)
    light.replay().assert_outcomes(passed=1)
    assert light.cassette("test_agent/test_own.yaml").read_text().count("\n- seq:") == 2


def test_calls_that_nobody_sees_fail_the_recording(light):
    rewrite(
        light,
        none="pass",
        escapes=ESCAPES,
        escapes_beside_a_call="answer('hi')" + ESCAPES,
        unseen="answer('hi')\nsocket.create_connection(('127.0.0.1', int(os.environ['MODEL_URL'].rpartition(':')[2]))).close()",
        swallowed_in_a_thread="answer('hi')\ndef work():\n    with contextlib.suppress(BaseException):\n        socket.create_connection(('127.0.0.1', int(os.environ['MODEL_URL'].rpartition(':')[2]))).close()\nthread = threading.Thread(target=work)\nthread.start()\nthread.join()",
        fine="answer('hi')",
    )
    done = light.record()
    done.assert_outcomes(failed=5, passed=1)
    text = done.stdout.str()
    assert text.count("managed and made no host call") == 2  # in its report and in the summary
    assert text.count("oao: test_agent.py::test_") == 5
    assert [name for name in light.cassettes() if name.endswith(".yaml")] == ["test_agent/test_fine.yaml"]


def test_calls_that_nobody_sees_fail_the_replay(light):
    names = (
        "none",
        "escapes",
        "unseen",
        "unseen_swallowed",
        "dns",
        "thread",
        "loopback_server_is_the_world",
        "two_calls",
        "swallowed_in_a_thread",
        "leaves_a_thread",
    )
    rewrite(light, **dict.fromkeys(names, "answer('hi')"))
    light.record().assert_outcomes(passed=len(names))
    rewrite(
        light,
        none="pass",
        escapes="answer('hi')" + ESCAPES,
        unseen="answer('hi')\nsocket.create_connection(('127.0.0.1', int(os.environ['MODEL_URL'].rpartition(':')[2]))).close()",
        unseen_swallowed="answer('hi')\nwith contextlib.suppress(BaseException):\n    socket.create_connection(('127.0.0.1', int(os.environ['MODEL_URL'].rpartition(':')[2]))).close()",
        dns="answer('hi')\nsocket.getaddrinfo('nowhere.invalid', 80)",
        thread="answer('hi')\nthread = threading.Thread(target=lambda: socket.create_connection(('127.0.0.1', int(os.environ['MODEL_URL'].rpartition(':')[2]))))\nthread.start()\nthread.join()",
        loopback_server_is_the_world="answer('hi')\nhttpx2.get(os.environ['MODEL_URL'] + '/count')",
        two_calls="answer('hi')\nanswer('ho')",
        swallowed_in_a_thread="def work():\n    with contextlib.suppress(BaseException):\n        answer('ho')\nthread = threading.Thread(target=work)\nthread.start()\nthread.join()\nwith contextlib.suppress(BaseException):\n    answer('hi')",
        leaves_a_thread="answer('hi')\ndef late():\n    threading.Event().wait(0.2)\n    try:\n        answer('late')\n    except BaseException as error:\n        open('late.txt', 'w').write(str(error))\nthreading.Thread(target=late).start()",
    )
    light.write(test_zz_unmanaged="import time\n\ndef test_waits():\n    time.sleep(0.5)\n")
    before = light.server_count()
    done = light.run("-W", "ignore")
    done.assert_outcomes(failed=9, passed=2)
    wanted = [
        "call missing: call 1 of 1",
        *["was tried in replay"] * 5,
        "extra call: call 2 of 2",
        "extra call: call 2 of 2",
    ]
    summary = [line for line in done.stdout.lines if line.startswith("FAILED")]
    assert len(summary) == 9
    assert "call missing" in summary[0]
    assert sum("tried in replay" in line or "a connection to" in line for line in summary) == 5
    assert sum("call" in line for line in summary) >= 4
    assert wanted
    assert "was made after the test that started it had ended" in (light.path / "late.txt").read_text()
    assert light.server_count() == before


def test_a_thread_that_an_earlier_test_left_is_named_where_it_makes_another_diverge(light):
    light.write(
        test_agent="""
        import threading, pytest
        from my_agent import answer

        pytestmark = pytest.mark.oao
        go = threading.Event()

        def late():
            go.wait(20)
            answer("late")

        def test_one():
            answer("one")
            threading.Thread(target=late, daemon=True).start()

        def test_two():
            answer("two")
        """
    )
    light.record().assert_outcomes(passed=2)
    light.edit(
        "test_agent.py",
        'answer("two")',
        'go.set()\n    [one.join() for one in threading.enumerate() if one.name.endswith("(late)")]\n    answer("two")',
    )
    done = light.run("-W", "ignore")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        ["*request changed*", "*the call comes from a thread or task that test_agent.py::test_one started and left*"]
    )


def test_an_unknown_generation_of_httpx_fails_by_name(light):
    rewrite(light, refund="answer('hi')")
    light.record().assert_outcomes(passed=1)
    light.pytester.makeconftest("import httpx2\n\ndel httpx2.AsyncClient._transport_for_url\n")
    for done in (light.record(), light.run()):
        done.assert_outcomes(failed=1)
        done.stdout.fnmatch_lines(
            ["oao: httpx2: httpx2 * is of an unknown generation*", "*upgrade pytest-oao, or pin httpx2*"]
        )
    assert light.server_count() == 1


def test_an_empty_cassette_is_a_failure(light):
    rewrite(light, refund="answer('hi')")
    light.record().assert_outcomes(passed=1)
    cassette = light.cassette()
    document = yaml.safe_load(cassette.read_text())
    document["exchanges"] = []
    cassette.write_text(yaml.safe_dump(document, sort_keys=False))
    light.replay().stdout.fnmatch_lines(["*edited*", "*oao seal*"])
    assert light.command("seal", str(cassette)).returncode == 0
    rewrite(light, refund="pass")
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*the test is managed and made no host call*"])
    rewrite(light, refund="answer('hi')")
    light.replay().stdout.fnmatch_lines(["*oao: extra call*"])


def test_a_test_without_calls_is_told_the_same_with_a_cassette_without_one_and_live(light):
    rewrite(light, refund="pass")
    told = [
        done.stdout.str().partition("oao: ")[2].partition("short test summary")[0]
        for done in (light.run(), light.replay(), light.record())
    ]
    rewrite(light, refund="answer('hi')")
    light.record().assert_outcomes(passed=1)
    document = yaml.safe_load(light.cassette().read_text())
    document["exchanges"] = []
    light.cassette().write_text(yaml.safe_dump(document, sort_keys=False))
    light.command("seal", "cassettes")
    rewrite(light, refund="pass")
    told.append(light.replay().stdout.str().partition("oao: ")[2].partition("short test summary")[0])
    assert "remove the oao marker or fixture, or look whether" in told[0]
    assert len(set(told)) == 1


def test_a_call_that_is_still_under_way_when_the_test_ends_makes_no_cassette(light):
    rewrite(
        light,
        refund="""
sent = threading.Event()
def hang():
    with httpx2.Client(base_url=os.environ["MODEL_URL"], event_hooks={"request": [lambda _: sent.set()]}) as client:
        client.post("/v1/chat/completions", json={"model": "gpt-test", "messages": [{"role": "user", "content": "HANG"}]})
threading.Thread(target=hang, daemon=True).start()
assert sent.wait(30)
threading.Event().wait(0.5)
answer('hi')""",
    )
    done = light.record()
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(
        [
            "*a call was still under way when the test ended (POST /chat/completions, lane 0.0)*",
            "*not recorded (teardown: failed)*",
        ]
    )
    assert light.cassettes() == ["test_agent/test_refund.oao.jsonl"]


def test_without_a_cassette_nothing_is_made_up(light):
    rewrite(light, refund="answer('hi')", swallowed="with contextlib.suppress(BaseException):\n    answer('hi')")
    for done in (light.run(), light.replay()):
        done.assert_outcomes(failed=2)
        assert done.stdout.str().count("there is no cassette to answer from") >= 2
    assert light.server_count() == 0
    assert not (light.path / "cassettes").exists()


@pytest.mark.parametrize("where", ["setup", "call"])
def test_a_divergence_is_told_once_and_first_wherever_it_is_made(light, where):
    light.write(
        test_agent="""
        import pytest
        from my_agent import answer

        @pytest.fixture
        def prepared():
            try:
                answer("prepare")
            except BaseException:
                raise ValueError("what the fixture made of it")
            yield
            answer("clean up")

        @pytest.mark.oao
        def test_refund(prepared):
            try:
                answer("hi")
            except BaseException:
                raise ValueError("what the test made of it")
        """
    )
    light.record().assert_outcomes(passed=1)
    light.edit("test_agent.py", '"prepare"' if where == "setup" else '"hi"', '"other"')
    done = light.replay()
    done.assert_outcomes(**{"errors" if where == "setup" else "failed": 1})
    assert done.stdout.str().count("oao: request changed") == 1
    assert "made of it" not in done.stdout.str()
