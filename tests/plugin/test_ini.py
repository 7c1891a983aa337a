import pytest


def ini(light, **values):
    lines = [f"{name} = {value}" for name, value in values.items()]
    light.pytester.makeini("\n".join(["[pytest]", *lines, ""]))


def test_oao_cassette_dir(light):
    ini(light, oao_cassette_dir="tests/recorded")
    light.record().assert_outcomes(passed=1)
    assert (light.path / "tests/recorded/test_agent/test_refund.yaml").exists()
    assert light.cassettes() == []
    light.server.stop()
    light.replay().assert_outcomes(passed=1)


UNITS = """
import os, socket, threading

def test_plain():
    pass

def test_with_sockets_of_its_own():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_that_fails():
    assert 1 == 2
"""


class TestAuto:
    def test_host_calls_are_managed_and_unit_tests_left_alone(self, light):
        ini(light, oao_auto="true")
        light.write(
            test_agent="from my_agent import answer\n\ndef test_refund():\n    assert answer('hi')\n", test_units=UNITS
        )
        done = light.record()
        done.assert_outcomes(passed=3, failed=1)
        done.stdout.fnmatch_lines(["recorded cassettes/test_agent/test_refund.yaml (1 call)"])
        assert "test_units" not in done.stdout.str().partition("- oao -")[2].partition("short test summary")[0]
        assert light.cassettes() == ["test_agent/test_refund.yaml"]
        assert [path.name for path in (light.path / "cassettes").iterdir()] == ["test_agent"]
        light.server.stop()
        light.run().assert_outcomes(passed=3, failed=1)
        light.replay().assert_outcomes(passed=2, failed=2)  # the guard of the whole run stops the sockets

    def test_a_call_without_a_cassette_is_refused_and_never_live(self, light):
        ini(light, oao_auto="true")
        light.write(test_agent="from my_agent import answer\n\ndef test_refund():\n    assert answer('hi')\n")
        done = light.run()
        done.assert_outcomes(failed=1)
        done.stdout.fnmatch_lines(
            ["*there is no cassette to answer from*", '*pytest --oao-record "test_agent.py::test_refund"*']
        )
        assert "- oao -" not in done.stdout.str()

    def test_a_socket_beside_a_call_fails_the_recording(self, light):
        ini(light, oao_auto="true")
        light.write(
            test_agent="""
            import os, socket
            from my_agent import answer

            def test_before():
                socket.create_connection(("127.0.0.1", int(os.environ["MODEL_URL"].rpartition(":")[2]))).close()
                answer("hi")

            def test_after():
                answer("hi")
                socket.create_connection(("127.0.0.1", int(os.environ["MODEL_URL"].rpartition(":")[2]))).close()
            """
        )
        done = light.record()
        done.assert_outcomes(failed=2)
        assert done.stdout.str().count("is made by no call that pytest-oao sees") >= 2
        assert not any(name.endswith(".yaml") for name in light.cassettes())


def test_oao_ignore_adds_up_with_the_markers(light):
    ini(light, oao_ignore="\n    $.user\n    $.seed")
    light.write(
        test_agent="""
        import os, pytest
        from my_agent import answer

        @pytest.mark.oao(ignore=["$.n"])
        def test_refund():
            answer("hi", user=os.getpid(), seed=os.getpid(), n=os.getpid())
        """
    )
    light.record().assert_outcomes(passed=1)
    light.replay().assert_outcomes(passed=1)
    ini(light, oao_ignore="user")
    done = light.replay()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*cannot read the JSON path `user`*"])


def test_oao_hash(light):
    light.edit("my_agent.py", "import os", "import os\nfrom wording import GREETING")
    light.write(wording="GREETING = 'hello'\n")
    light.record().assert_outcomes(passed=1)
    light.edit("wording.py", "hello", "good day")
    light.replay().assert_outcomes(passed=1)  # report: only where something differs
    ini(light, oao_hash="strict")
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["*what ran is not what was recorded; changed: the agent's code (wording.py)*", "*pytest --oao-record*"]
    )
    light.edit("test_agent.py", "money", "coins")
    ini(light, oao_hash="report")
    light.replay().stdout.fnmatch_lines(
        ["*request changed*", "*changed since the recording: the agent's code (test_agent.py, wording.py)*"]
    )
    ini(light, oao_hash="sloppy")
    done = light.run()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*oao_hash = sloppy: give one of report, strict*"])


def test_oao_redact_and_oao_keep_headers(light):
    ini(light, oao_redact=r"patient-\d+", oao_keep_headers="x-team")
    light.write(
        test_agent="""
        import httpx2, os, pytest
        from my_agent import answer

        @pytest.mark.oao
        @pytest.mark.parametrize("name", ["patient-4711"])
        def test_refund(name):
            answer(f"who is {name}?")
            httpx2.get(os.environ["MODEL_URL"] + "/x?who=patient-4711", headers={"x-team": "red", "x-other": "no"})
        """
    )
    light.record().assert_outcomes(passed=1)
    (name,) = light.cassettes()
    text = light.cassette(name).read_text()
    assert "patient-4711" not in text
    assert "x-team" in text
    assert "x-other" not in text
    light.server.stop()
    light.replay().assert_outcomes(passed=1)
    ini(light, oao_redact="(")
    done = light.replay()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert "(" in done.stderr.str()
    assert "INTERNALERROR" not in done.stdout.str() + done.stderr.str()


def test_oao_passthrough_hosts(light):
    ini(light, oao_passthrough_hosts="localhost")
    light.write(
        test_agent="""
        import httpx2, os, pytest, socket
        from my_agent import answer

        @pytest.fixture(scope="session", autouse=True)
        def healthy():
            httpx2.get(os.environ["MODEL_URL"].replace("127.0.0.1", "localhost") + "/count")
            socket.create_connection(("127.0.0.1", int(os.environ["MODEL_URL"].rpartition(":")[2]))).close()

        def test_refund(oao):
            httpx2.get(os.environ["MODEL_URL"].replace("127.0.0.1", "localhost") + "/count")
            assert not oao.calls
            answer("hi")
        """
    )
    light.record().assert_outcomes(passed=1)
    light.replay().assert_outcomes(passed=1)
    light.server.stop()
    light.replay().assert_outcomes(errors=1)
