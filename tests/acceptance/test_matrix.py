"""Every scenario recorded against a real server, the server stopped, and replayed in a fresh process: same values."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KEYLESS = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "CI",
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    project = tmp_path_factory.mktemp("matrix")
    shutil.copy(HERE / "scenarios.py", project / "test_scenarios.py")
    (project / "pytest.ini").write_text("[pytest]\n")
    keys = dict.fromkeys(KEYLESS[:-1], "a-key-of-the-recording-machine")
    server = subprocess.Popen(
        [sys.executable, HERE / "model_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    recorded = run(project, "recorded", url, "--oao-record", **keys)
    server.stdin.close()
    server.wait(timeout=10)
    return project, recorded, run(project, "replayed", url, "--oao-replay")


def run(project, results, url, *options, **extra):
    (project / results).mkdir()
    environ = {
        name: value for name, value in os.environ.items() if name not in KEYLESS and not name.startswith("PYTEST")
    }
    environ |= {"OAO_TEST_SERVER": url, "OAO_TEST_RESULTS": str(project / results), **extra}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-rA", *options]
    return subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, timeout=300)


def outcomes(done):
    return dict(re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED)\s+(?:\[\d+\] )?(\S+)", done.stdout, re.MULTILINE))


def test_all_scenarios_record(runs):
    _, recorded, _ = runs
    assert recorded.returncode == 0, recorded.stdout[-6000:] + recorded.stderr[-2000:]


def test_all_scenarios_replay_the_same_without_server_and_keys(runs):
    project, _, replayed = runs
    assert replayed.returncode == 0, replayed.stdout[-6000:] + replayed.stderr[-2000:]
    recorded = {path.name: json.loads(path.read_text()) for path in (project / "recorded").iterdir()}
    again = {path.name: json.loads(path.read_text()) for path in (project / "replayed").iterdir()}
    assert len(recorded) >= 50
    assert again == recorded


def test_no_key_reached_a_file(runs):
    project, _, _ = runs
    texts = [path.read_bytes() for path in project.glob("cassettes/**/*") if path.is_file()]
    assert texts
    assert not any(b"a-key-of-the-recording-machine" in text for text in texts)
