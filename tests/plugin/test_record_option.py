import os

import pytest


def test_it_writes_the_cassette_and_says_so(project):
    done = project.record()
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["recorded cassettes/test_agent/test_refund.yaml (1 call)"])
    assert project.cassette().exists()
    assert [path.name for path in project.cassette().parent.iterdir()] == ["test_refund.yaml"]


def test_a_path_may_follow_the_bare_option(project):
    project.write(test_other="def test_not_selected():\n    assert False\n")
    project.record("test_agent.py").assert_outcomes(passed=1)


def test_the_conftest_beside_a_path_that_follows_is_loaded_in_time_for_its_options(light):
    folder = light.pytester.mkdir("checks")
    (folder / "conftest.py").write_text("def pytest_addoption(parser):\n    parser.addoption('--mine')\n")
    (light.path / "test_agent.py").rename(folder / "test_agent.py")
    light.live("--oao-record", "checks/test_agent.py", "--mine=x").assert_outcomes(passed=1)


@pytest.mark.parametrize(("option", "count"), [("--oao-record", 1), ("--oao-record=missing", 0)])
def test_it_may_stand_in_the_ini_file(light, option, count):
    light.record()
    light.pytester.makeini(f"[pytest]\naddopts = {option}\n")
    before = light.server_count()
    light.live("test_agent.py").assert_outcomes(passed=1)
    assert light.server_count() - before == count


def test_missing_records_only_what_has_no_cassette(project):
    project.record()
    before = project.cassette().read_bytes()
    project.write(
        test_more="import pytest\nfrom my_agent import answer\n\n@pytest.mark.oao\ndef test_new():\n    answer('new')\n"
    )
    done = project.live("--oao-record=missing")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(
        ["1 call replayed in 1 test, none live", "recorded cassettes/test_more/test_new.yaml (1 call)"]
    )
    assert project.cassette().read_bytes() == before


def test_a_failing_test_replaces_nothing_and_keeps_its_journal(project):
    project.record()
    before = project.cassette().read_bytes()
    project.edit("test_agent.py", 'startswith("answer")', 'startswith("never")')
    done = project.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["not recorded (call: failed): the journal is kept at cassettes/test_agent/test_refund.oao.jsonl"]
    )
    assert project.cassette().read_bytes() == before
    assert (project.cassette().parent / "test_refund.oao.jsonl").exists()


def test_a_kept_journal_stays_until_a_later_attempt_makes_a_call(light):
    kept = light.cassette("test_agent/test_refund.oao.jsonl")
    light.edit("test_agent.py", 'startswith("answer")', 'startswith("never")')
    light.record().assert_outcomes(failed=1)
    before = kept.read_bytes()
    agent = (light.path / "my_agent.py").read_text()
    for no_call in ("raise LookupError('no key')", "return 'never'"):
        light.edit("my_agent.py", "def answer(question, **more):\n", f"def answer(question, **more):\n    {no_call}\n")
        light.record().assert_outcomes(failed=1)
        assert kept.read_bytes() == before
        light.write(my_agent=agent)
    light.record().assert_outcomes(failed=1)
    assert kept.read_bytes() != before
    light.edit("test_agent.py", 'startswith("never")', 'startswith("answer")')
    light.record().assert_outcomes(passed=1)
    assert light.cassettes() == ["test_agent/test_refund.yaml"]


@pytest.mark.parametrize("value", ["true", "1", "yes"])
def test_it_is_refused_in_ci(project, value):
    project.monkeypatch.setenv("CI", value)
    done = project.record()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*refused because the environment variable CI is set*--oao-record-in-ci"])
    project.record("--oao-record-in-ci").assert_outcomes(passed=1)


def test_unknown_values_and_both_options_are_refused(project):
    assert project.run("--oao-record=sometimes").ret == pytest.ExitCode.USAGE_ERROR
    assert project.run("--oao-record", "--oao-replay").ret == pytest.ExitCode.USAGE_ERROR


def test_recording_the_same_traffic_again_changes_no_byte(project):
    project.write(
        test_agent="""
        import httpx2, os, pytest

        class Fixed(httpx2.BaseTransport):
            def handle_request(self, request):
                return httpx2.Response(200, json={"always": "the same"})

        @pytest.mark.oao
        def test_refund():
            assert httpx2.Client(transport=Fixed()).get("http://fixed.invalid/x").json()
        """
    )
    project.record().assert_outcomes(passed=1)
    before = project.cassette().read_bytes()
    project.record().assert_outcomes(passed=1)
    assert project.cassette().read_bytes() == before


def test_a_cassette_of_a_newer_release_is_not_replaced(light):
    light.record()
    text = light.cassette().read_text()
    newer = text.replace("oao: 1", "oao: 2", 1)
    assert newer != text
    light.cassette().write_text(newer)
    before = light.server_count()
    for option in ("--oao-record", "--oao-record=missing"):
        done = light.live(option)
        done.stdout.fnmatch_lines(["oao: *test_agent/test_refund.yaml: *format 2*", "*Update pytest-oao*"])
        assert done.ret == pytest.ExitCode.TESTS_FAILED
    assert light.cassette().read_text() == newer
    assert light.server_count() == before
    light.cassette().unlink()
    light.record().assert_outcomes(passed=1)


def test_a_damaged_cassette_is_replaced(light):
    light.record()
    text = light.cassette().read_text()
    light.cassette().write_text(text[:-60])
    light.record().assert_outcomes(passed=1)
    light.replay().assert_outcomes(passed=1)


def test_a_managed_test_without_a_host_call_fails(project):
    project.write(test_agent="import pytest\n\n@pytest.mark.oao\ndef test_refund():\n    pass\n")
    done = project.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*managed and made no host call*"])
    assert not project.cassette().exists()


def test_a_connection_outside_every_seam_fails_the_recording(project):
    project.write(
        test_agent="""
        import os, pytest, socket
        from my_agent import answer

        @pytest.mark.oao
        def test_refund():
            answer("hello")
            socket.create_connection(("127.0.0.1", int(os.environ["MODEL_URL"].rpartition(":")[2]))).close()
        """
    )
    done = project.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*is made by no call that pytest-oao sees*", "*oao_allow_hosts*"])
    assert not project.cassette().exists()


def test_two_tests_that_record_into_one_cassette_are_refused(project):
    project.write(
        test_agent="""
        import pytest
        from my_agent import answer

        @pytest.mark.oao(cassette="same.yaml")
        def test_one():
            answer("1")

        @pytest.mark.oao(cassette="same.yaml")
        def test_two():
            answer("2")
        """
    )
    done = project.record()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*test_one records into same.yaml as well*"])


def test_the_key_of_the_recorder_is_in_no_file(project):
    project.record()
    for path in project.path.rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert b"sk-of-the-recorder" not in path.read_bytes(), path
    assert "OPENAI_API_KEY" not in os.environ
