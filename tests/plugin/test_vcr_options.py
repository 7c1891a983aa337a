"""`oao_vcr` and the options of pytest-recording."""

import pytest
from vcr_projects import ON, here, interaction, put, run

TEST = """
import os
import socket
import urllib.request
import httpx2
import pytest

def connect():
    host, port = os.environ["MODEL_URL"].removeprefix("http://").split(":")
    socket.create_connection((host, int(port))).close()

@pytest.mark.vcr
@pytest.mark.block_network
def test_marked():
    assert httpx2.get("http://shop.test/hours").text == "nine"
    with pytest.raises(RuntimeError, match="^Network is disabled for host '127.0.0.1'"):
        connect()

@pytest.mark.block_network(allowed_hosts=["10", "127[.]0"])
def test_allowed():
    connect()

@pytest.mark.vcr
def test_open():
    connect()

@pytest.mark.block_network("127.0.0.1")
def test_argument():
    pass
"""


def test_a_blocked_network_is_one_but_for_the_hosts_allowed(project):
    project.write(test_agent=TEST)
    put(project, "test_marked.yaml", interaction())
    run(project).assert_outcomes(passed=3, errors=1)
    done = run(project, "--block-network", "-k", "open or allowed")
    done.assert_outcomes(passed=1, failed=1, deselected=2)
    done.stdout.fnmatch_lines(["*Network is disabled for host '127.0.0.1'*"])
    run(project, "--block-network", "--allowed-hosts=x,127.*", "-k", "open").assert_outcomes(passed=1, deselected=3)


@pytest.mark.parametrize("mode", ["all", "rewrite"])
def test_a_mode_in_which_all_is_live_is_refused(project, mode):
    project.write(test_agent=TEST)
    done = run(project, f"--record-mode={mode}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*oao: --record-mode={mode} makes every request live, and oao_vcr only replays*"])


def test_modes_that_read_cassettes_replay_and_recording_can_be_disabled(project):
    test = "import httpx2, os, pytest\n@pytest.mark.vcr\ndef test_it(vcr, record_mode):\n"
    project.write(
        test_agent=test + "    assert httpx2.get('http://shop.test/hours').text == 'nine'; print(record_mode)\n"
    )
    put(project, "test_it.yaml", interaction())
    run(project, "--record-mode=new_episodes", "-s").assert_outcomes(passed=1)
    live = "    assert vcr is None and httpx2.get(os.environ['MODEL_URL'] + '/count').text == '0'\n"
    project.write(test_agent=test + live)
    run(project, "--disable-recording").assert_outcomes(passed=1)


OVERRIDDEN = """
import httpx2, pytest

class TestLive:
    @pytest.fixture
    def record_mode(self):
        return "rewrite"

    @pytest.mark.vcr
    def test_it(self):
        raise AssertionError("it ran")

    @pytest.mark.vcr(record_mode="once")
    def test_mark(self):
        assert httpx2.get("http://shop.test/hours").text == "nine"

    def test_unmarked(self):
        pass
"""


def test_a_mode_in_which_all_is_live_is_refused_of_a_fixture_too(project):
    project.write(test_agent=OVERRIDDEN)
    for name in ("test_it", "test_mark"):
        put(project, f"TestLive.{name}.yaml", interaction())
    done = run(project)
    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["*record_mode='rewrite' makes every request of the test live*"])
    done.stdout.no_fnmatch_line("*it ran*")


def test_pytest_recording_beside_us_is_refused(project):
    project.pytester.makeini(ON)
    folder = project.pytester.mkpydir("pytest_recording")
    (folder / "plugin.py").touch()
    project.pytester.syspathinsert()
    done = here(project, "-p", "pytest_recording.plugin")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*oao_vcr is on and pytest-recording is active*-p no:recording*"])
