"""Agents on plain openai and anthropic that break a rule, and would go on for ever: each is stopped at the right call.

What proves it is what the world saw: the requests that came to the model's server, and the tools whose bodies ran.
"""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from policy_harness import (
    closes,
    stopped,
    watched,
)
from policy_proof import Proof, pytest_generate_tests, server  # noqa: F401 - pytest finds them here
from policy_seeds import PLAIN, SEEDS, named
from policy_streams import CLIENTS

import pytest_oao
from pytest_oao.cli.main import main
from pytest_oao.errors import PolicyViolation

pytestmark = pytest.mark.usefixtures("no_engine")


class TestPlainSdks(Proof):
    STACKS = PLAIN


def test_the_journal_of_a_stopped_agent_shows_what_was_denied(server, tmp_path, monkeypatch, capsys):
    seed = next(one for one in SEEDS if one.name == "forbidden tool")
    came = stopped(seed, PLAIN["openai"], server, tmp_path, monkeypatch)
    assert main(["show", str(came.journal)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "ended stopped: policy: denied_tools at call 4: delete_file(path='notes/a'); denied: delete_*" in told
    assert "#4 execute_tool delete_file asked for by #3 · not made policy denied: denied_tools" in told


PROJECT = """
import os, pytest, policy_seeds
from policy_seeds import DEAF, FOR_EVER, PLAIN, SEEDS

CASES = [
    pytest.param(seed, id=policy_seeds.named(seed), marks=pytest.mark.oao(policy=seed.policy)) for seed in SEEDS
]

@pytest.fixture(autouse=True)
def ran():
    policy_seeds.RAN.clear()
    yield
    print("ran", policy_seeds.RAN)


@pytest.mark.parametrize("stack", ["openai", "anthropic async"])
@pytest.mark.parametrize("seed", CASES)
def test_agent(seed, stack):
    try:
        PLAIN[stack](f"{os.environ['MODELS']}/{policy_seeds.named(seed)}/v1", seed, DEAF)
    except BaseException:
        pass
    print("the test went on")
"""


def test_it_fails_its_test_in_the_call_phase_though_everything_was_swallowed(server, pytester, monkeypatch):
    pytester.makeconftest("def pytest_oao_approve(item, call):\n    return False\n")
    pytester.makepyfile(test_agents=PROJECT)
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setenv("MODELS", server.url)
    monkeypatch.delenv("CI", raising=False)
    before = {seed.name: len(server.seen(seed)["came"]) for seed in SEEDS}
    plugins = ["-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = pytester.runpytest_subprocess(
        *plugins, "--oao-record", "--junitxml=told.xml", "-o", "junit_logging=all", timeout=120
    )
    done.assert_outcomes(failed=2 * len(SEEDS))  # and no error: each fails in its call phase
    cases = {case.get("name"): case for case in ET.parse(pytester.path / "told.xml").iter("testcase")}
    for seed in SEEDS:
        assert len(server.seen(seed)["came"]) - before[seed.name] == 2 * seed.requests
        for stack in ("openai", "anthropic async"):
            told = cases[f"test_agent[{named(seed)}-{stack}]"]
            assert f"oao: policy violation — {seed.rule}" in told.find("failure").text
            assert f"ran {list(seed.ran)}" in told.find("system-out").text


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_an_answer_that_may_not_go_on_is_closed_though_the_agent_keeps_it(client, server, tmp_path):
    seed = next(one for one in SEEDS if one.name == "token-looping stream")
    before, kept = server.seen(seed)["closed"], []

    def run():
        with pytest_oao.record(tmp_path, policy=seed.policy):
            client(f"{server.model(seed)}/chat/completions", kept)
            closed.append(closes(seed, server, before))

    closed = []
    assert isinstance(watched(run), PolicyViolation)
    assert closed == [True]
