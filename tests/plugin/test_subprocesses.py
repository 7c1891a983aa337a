"""`oao_subprocesses`: processes of the programs that a project names are recorded, and none starts in replay."""

import os
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not recorded on Windows")

PROGRAM = """#!/bin/sh
echo ran >> "$RUNS"
echo "branch $1"
exit 3
"""

TEST = """
import asyncio, os, subprocess, pytest

async def ask():
    process = await asyncio.create_subprocess_exec("mygit", "log", stdout=asyncio.subprocess.PIPE)
    return (await process.communicate())[0], process.returncode

@pytest.mark.oao
def test_refund(tmp_path):
    done = subprocess.run(["mygit", "status", str(tmp_path)], capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("branch status\\n", 3)
    assert asyncio.run(ask()) == (b"branch log\\n", 3)
    assert os.popen("mygit x").read() == "branch x\\n"
    with pytest.raises(FileNotFoundError) as caught:
        subprocess.run(["mygit-lfs"])
    assert caught.value.filename == "mygit-lfs"
"""


@pytest.fixture
def repository(light):
    folder = light.path / "bin"
    folder.mkdir()
    light.program = folder / "mygit"
    light.program.write_text(PROGRAM)
    light.program.chmod(0o755)
    light.runs = light.path / "runs.txt"
    light.runs.write_text("")
    light.monkeypatch.setenv("RUNS", str(light.runs))
    light.monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    light.pytester.makeini("[pytest]\noao_subprocesses = mygit mygit-*\n")
    light.write(test_agent=TEST)
    return light


def times_run(repository):
    return len(repository.runs.read_text().split())


def test_they_are_answered_from_the_cassette_in_a_fresh_process(repository):
    repository.record().assert_outcomes(passed=1)
    assert times_run(repository) == 3
    cassette = repository.cassette().read_text()
    assert cassette.count("kind: execute_process") == 4
    repository.program.unlink()
    repository.replay().assert_outcomes(passed=1)
    strict = ["--oao-strict-network"] if sys.platform == "linux" else []
    repository.replay(*strict, "-p", "no:randomly").assert_outcomes(passed=1)
    assert times_run(repository) == 3
    shown = repository.command("show", str(repository.cassette()))
    assert "mygit" in shown.stdout


def test_another_argument_is_a_divergence_with_its_difference(repository):
    repository.record().assert_outcomes(passed=1)
    repository.edit("test_agent.py", '"status"', '"statu"')
    done = repository.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*request changed*", "*$.args[[]1[]]*"])
    assert times_run(repository) == 3


def test_live_processes_run_and_verified_ones_are_compared(repository):
    repository.record().assert_outcomes(passed=1)
    repository.replay("--oao-kind", "execute_process=live").assert_outcomes(passed=1)
    assert times_run(repository) == 6
    repository.replay("--oao-kind", "execute_process=verify").assert_outcomes(passed=1)
    assert times_run(repository) == 9
    repository.program.write_text(PROGRAM.replace("exit 3", "exit 4"))
    done = repository.replay("--oao-kind", "execute_process=verify")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*outcome changed: call 1 of 4*"])


def test_without_the_setting_processes_run_as_ever(repository):
    repository.pytester.makeini("[pytest]\n")
    repository.edit(
        "test_agent.py",
        "def test_refund(tmp_path):",
        "def test_refund(tmp_path):\n    from my_agent import answer\n    answer('hi')",
    )
    repository.record().assert_outcomes(passed=1)
    assert "execute_process" not in repository.cassette().read_text()
    repository.replay().assert_outcomes(passed=1)
    assert times_run(repository) == 6


def test_secrets_in_command_lines_inputs_and_outputs_are_not_written(repository):
    secret = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789-ABCDEFG"
    repository.write(
        test_agent=f"""
        import subprocess, pytest

        @pytest.mark.oao
        def test_refund():
            done = subprocess.run(["mygit", "{secret}"], input="{secret}", text=True, capture_output=True)
            assert done.returncode == 3
        """
    )
    repository.record().assert_outcomes(passed=1)
    assert secret not in repository.cassette().read_text()
    repository.replay().assert_outcomes(passed=1)
