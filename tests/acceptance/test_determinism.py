"""An agent that uses clocks, chance, identity and environment gives the same log and the same result in every replay."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REPLAYS = 100

TEST = """
import hashlib, json, os, random
import pytest
import own_world_agent

@pytest.mark.oao
@pytest.mark.parametrize("number", range(2))
def test_agent(number, oao):
    result = own_world_agent.run()
    order = lambda call: (call.lane, call.exchange.seq)
    log = [[call.lane, call.kind, call.target, call.request, call.response]
        for call in sorted([*oao.calls, *oao.calls("clock")], key=order)]
    assert len(oao.calls) == 12
    told = json.dumps([log, result], sort_keys=True).encode()
    with open(os.environ["DIGESTS"], "a") as digests:
        digests.write(f"{number} {hashlib.sha256(told).hexdigest()}\\n")
"""

SCRIPT = """
import hashlib, json, os, sys, time
from pathlib import Path

def main():
    import own_world_agent
    import pytest_oao
    os.environ["MODEL_URL"] = sys.argv[2]
    if sys.argv[1] == "record":
        with pytest_oao.record("sessions", deterministic=True) as session:
            result = own_world_agent.run()
        print(json.dumps([str(session.cassette), digest(session.session, result)]))
        return
    digests = set()
    for _ in range(int(sys.argv[4])):
        with pytest_oao.replay(sys.argv[3]) as session:
            result = own_world_agent.run()
        digests.add(digest(session.session, result))
    print(json.dumps(sorted(digests)))

def digest(session, result):
    log = [[one.seq, one.call.kind, one.call.target, one.call.lane, one.call.body.sha256, one.outcome.body.sha256]
        for one in session.exchanges]
    return hashlib.sha256(json.dumps([log, result], sort_keys=True).encode()).hexdigest()

main()
"""


@pytest.fixture
def project(tmp_path, model_server, monkeypatch):
    shutil.copy(HERE / "own_world_agent.py", tmp_path)
    (tmp_path / "test_agent.py").write_text(TEST)
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "pytest.ini").write_text("[pytest]\noao_env = SHOP_MODE\n")
    monkeypatch.setenv("MODEL_URL", model_server.url)
    monkeypatch.setenv("DIGESTS", str(tmp_path / "digests"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "CI", "SHOP_MODE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(project, *command, **environment):
    done = subprocess.run(
        [sys.executable, *command], cwd=project, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pytest_run(project, *options, **environment):
    run(project, "-m", "pytest", "-q", "-p", "pytest_oao.plugin.entry", *options, **environment)


def test_every_replay_gives_the_recorded_log_and_result(project, model_server):
    pytest_run(project, "--oao-record", SHOP_MODE="of the recording")
    model_server.stop()
    for seed in ("0", "1", "random"):
        pytest_run(project, "--oao-replay", PYTHONHASHSEED=seed)
    pytest_run(project, "--oao-replay", "-p", "xdist", "-n", "2", SHOP_MODE="of the replay")
    for seed in ("1", "2"):
        pytest_run(project, "--oao-replay", "-p", "pytest_randomly", f"--randomly-seed={seed}")
    digests = (project / "digests").read_text().splitlines()
    assert len(digests) == 2 * 7
    assert len(set(digests)) == 2


def test_a_hundred_replays_of_one_process_are_one(project, model_server):
    path, recorded = json.loads(run(project, "script.py", "record", model_server.url))
    model_server.stop()
    assert json.loads(run(project, "script.py", "replay", "http://127.0.0.1:9", path, str(REPLAYS))) == [recorded]
